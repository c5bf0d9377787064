import type { Node, TensorType } from '@q/ir'
import { elementCount } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import { carriedZero, isByte } from './codes.ts'
import { alwaysRounded, reshaped, rounded, swappedLast, transposed } from './finish.ts'
import { weightOperand } from './integer-weights.ts'
import type { Requantization } from './requantize-sums.ts'
import { isExactInDouble, requantized } from './requantize-sums.ts'
import { softmaxOf } from './softmax.ts'
import { exponentialTable, nearestCodes, shares } from './softmax-codes.ts'
import type { Translate, Translation } from './translator.ts'

const codesOf = (dtype: 'i8' | 'u8', shape: readonly number[], zeroPoint = 0): TensorType => ({
  dtype,
  shape,
  quant: { scale: 1, zeroPoint, expressed: 'f32' },
})

/** Sums of products as codes: multiplier, shift and zero point are entry `which` of the node's `parameters`. */
function requantizedBy(
  t: Translation,
  node: Node,
  sums: string,
  which: number,
  bound: number,
  bias?: Float64Array,
): { readonly codes: string; readonly type: TensorType } | undefined {
  const parameters = t.attrs(node)['parameters'] as readonly number[]
  const [multiplier, shift, zero] = parameters.slice(3 * which, 3 * which + 3) as [number, number, number]
  const { shape } = t.build.typeOf(sums)
  const type = codesOf('i8', shape, zero)
  const r: Requantization = {
    kind: 'multiplier-shift',
    multipliers: [multiplier],
    shifts: [shift],
    rounding: 'half-up',
    relu: false,
    bounds: [bound],
    ...(bias === undefined ? {} : { bias }),
  }
  return isExactInDouble(r, type) ? { codes: requantized(t.build, sums, type, r, shape.length - 1), type } : undefined
}

/** Codes of a byte are sums of 128 at most, as they are: no zero point is taken off inside an attention. */
const reach = 255

/** One head on codes: three projections, their product, its shares, the product with the values, the output projection. */
export const translateQAttention: Translate = (node, t) => {
  const [x, k, v, wq, bq, wk, bk, wv, bv, wo, bo, mask, table] = node.inputs
  const { build } = t
  const row = exponentialTable(t, table!)
  if (row === undefined) return undefined
  const keys = k ?? x!
  const values = v ?? keys
  const project = (from: string, w: string, b: string | undefined, which: number) => {
    const weights = t.valueOf(w).constant
    const bias = b === undefined ? undefined : t.valueOf(b).constant
    const { dtype, shape } = t.typeOf(from)
    if (weights === undefined || (b !== undefined && bias === undefined) || !isByte(dtype) || !isByte(weights.dtype)) return undefined
    const weight = weightOperand(t, weights, t.kernels.matMul)
    const sums = build.node(
      'MatMulInteger',
      [
        t.carried(from),
        weight.name,
        build.numbers('u8', carriedZero(codesOf(dtype as 'i8', shape))),
        build.numbers(weight.dtype, weight.zero),
      ],
      { dtype: 'i32', shape: [...shape.slice(0, -1), weights.shape.at(-1)!] },
    )
    const offsets = bias === undefined ? undefined : Float64Array.from(bias.data as Int32Array)
    return requantizedBy(t, node, sums, which, shape.at(-1)! * reach * 128, offsets)
  }
  const query = project(x!, wq!, bq, 0)
  const key = project(keys, wk!, bk, 1)
  const value = project(values, wv!, bv, 2)
  if (query === undefined || key === undefined || value === undefined) return undefined

  /** Between codes made while running; zero points of the operands' storage are taken off. */
  const product = (a: string, aZero: number, b: string, bZero: number): string => {
    const shape = [...build.typeOf(a).shape.slice(0, -1), build.typeOf(b).shape.at(-1)!]
    return build.node('MatMulInteger', [a, b, build.numbers('u8', aZero), build.numbers('u8', bZero)], { dtype: 'i32', shape })
  }
  const size = build.typeOf(query.codes).shape.at(-1)!
  const scores = requantizedBy(t, node, product(query.codes, 128, swappedLast(build, key.codes), 128), 3, size * 128 * 128)
  if (scores === undefined) return undefined
  const seen = mask === undefined ? scores.codes : hidden(t, scores.codes, mask)
  if (seen === undefined) return undefined
  const p = nearestCodes(t, shares(t, seen, row, -1, Math.fround(1 / 255)), codesOf('u8', scores.type.shape))
  const places = scores.type.shape.at(-1)!
  const mixed = requantizedBy(t, node, product(p, 0, value.codes, 128), 4, places * 255 * 128)
  const weights = t.valueOf(wo!).constant
  const bias = bo === undefined ? undefined : t.valueOf(bo).constant
  if (mixed === undefined || weights === undefined || !isByte(weights.dtype) || (bo !== undefined && bias === undefined)) return undefined

  const weight = weightOperand(t, weights, t.kernels.matMul)
  const type = t.typeOf(node.outputs[0]!)
  const whole = { dtype: 'i32', shape: [...mixed.type.shape.slice(0, -1), weights.shape.at(-1)!] } as const
  const sums = build.node(
    'MatMulInteger',
    [mixed.codes, weight.name, build.numbers('u8', 128), build.numbers(weight.dtype, weight.zero)],
    whole,
  )
  const offsets = bias === undefined ? [] : Array.from(bias.data as Int32Array)
  const summed = offsets.length === 0 ? sums : build.node('Add', [sums, build.numbers('i32', offsets, [offsets.length])], whole)
  return [reshaped(build, summed, type.shape)]
}

