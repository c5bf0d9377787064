import type { Observer, ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { percentileEnds } from './percentile-ends.ts'

/** Options of {@link percentile9999}. */
export interface PercentileOptions {
  /** The inner loops; one set can serve all observers of a thread. @default a set of its own */
  readonly kernels?: Kernels
}

/**
 * The method `percentile9999`: what 99.99 % of the elements of all samples do not exceed, a little more the later the layer, on either side.
 * These are min and max of the row; the threshold is the larger magnitude. Order statistics and interpolation are those of TPU-MLIR 1.30.2,
 * see `percentileDepth`.
 */
export function percentile9999({ kernels = createKernels() }: PercentileOptions = {}): ObserverFactory {
  return {
    name: 'percentile9999',
    anyOrder: true,
    create(value, from): Observer {
      const { running, observe, both, state } = percentileEnds(value, kernels, from)
      const finish = () => {
        const { min, max } = both()
        const { range, diagnostics } = running.finish(() => Math.max(Math.abs(min), Math.abs(max)))
        // Compared, not `Math.max`: of two zeros that of the percentile stays, whatever its sign.
        const inside = { min: min < range.min ? range.min : min, max: max > range.max ? range.max : max }
        return { range: { threshold: range.threshold, ...inside }, diagnostics }
      }
      return {
        observe,
        range: () => finish().range,
        state,
        get diagnostics() {
          return finish().diagnostics
        },
      }
    },
  }
}
