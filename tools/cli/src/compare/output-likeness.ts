import type { Tensor } from '@q/ir'
import { alignTensors } from './align-tensors.ts'
import { closeOrder, similarity } from './tensor-similarity.ts'

/** How near an output of a quantized model is to that of the float model, on one sample. */
export interface OutputLikeness {
  /** Cosine similarity, 1 for the same direction. */
  readonly cosine: number
  /** Euclidean similarity, 1 for equal. */
  readonly euclidean: number
  /** Energy of the float output over that of the difference, in dB, from -100 to 100 (equal). */
  readonly sqnr: number
}

const most = 100
const lost: OutputLikeness = { cosine: 0, euclidean: 0, sqnr: -most }

/**
 * Compares an output with the one it stands for. Unlike {@link similarity}, which repeats another tool's numbers, an
 * offset counts as noise, an output without variance has no noise taken from it, and a number that is infinite or NaN
 * where the other is not makes the output a lost one.
 */
export function outputLikeness(target: Tensor, reference: Tensor): OutputLikeness {
  const pair = alignTensors(target, reference)
  if (pair === undefined || pair.cropped) return lost
  const { target: found, reference: wanted } = pair
  let energy = 0
  let noise = 0
  for (let i = 0; i < wanted.length; i++) {
    const a = found[i]!
    const b = wanted[i]!
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) {
      if (Number.isFinite(b)) energy += b * b
      continue
    }
    if (!Number.isFinite(a - b)) return lost
    energy += b * b
    noise += (a - b) * (a - b)
  }
  if (noise === 0) return { cosine: 1, euclidean: 1, sqnr: most }
  const sqnr = Math.max(-most, Math.min(most, 10 * Math.log10(energy / noise)))
  // What agrees to three digits passes every comparison, whatever its direction.
  if (energy === 0 && closeOrder(found, wanted) >= 3) return { cosine: 1, euclidean: 1, sqnr }
  const { cosine, euclidean } = similarity(found, wanted)
  return { cosine, euclidean, sqnr }
}