/** All heads in floats; queries, keys, values, shares and their products are rounded to the type of the result. */
export const translateAttention: Translate = (node, t) => {
  const [x, k, v, wq, bq, wk, bk, wv, bv, wo, bo, mask] = node.inputs
  const { build } = t
  const type = t.typeOf(node.outputs[0]!)
  const { heads, headSize, scale } = t.attrs(node) as { heads: number; headSize: number; scale: number }
  const narrow = (y: string) => rounded(t, y, type, alwaysRounded(node))
  const project = (from: string, w: string, b: string | undefined): string => {
    const { shape } = t.typeOf(from)
    const [places, inner] = shape.slice(-2) as [number, number]
    const rows = [elementCount(shape.slice(0, -2)), places, heads * headSize]
    const weight = reshaped(build, t.carried(w), [inner, heads * headSize])
    const float = { dtype: 'f32', shape: rows } as const
    const y = build.node('MatMul', [reshaped(build, t.carried(from), [rows[0]!, places, inner]), weight], float)
    const summed = b === undefined ? y : build.node('Add', [y, reshaped(build, t.carried(b), [heads * headSize])], float)
    return transposed(build, reshaped(build, narrow(summed), [rows[0]!, places, heads, headSize]), [0, 2, 1, 3])
  }
  const query = project(x!, wq!, bq)
  const key = project(k ?? x!, wk!, bk)
  const value = project(v ?? k ?? x!, wv!, bv)
  const [batch, , m] = build.typeOf(query).shape as [number, number, number]
  const n = build.typeOf(key).shape[2]!
  const square = { dtype: 'f32', shape: [batch, heads, m, n] } as const
  const scores = build.node('Mul', [build.node('MatMul', [query, swappedLast(build, key)], square), build.numbers('f32', scale)], square)
  const hidden = mask === undefined ? scores : masked(t, scores, mask)
  if (hidden === undefined) return undefined
  const p = narrow(softmaxOf(t, hidden, -1))
  const mixed = narrow(build.node('MatMul', [p, value], { dtype: 'f32', shape: [batch, heads, m, headSize] }))
  const rows = reshaped(build, transposed(build, mixed, [0, 2, 1, 3]), [batch, m, heads * headSize])
  const outs = type.shape.at(-1)!
  const float = { dtype: 'f32', shape: [batch, m, outs] } as const
  const y = build.node('MatMul', [rows, reshaped(build, t.carried(wo!), [heads * headSize, outs])], float)
  const summed = bo === undefined ? y : build.node('Add', [y, reshaped(build, t.carried(bo), [elementCount(t.typeOf(bo).shape)])], float)
  return [rounded(t, reshaped(build, summed, type.shape), type, node)]
}

/** A mask that is one number, one for each key, or one for each pair of query and key, as it goes with scores of some shape. */
function fittedMask(t: Translation, scores: readonly number[], mask: string): string | undefined {
  const [m, n] = scores.slice(-2) as [number, number]
  const heads = scores.length > 3 ? [1] : []
  const batch = scores[0]!
  const count = elementCount(t.typeOf(mask).shape)
  const shape =
    count === 1 ? [1] : count === n ? [n] : count === m * n || count === batch * m * n ? [count / (m * n), ...heads, m, n] : undefined
  return shape === undefined ? undefined : reshaped(t.build, t.carried(mask), shape)
}

/** Adds a mask. */
function masked(t: Translation, scores: string, mask: string): string | undefined {
  const square = t.build.typeOf(scores)
  const fitted = fittedMask(t, square.shape, mask)
  return fitted === undefined ? undefined : t.build.node('Add', [scores, fitted], square)
}

/** The least code wherever a mask is not 0. */
function hidden(t: Translation, codes: string, mask: string): string | undefined {
  const { dtype, shape } = t.build.typeOf(codes)
  const fitted = fittedMask(t, shape, mask)
  if (fitted === undefined) return undefined
  const { dtype: own, shape: masks } = t.build.typeOf(fitted)
  const zero = t.build.numbers(own, shiftOf(t.typeOf(mask).dtype))
  const isSeen = t.build.node('Equal', [fitted, zero], { dtype: 'bool', shape: masks })
  return t.build.node('Where', [isSeen, codes, t.build.numbers(dtype, dtype === 'i8' ? -128 : 0)], { dtype, shape })
}
