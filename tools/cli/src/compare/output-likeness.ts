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
  /** Numbers that are NaN or infinite on one side, or on both; similarities are those of the others. */
  readonly notFinite: number
}

const most = 100
const lost = { cosine: 0, euclidean: 0, sqnr: -most }

/**
 * Compares an output with the one it stands for. Unlike {@link similarity}, which repeats another tool's numbers, an
 * offset counts as noise, an output without variance has no noise taken from it, and a number that is infinite or NaN
 * where the other is not, or no finite number at all, makes the output a lost one; and so do more numbers that are not finite than that are: a similarity of the rest would be
 * no comfort.
 */
export function outputLikeness(target: Tensor, reference: Tensor): OutputLikeness {
  const pair = alignTensors(target, reference)
  if (pair === undefined || pair.cropped) return { ...lost, notFinite: 0 }
  const { found, wanted, notFinite, isLost } = finiteOf(pair.target, pair.reference)
  if (isLost) return { ...lost, notFinite }
  let energy = 0
  let noise = 0
  for (let i = 0; i < wanted.length; i++) {
    const b = wanted[i]!
    const difference = found[i]! - b
    energy += b * b
    noise += difference * difference
  }
  if (noise === 0) return { cosine: 1, euclidean: 1, sqnr: most, notFinite }
  const sqnr = Math.max(-most, Math.min(most, 10 * Math.log10(energy / noise)))
  // What agrees to three digits in every number passes every comparison, as in that of files: also numbers next to zero, whatever their direction.
  if (closeOrder(found, wanted) >= 3) return { cosine: 1, euclidean: 1, sqnr, notFinite }
  const { cosine, euclidean } = similarity(found, wanted)
  return { cosine, euclidean, sqnr, notFinite }
}

/** The pairs of finite numbers; where one alone is finite, or fewer than half of them are, all is lost. */
function finiteOf(
  target: Float32Array,
  reference: Float32Array,
): { readonly found: Float32Array; readonly wanted: Float32Array; readonly notFinite: number; readonly isLost: boolean } {
  const isPair = (a: number, i: number) => Number.isFinite(a) && Number.isFinite(reference[i]!)
  const found = target.every(isPair) ? target : target.filter(isPair)
  const wanted = found === target ? reference : reference.filter((b, i) => isPair(target[i]!, i) && Number.isFinite(b))
  const isOther = (a: number, i: number) => !(isPair(a, i) || Object.is(a, reference[i]!))
  return { found, wanted, notFinite: target.length - found.length, isLost: 2 * found.length < target.length || target.some(isOther) }
}
