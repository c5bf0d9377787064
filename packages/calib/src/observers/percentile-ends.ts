import type { ObservedValue, ObserverState } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { outermost } from './outermost.ts'
import { percentileAt, percentileDepth } from './percentile-depth.ts'
import type { RunningRange } from './running-range.ts'
import { runningRange } from './running-range.ts'

/** The elements of a value around its percentiles. */
export interface PercentileEnds {
  /** The range as it was seen. */
  readonly running: RunningRange
  observe(sample: Float32Array): void
  /** The percentile of the elements, from below and from above. */
  both(): { readonly min: number; readonly max: number }
  /** The percentile of the magnitudes, which are those of the outermost elements on either side. */
  ofMagnitudes(): number
  state(): ObserverState
}

/** Watches a value for its percentiles. @param from where an earlier watch of the same value stopped */
export function percentileEnds(value: ObservedValue, kernels: Kernels, from?: ObserverState): PercentileEnds {
  const depth = percentileDepth(value)
  const running = runningRange(value.name, from?.numbers.slice(0, 2))
  const ends = outermost(kernels, depth.kept, from?.numbers.slice(2))
  return {
    running,
    observe(sample) {
      kernels.holding(sample, () => {
        running.extend(kernels.extent(sample))
        ends.add(sample)
      })
    },
    both: () => ({ min: percentileAt(depth, ends.smallest()), max: percentileAt(depth, ends.largest()) }),
    ofMagnitudes() {
      const magnitudes = Float32Array.from([...ends.smallest(), ...ends.largest()], Math.abs).sort()
      return percentileAt(depth, magnitudes.slice(-depth.kept))
    },
    state: () => ({ numbers: [...running.state(), ...ends.state()] }),
  }
}
