import type { Tensor } from '@q/ir'
import { alignTensors } from './align-tensors.ts'
import { type EqualPlaces, equalPlaces, type PlaceRow, shareOf } from './equal-places.ts'
import type { Similarity } from './tensor-similarity.ts'
import { closeOrder, similarity } from './tensor-similarity.ts'

type Verdict = 'EQUAL' | 'CLOSE' | 'SIMILAR' | 'NOT_EQUAL' | 'NOT_SIMLIAR' | 'NOT_MATCH'

/** The comparison of one tensor. `NOT_SIMLIAR` is spelt as the tools that scripts parse spell it. */
export interface TensorVerdict {
  readonly name: string
  readonly verdict: Verdict
  readonly passed: boolean
  /** Shape and element type of the target as it is stored. */
  readonly shape: readonly number[]
  readonly dtype: string
  /** Shape of the reference, where it does not have as many elements. */
  readonly otherShape?: readonly number[]
  readonly similarity?: Similarity
  readonly closeOrder?: number
  /** Of a tensor that says which elements are picked, instead of a similarity. */
  readonly places?: EqualPlaces
  /** Elements of the target that are NaN or infinite where the reference is finite; they fail it, see {@link Tolerance.finite}. */
  readonly notFinite?: number
  /** Which slice along {@link Tolerance.axis} the similarities are of; the worst that failed, else the last. */
  readonly slice?: { readonly axis: number; readonly index: number; readonly size: number }
}

/** What a comparison must exceed. */
export interface Tolerance {
  readonly cosine: number
  readonly euclidean: number
  /** Whether int8 tensors must be equal; otherwise they are compared as numbers. @default true */
  readonly exactIntegers?: boolean
  /** Whether numbers that are not finite where the reference's are make a tensor fail; otherwise they count as {@link similarity} says. @default false */
  readonly finite?: boolean
  /** Tensors that say which elements are picked: of their places the share of `euclidean` must be the same. @default none */
  readonly places?: ReadonlyMap<string, PlaceRow>
  /** Compare each slice up to and including this axis by itself. */
  readonly axis?: number
}

/**
 * Compares one tensor with its reference: EQUAL when identical, CLOSE when all elements agree to three digits, else
 * SIMILAR when cosine and euclidean similarity both exceed the tolerance. Int8 tensors must be equal.
 */
export function compareTensor(name: string, target: Tensor, reference: Tensor, tolerance: Tolerance): TensorVerdict {
  const common = { name, shape: target.shape, dtype: target.dtype }
  const pair = alignTensors(target, reference)
  if (pair === undefined) return { ...common, verdict: 'NOT_MATCH', passed: false, otherShape: reference.shape }
  const place = pair.cropped ? { ...common, otherShape: reference.shape } : common
  const { target: a, reference: b } = pair
  if (a.every((value, i) => value === b[i])) return { ...place, verdict: 'EQUAL', passed: true }
  const row = pair.cropped ? undefined : tolerance.places?.get(name)
  if (row !== undefined) {
    const places = equalPlaces(target, reference, row)
    const passed = shareOf(places) >= tolerance.euclidean
    return { ...place, verdict: passed ? 'SIMILAR' : 'NOT_SIMLIAR', passed, places }
  }
  if (pair.type === 'int8' && tolerance.exactIntegers !== false) return { ...place, verdict: 'NOT_EQUAL', passed: false }
  const notFinite =
    tolerance.finite === true ? a.reduce((sum, each, i) => sum + (!Number.isFinite(each) && Number.isFinite(b[i]!) ? 1 : 0), 0) : 0
  if (notFinite > 0) return { ...place, verdict: 'NOT_SIMLIAR', passed: false, similarity: similarity(a, b), notFinite }
  const axis = tolerance.axis ?? -1
  const sliced = axis >= 0 && axis < target.shape.length
  const size = sliced ? target.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1) : a.length
  let chosen: TensorVerdict | undefined
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index * size < a.length; index++) {
    const part = index * size
    const slice = sliced ? { slice: { axis, index, size } } : {}
    const verdict = { ...place, ...compareSlice(a.subarray(part, part + size), b.subarray(part, part + size), tolerance), ...slice }
    const cosine = verdict.passed ? Number.POSITIVE_INFINITY : (verdict.similarity?.cosine ?? 0)
    if (cosine < least || least === Number.POSITIVE_INFINITY) chosen = verdict
    least = Math.min(least, cosine)
  }
  return chosen ?? { ...place, verdict: 'EQUAL', passed: true }
}

function compareSlice(
  a: Float32Array,
  b: Float32Array,
  { cosine, euclidean }: Tolerance,
): Pick<TensorVerdict, 'verdict' | 'passed' | 'similarity' | 'closeOrder'> {
  const order = closeOrder(a, b)
  if (order >= 3) return { verdict: 'CLOSE', passed: true, closeOrder: order }
  const alike = similarity(a, b)
  const passed = alike.cosine > cosine && alike.euclidean > euclidean
  return { verdict: passed ? 'SIMILAR' : 'NOT_SIMLIAR', passed, similarity: alike }
}
