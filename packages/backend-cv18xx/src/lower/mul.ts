import { type LowerOp, layerOf } from '@q/ir'
import { asFloat, loweredTo, onCodes } from '@q/ir/lowering'
import { constantPlaces, inBf16 } from './in-bf16.ts'
import { mantissaFactor } from './mantissa-factor.ts'
import { reluBehind } from './relu-behind.ts'

/** The chip leaves out the ReLU of a product of bfloat16 numbers that its compiler groups with a table in front of it. */
const inFloats = reluBehind(asFloat(), '_plain')

/** A product of two computed operands; one with a constant is bfloat16. */
export const lowerMul: LowerOp = onCodes((node, context) => {
  if (constantPlaces(node, context).length > 0) return inBf16(node, context, 'an operand is a constant')
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const scales = node.inputs.map((operand) => context.quantizedType(operand!).quant!.scale)
  const factor = mantissaFactor(scales.reduce((product, scale) => product * scale, 1) / type.quant!.scale)
  return loweredTo(
    {
      op: 'QMul',
      inputs: node.inputs,
      outputs: [name],
      attrs: {
        multipliers: [factor.multiplier],
        shifts: [factor.shift],
        requantize: factor.requantize,
        rounding: context.integers.rounding.requantize,
        relu: context.attrs(node)['relu']!,
      },
    },
    [{ name, type }],
  )
}, inFloats)
