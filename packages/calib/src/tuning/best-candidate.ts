import type { Session, Tensor } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { floatValues } from '../observe/float-values.ts'
import { fakeQuantScale } from './candidates.ts'
import { l1Norm, relativeDistance } from './distance.ts'

/** One node, what it is fed by sample, and what it should give. */
export interface CandidateTrial {
  readonly session: Session
  readonly feeds: readonly ReadonlyMap<string, Tensor>[]
  readonly references: readonly Float32Array[]
  readonly output: string
  /** Thresholds, the present one first. */
  readonly candidates: readonly number[]
  readonly kernels: Kernels
  /** Called between runs; may throw to stop. */
  readonly pause: () => Promise<void>
}

/**
 * The candidate with the smallest mean distance from the references, the first of equals.
 *
 * A candidate is given up as soon as the samples seen so far bring its mean to that of the best one: distances are never negative.
 */
export async function bestCandidate({ session, feeds, references, output, candidates, kernels, pause }: CandidateTrial): Promise<number> {
  const norms = references.map(l1Norm)
  const buffers = quantizedBuffers(feeds[0]!)
  let best = candidates[0]!
  let smallest = NaN
  for (const [index, candidate] of candidates.entries()) {
    let total = 0
    for (const [sample, sampleFeeds] of feeds.entries()) {
      await pause()
      const fetched = await session.run(quantized(sampleFeeds, candidate))
      const squared = kernels.squaredDistance(references[sample]!, floatValues(output, fetched.get(output)))
      total += relativeDistance(squared, norms[sample]!)
      if (index > 0 && total / feeds.length >= smallest) break
    }
    const mean = total / feeds.length
    if (index === 0) smallest = mean
    else if (mean < smallest) {
      best = candidate
      smallest = mean
    }
  }
  return best

  function quantized(sampleFeeds: ReadonlyMap<string, Tensor>, threshold: number): ReadonlyMap<string, Tensor> {
    return new Map(
      [...sampleFeeds].map(([name, tensor]) => {
        const buffer = buffers.get(name)
        if (buffer === undefined) return [name, tensor]
        kernels.fakeQuantize(floatValues(name, tensor), fakeQuantScale(threshold), buffer)
        return [name, { ...tensor, data: buffer }]
      }),
    )
  }
}

/** Room for the fake-quantized inputs; integer inputs (indices, shapes) are fed as they are. */
function quantizedBuffers(feeds: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Float32Array> {
  return new Map([...feeds].flatMap(([name, { dtype, data }]) => (dtype === 'f32' ? [[name, new Float32Array(data.length)]] : [])))
}
