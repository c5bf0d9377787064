import type { Observer, ObserverFactory } from '@q/ir'
import { QError } from '@q/ir'
import { klThreshold } from '../histogram/kl-threshold.ts'
import { magnitudeHistogram } from '../histogram/magnitude-histogram.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import type { FinishedRange } from './running-range.ts'
import { runningRange } from './running-range.ts'

/** Options of {@link kl}. */
export interface KlOptions {
  /** Bins of the first sample's histogram. @default 2048 */
  readonly bins?: number
  /** The inner loops; one set can serve all observers of a thread. @default a set of its own */
  readonly kernels?: Kernels
}

/**
 * The method `kl`: the threshold whose int8 quantization changes the distribution of magnitudes least
 * (Kullback-Leibler divergence; Migacz, "8-bit inference with TensorRT", 2017, in the form of TPU-MLIR 1.30.2).
 *
 * @throws QError `CALIBRATION_BINS` when `bins` is not a whole number from 2 to 8,000,000
 */
export function kl({ bins = 2048, kernels = createKernels() }: KlOptions = {}): ObserverFactory {
  if (!Number.isInteger(bins) || bins < 2 || bins > 8_000_000) {
    throw new QError('CALIBRATION_BINS', 'this number of histogram bins cannot be used', {
      kind: 'usage',
      found: String(bins),
      wanted: 'a whole number from 2 to 8000000',
      hint: 'correct it, or leave it out for 2048',
    })
  }
  return {
    name: 'kl',
    anyOrder: true,
    create({ name }, from): Observer {
      const running = runningRange(name, from?.numbers.slice(0, 2))
      const histogram = magnitudeHistogram(
        kernels,
        bins,
        [name],
        from === undefined ? undefined : { ...from, numbers: from.numbers.slice(2) },
      )
      let finished: FinishedRange | undefined
      const finish = (): FinishedRange => {
        if (finished !== undefined) return finished
        const filled = histogram.read()
        // Without a histogram nothing exceeded 1e-8; what is returned here is then clamped to the smallest threshold.
        finished = running.finish(() => (filled === undefined ? 1 : klThreshold(filled)))
        return finished
      }
      return {
        observe(values) {
          finished = undefined
          histogram.add(values, running.extend)
        },
        range: () => finish().range,
        state() {
          const { numbers, counts } = histogram.state()
          return { numbers: [...running.state(), ...numbers], ...(counts === undefined ? {} : { counts }) }
        },
        get diagnostics() {
          return [...histogram.diagnostics, ...finish().diagnostics]
        },
      }
    },
  }
}
