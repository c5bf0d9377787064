import type { Observer, ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { outermost } from './outermost.ts'
import { percentileAt, percentileDepth } from './percentile-depth.ts'
import { runningRange } from './running-range.ts'

/**
 * What the method `mse` wants to know of the last values: the percentile of the magnitudes as threshold, beside the range as it was seen.
 * For no table, so nothing is raised to what a table can hold.
 *
 * The magnitudes are those of the outermost elements on either side; see {@link outermost}.
 */
export function magnitudePercentile({ kernels = createKernels() }: { readonly kernels?: Kernels } = {}): ObserverFactory {
  return {
    name: 'magnitude-percentile',
    create(value, from): Observer {
      const depth = percentileDepth(value)
      const running = runningRange(value.name, from?.numbers.slice(0, 2))
      const ends = outermost(kernels, depth.kept, from?.numbers.slice(2))
      return {
        observe(values) {
          kernels.holding(values, () => {
            running.extend(kernels.extent(values))
            ends.add(values)
          })
        },
        range() {
          const magnitudes = Float32Array.from([...ends.smallest(), ...ends.largest()], Math.abs).sort()
          const [min, max] = running.state()
          return { threshold: percentileAt(depth, magnitudes.slice(-depth.kept)), min, max }
        },
        state: () => ({ numbers: [...running.state(), ...ends.state()] }),
      }
    },
  }
}
