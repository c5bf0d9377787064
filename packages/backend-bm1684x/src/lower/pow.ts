import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Value } from '@q/ir'
import { floatResult, floatTypeOf, onCodes, tensorAndNumber } from '@q/ir/lowering'
import { lowerPowerTable } from './lut.ts'

/** A constant of one element. */
const numberValue = (name: string, x: number): Value => ({
  name,
  type: { dtype: 'f64', shape: [1] },
  constant: { dtype: 'f64', shape: [1], data: Float64Array.of(x) },
})

/**
 * A power computed in floats by exponentials and logarithms: `x^e = e^(e ln |x|)`; an odd whole exponent is one less, times x; without
 * a whole exponent the absolute value is left out. `c^x = e^(x ln c)`.
 *
 * These are float32. In a network of bfloat16, the absolute value and the product with x are bfloat16.
 */
function float(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  const isWhole = !numberFirst && Number.isInteger(number)
  const narrow = floatTypeOf(context) === 'bf16'
  if (narrow && !isWhole) return float(node, context.in('F32'))
  const wide = narrow ? context.in('F32') : context
  const nodes: Node[] = []
  const values: Value[] = []
  const add = (op: string, inputs: readonly string[], suffix: string, made = wide): string => {
    const result = `${name}${suffix}`
    const type = floatResult(name, made)
    nodes.push({ op, inputs, outputs: [result], attrs: {} })
    values.push({ name: result, type: suffix === '' ? type : { ...type, shape: context.typeOf(x).shape } })
    return result
  }
  const times = (base: string, factor: number, suffix = '_mul_const'): string => {
    const constant = numberValue(`${name}${suffix}_const`, factor)
    values.push(constant)
    return add('Mul', [base, constant.name], suffix)
  }
  if (numberFirst) {
    add('Exp', [times(x, Math.log(number), '_mul')], '')
    return { nodes, values }
  }
  const isOdd = isWhole && number % 2 !== 0
  const base = isWhole ? add('Abs', [x], '_abs', context) : x
  const power = times(add('Log', [base], '_log'), isOdd ? number - 1 : number)
  if (isOdd) add('Mul', [x, add('Exp', [power], '_exp')], '', context)
  else add('Exp', [power], '')
  return { nodes, values }
}

/** Powers with a number as exponent or base. */
export const lowerPowConstant = onCodes(lowerPowerTable, float)

/** A tensor to the power of a tensor: `e^(y ln x)`. */
export const lowerPow: LowerOp = (node, context) => {
  const name = layerOf(node)
  const type = floatResult(name, context)
  const [x, y] = node.inputs as [string, string]
  const nodes: Node[] = [
    { op: 'Log', inputs: [x], outputs: [`${name}_log`], attrs: {} },
    { op: 'Mul', inputs: [y, `${name}_log`], outputs: [`${name}_mul`], attrs: {} },
    { op: 'Exp', inputs: [`${name}_mul`], outputs: [name], attrs: {} },
  ]
  return {
    nodes,
    values: [
      { name: `${name}_log`, type: { ...type, shape: context.typeOf(x).shape } },
      { name: `${name}_mul`, type },
      { name, type },
    ],
  }
}
