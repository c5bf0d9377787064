import type { Observer, ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { percentileEnds } from './percentile-ends.ts'

/**
 * What the method `mse` wants to know of the last values: the percentile of the magnitudes as threshold, beside the range as it was seen.
 * For no table, so nothing is raised to what a table can hold.
 */
export function magnitudePercentile({ kernels = createKernels() }: { readonly kernels?: Kernels } = {}): ObserverFactory {
  return {
    name: 'magnitude-percentile',
    anyOrder: true,
    create(value, from): Observer {
      const { running, observe, ofMagnitudes, state } = percentileEnds(value, kernels, from)
      return {
        observe,
        range() {
          const [min, max] = running.state()
          return { threshold: ofMagnitudes(), min, max }
        },
        state,
      }
    },
  }
}
