import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { isFloat } from '../fold/literal.ts'
import { addConstant, addNumber, constantOf, keepsShape, numberOf } from '../net/constants.ts'
import { jumpsBehind } from '../net/jumps-behind.ts'
import { isNonNegative } from '../net/non-negative.ts'
import type { Rule } from '../net/rules.ts'
import { after, before, oneNumber } from './arithmetic.ts'

/**
 * What ONNX computes in integers and a canonical graph in floats is cut toward zero behind it, under the name that TPU-MLIR 1.30.2
 * gives the rounding down that it puts there: rounded down where nothing is negative, else `sign(q) * floor(|q|)`. A Cast to integers
 * would do it too, but what follows would then have plain integers to compute with, which codes cannot take.
 */
export const wholeResult: Rule = (net, node) => {
  const [result] = node.outputs as [string]
  const value = net.value(result)
  if (isFloat(value.type.dtype)) return false
  const isPositive = node.inputs.every((name) => name === undefined || isNonNegative(net, name))
  const cut = after(net, node, 'floor')
  const place = net.next(node)
  net.setValue({ ...value, type: { ...value.type, dtype: 'f32' } })
  const step = (op: string, inputs: readonly string[], output: string): string => {
    if (output !== cut) net.setValue({ name: output, type: { ...value.type, dtype: 'f32' } })
    net.add({ op, inputs: [...inputs], outputs: [output], attrs: {} }, place)
    return output
  }
  if (isPositive) step('Floor', [result], cut)
  else {
    const size = step('Abs', [result], net.freshName(`${result}_abs`))
    const whole = step('Floor', [size], net.freshName(`${result}_abs_floor`))
    step('Mul', [whole, step('Sign', [result], net.freshName(`${result}_sign`))], cut)
  }
  return true
}

/** Whether float32 holds the reciprocal of a number with all its bits, or both make zeros or infinities of everything. */
const isInvertible = (number: number): boolean =>
  number === 0 || !Number.isFinite(number) || (Math.abs(number) >= 2 ** -127 && Math.abs(number) <= 2 ** 126)

/**
 * `x / c` is `x * (1 / c)`, the factor in double precision; a quotient where float32 does not hold that, and where the divisors are many, whose
 * reciprocals are float32, and the last place of the result counts.
 */
export const division: Rule = (net, node) => {
  const [a, b] = node.inputs as [string, string]
  const number = numberOf(net, b, true)
  const known = constantOf(net, b)
  if (known?.data.every(isInvertible) === false) return false
  if (number !== undefined && keepsShape(net, node, node.inputs[0]!)) {
    net.change(node, { op: 'Mul', inputs: [a, addNumber(net, `${b}_reciprocal`, 1 / number)] })
    return true
  }
  if (known === undefined) return oneNumber(net, node, 0)
  if (jumpsBehind(net, node.outputs[0]!)) return false
  const reciprocals = known.data.map((each) => 1 / each)
  net.change(node, { op: 'Mul', inputs: [a, addConstant(net, `${node.outputs[0]}_divisor`, known.shape, reciprocals)] })
  return true
}

/** Powers of integers are whole where the exponent is. */
export const wholePower: Rule = (net, node) => {
  const exponents = constantOf(net, node.inputs[1])?.data
  return exponents?.every((each) => Number.isInteger(each) && each >= 0) !== true && wholeResult(net, node)
}

/** The remainder of integers by a number: 0 where it comes out as the number itself. One with the sign of the dividend is made of absolute values. */
export const remainder: Rule = (net, node) => {
  if (node.attrs['fmod'] !== undefined) return signedRemainder(net, node)
  const number = numberOf(net, node.inputs[1], true)
  const [result] = node.outputs as [string]
  if (number === undefined || isFloat(net.value(result).type.dtype) || net.consumers(result).some(({ op }) => op === 'NotEqual'))
    return false
  const product = after(net, node, 'Mul')
  const place = net.next(node)
  const differs = net.freshName(`${result}_NotEqual`)
  net.setValue({ ...net.value(result), name: differs })
  net.add({ op: 'NotEqual', inputs: [result, node.inputs[1]], outputs: [differs], attrs: {} }, place)
  net.add({ op: 'Mul', inputs: [differs, result], outputs: [product], attrs: {} }, place)
  return true
}

function signedRemainder(net: GraphDraft, node: Node): boolean {
  const [a, b] = node.inputs as [string, string]
  const [result] = node.outputs as [string]
  if (node.attrs['fmod'] !== true || (isNonNegative(net, a) && isNonNegative(net, b))) {
    net.change(node, { attrs: {} })
    return true
  }
  const mapped = (op: 'Abs' | 'Sign', name: string): string => {
    const known = constantOf(net, name)
    if (known === undefined) return before(net, node, `${result}_${op.toLowerCase()}`, op, [name], name)
    return addConstant(net, `${name}_${op.toLowerCase()}`, known.shape, known.data.map(op === 'Abs' ? Math.abs : Math.sign))
  }
  const rest = before(net, node, `${result}_rest`, 'Mod', [mapped('Abs', a), mapped('Abs', b)], result)
  net.change(node, { op: 'Mul', inputs: [rest, mapped('Sign', a)], attrs: {} })
  return true
}
