import {
  type LowerContext,
  type LoweredNode,
  layerOf,
  loweredTo,
  type Node,
  type Quant,
  roundHalfAway,
  saturate,
  type TensorType,
  type Value,
} from '@q/ir'
import { tableFunction } from './activations.ts'
import { byMode } from './by-mode.ts'
import { lowerFloat } from './float.ts'
import { integerConstant } from './integer-constant.ts'
import { tensorAndNumber } from './number-operand.ts'

/**
 * The table of a function over 8-bit codes: for each code its number, the function in double, the code of the result, halves
 * away from zero. An infinite or undefined result is the smallest code, as x86 makes it. Negative codes `i` stand at `256 + i`.
 */
export function lookupTable(name: string, from: TensorType, to: TensorType, f: (x: number) => number): Value {
  const source = from.quant as Quant
  const { scale, zeroPoint } = to.quant as Quant
  const signed = from.dtype === 'i8'
  const dtype = to.dtype as 'i8' | 'u8'
  const entries = dtype === 'i8' ? new Int8Array(256) : new Uint8Array(256)
  for (let i = signed ? -128 : 0; i < (signed ? 128 : 256); i++) {
    const code = f((i - source.zeroPoint) * source.scale) / scale + zeroPoint
    entries[i & 255] = saturate(Number.isFinite(code) ? roundHalfAway(code) : -Infinity, dtype)
  }
  return integerConstant(name, dtype, [1, 1, 1, 256], entries)
}

function lookUp(node: Node, x: string, f: (x: number) => number, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const table = lookupTable(`${name}_table`, context.quantizedType(x), type, f)
  return loweredTo({ op: 'Lut', inputs: [x, table.name], outputs: [name], attrs: {} }, [table, { name, type }])
}

/** An activation: in INT8 a lookup table. */
export const lowerActivation = byMode((node, context) =>
  lookUp(node, node.inputs[0]!, tableFunction(node.op, context.attrs(node)), context),
)

/** A number divided by a tensor: in INT8 a lookup table; a tensor divided by a number has no such form. */
export const lowerReciprocal = byMode((node, context) => {
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  return numberFirst ? lookUp(node, x, (each) => number / each, context) : lowerFloat(node, context.in('F32'))
})

/** Powers with a number as exponent or base: in INT8 a lookup table. */
export const lowerPowerTable = (node: Node, context: LowerContext): LoweredNode => {
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  return lookUp(node, x, (each) => (numberFirst ? number ** each : each ** number), context)
}
