import {
  type CodeStorage,
  type LowerContext,
  type LoweredNode,
  type LowerOp,
  layerOf,
  loweredTo,
  type Node,
  type Tensor,
  type Value,
} from '@q/ir'
import { asFloat, biasCodes, factorFor, largestOf, newConstant, onCodes, onceFor, quantizeWeights, requantizationOf } from '@q/ir/lowering'
import { integerRange } from '@q/ir/number'
import { lostBias } from './lost-bias.ts'
import { cutByWidening, isWideMatMul, widened } from './wide-result.ts'
import { hasZeroPoints, zeroPointOffsets } from './zero-points.ts'

/** Scale and codes of a matrix, one scale for all of it, in double: largest / 127, and / 7 with codes of 4 bits. */
export function quantizeMatrix(
  weights: Float32Array,
  bits: CodeStorage['bits'] = 8,
): { readonly scale: number; readonly codes: Int8Array } {
  const { scales, codes } = quantizeWeights(weights, {
    dtype: 'i8',
    paramsOf: (extent) => ({ scale: (largestOf(extent) || 1e-5) / integerRange(`i${bits}`).max }),
  })
  return { scale: scales[0]!, codes: Int8Array.from(codes) }
}

function int8(node: Node, context: LowerContext, inFloats: LowerOp): LoweredNode {
  const [a, b, bias] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  if (context.constantOf(a) !== undefined) return inFloats(node, context.in('F16'))
  const right = context.constantOf(b)
  if (hasZeroPoints(context) && !isMatrix(right, a, context)) return inFloats(node, context.in('F32'))
  const addend = context.constantOf(bias)
  if (bias !== undefined && addend === undefined) return inFloats(node, context.in('F32'))
  const { transA, transB, transY, headsAsBatch, keepdims, relu } = context.attrs(node)
  const narrow = context.quantizedType(name)
  const result = isWideMatMul(node, context) ? widened(narrow) : narrow
  const values: Value[] = []
  const bits = right === undefined ? 8 : context.integers.weights.bits
  const inputScale = context.quantizedType(a).quant!.scale
  let rightScale: number
  let rightName = b
  let offsets: ArrayLike<number> | undefined
  const width = result.shape.at(-1)!
  if (right === undefined) {
    rightScale = context.quantizedType(b).quant!.scale
  } else {
    const matrix = onceFor(right.data, `matrix ${bits}`, () => quantizeMatrix(right.data as Float32Array, bits))
    rightScale = matrix.scale
    rightName = `${name}_filter_int8`
    values.push(newConstant(rightName, 'i8', right.shape, matrix.codes))
    offsets = zeroPointOffsets(a, matrix.codes, { channels: width, axis: 'innermost' }, context)
  }
  const isBiased = addend !== undefined || offsets !== undefined
  if (isBiased) {
    const numbers = (addend?.data as Float32Array | undefined) ?? new Float32Array(width)
    const codes = biasCodes(numbers, rightScale * inputScale, { offsets, added: 'before', beyond: 'least' })
    const shape = result.shape.map((_, i) => (i === result.shape.length - 1 ? codes.length : 1))
    values.push(newConstant(`${name}_bias_int32`, 'i32', shape, codes))
  }
  const factor = factorFor('sum', (inputScale * rightScale) / result.quant!.scale, context)
  return loweredTo(
    {
      op: 'QMatMul',
      inputs: [a, rightName, ...(isBiased ? [`${name}_bias_int32`] : [])],
      outputs: [name],
      attrs: {
        transA: transA!,
        transB: transB!,
        transY: transY!,
        headsAsBatch: headsAsBatch!,
        keepdims: keepdims!,
        relu: relu!,
        weightBits: bits,
        ...requantizationOf([factor], context),
      },
    },
    [...values, { name, type: result }],
    {
      diagnostics: [
        ...lostBias(node, addend?.data as Float32Array | undefined, rightScale * inputScale),
        ...cutByWidening(node, result, context),
      ],
    },
  )
}

/** Whether a right operand is one constant matrix, or one for each part of a left operand without a zero point: the chip multiplies others by codes of zero point 0 alone. */
function isMatrix(right: Tensor | undefined, left: string, context: LowerContext): boolean {
  if (right === undefined) return false
  return right.shape.slice(0, -2).every((size) => size === 1) || context.quantizedType(left).quant!.zeroPoint === 0
}

/**
 * Matrix product: in INT8 one scale for the whole weight matrix and a 32-bit multiplier.
 *
 * @param addsHalfFloats whether the bias of half floats is half floats too; else float32
 */
export const lowerMatMul = (addsHalfFloats: boolean): LowerOp => {
  const inFloats = asFloat(addsHalfFloats ? {} : { keep: [2] })
  return onCodes((node, context) => int8(node, context, inFloats), inFloats)
}
