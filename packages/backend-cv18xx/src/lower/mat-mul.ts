import { elementCount, type LowerOp, layerOf } from '@q/ir'
import { loweredTo, lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { factorsOf } from './conv.ts'
import { inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'
import { sliceCodes } from './weights.ts'

/** A matrix product in floats; its bias stays float32. */
const inFloats: LowerOp = (node, context) => lowerFloat(node, context, { keep: [2] })

/** A matrix product with a constant on the right: one factor for all. Products of two computed operands are bfloat16. */
export const lowerMatMul: LowerOp = onCodes((node, context) => {
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights = context.constantOf(w)
  const bias = context.constantOf(b)
  if (context.constantOf(x) !== undefined) return inBf16(node, context, 'its first operand is a constant', inFloats)
  if (weights === undefined) return inBf16(node, context, 'both operands are computed', inFloats)
  if (b !== undefined && bias === undefined) return inBf16(node, context, 'its bias is computed', inFloats)
  if (elementCount(weights.shape.slice(0, -2)) > 1) return inBf16(node, context, 'its constant is a batch of matrices', inFloats)
  const thresholds = { operand: thresholdOf(x, context), result: thresholdOf(name, context), limited: false }
  const codes = sliceCodes({ weights: weights.data as Float32Array, biases: (bias?.data ?? []) as Float32Array }, thresholds)
  const filter = newConstant(`${name}_filter_i8`, 'i8', weights.shape, Int8Array.from(codes.weights))
  const made = bias === undefined ? [filter] : [filter, newConstant(`${name}_bias_int32`, 'i32', bias.shape, Int32Array.from(codes.biases))]
  const { reluLimit: _, relu, ...attrs } = context.attrs(node)
  return loweredTo(
    {
      op: 'QMatMul',
      inputs: [x, ...made.map((value) => value.name)],
      outputs: [name],
      attrs: { ...attrs, ...factorsOf([codes], context), relu: relu! },
    },
    [...made, { name, type: context.quantizedType(name) }],
  )
}, inFloats)
