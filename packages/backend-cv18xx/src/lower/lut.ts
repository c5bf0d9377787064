import type { LowerContext, LowerOp, Node, ScalarFunction } from '@q/ir'
import { lookUp, onCodes, type TensorAndNumber, tableFunction, tensorAndNumber } from '@q/ir/lowering'
import { plusNumber } from './add-constant.ts'
import { inBf16 } from './in-bf16.ts'
import { asPower, byNumberSlopes, lowerLogBf16, lowerSlopes, lowerSqrtBf16 } from './lut-bf16.ts'

/** What tables of integers look like in the vendor's files. */
const form = { shape: [1, 1, 1, 256] } as const

/** A function of one number: on codes a table. @param floats its form in bfloat16 */
const asTable = (floats: LowerOp = lowerSlopes, own?: ScalarFunction): LowerOp =>
  onCodes((node, context) => lookUp(node, node.inputs[0]!, own ?? tableFunction(node.op, context.attrs(node)), context, form), floats)

/** A number beyond all codes, which the chip gives at a pole. */
const beyond = 1e30

const power =
  (exponent: number): ScalarFunction =>
  (x) => {
    if (x === 0 && exponent < 0) return beyond
    return x < 0 && !Number.isInteger(exponent) ? 0 : x ** exponent
  }

export const lowerTable: LowerOp = asTable()
export const lowerLog: LowerOp = asTable(lowerLogBf16)
export const lowerSqrt: LowerOp = asTable(lowerSqrtBf16, power(0.5))

/** A function with the ReLU that its layer ends in. */
function withRelu(f: ScalarFunction, node: Node, context: LowerContext): ScalarFunction {
  const { relu, reluLimit } = context.attrs(node)
  if (relu !== true) return f
  const most = Number(reluLimit) > 0 ? Number(reluLimit) : Infinity
  return (x) => Math.min(most, Math.max(0, f(x)))
}

/** A function of a tensor and a number: on codes a table. @param floats its form in bfloat16 */
const asNumberTable = (
  functionOf: (number: number) => ScalarFunction,
  floats: (...each: Parameters<typeof asPower>) => ReturnType<LowerOp>,
): LowerOp =>
  onCodes(
    (node, context) => {
      const { x, number } = tensorAndNumber(node, context)
      return lookUp(node, x, withRelu(functionOf(number), node, context), context, form)
    },
    (node, context) => {
      const { x, number } = tensorAndNumber(node, context)
      return floats(node, x, number, context)
    },
  )

/** A number times a tensor. */
const times =
  (number: number): ScalarFunction =>
  (x) =>
    x * number
export const lowerMulConstant: LowerOp = asNumberTable(times, (node, x, number, context) => byNumberSlopes(node, x, times(number), context))

/** A number less a tensor; a tensor less a number is the sum with its negative. */
const from =
  (number: number): ScalarFunction =>
  (x) =>
    number - x
const lowerFromNumber: LowerOp = asNumberTable(from, (node, x, number, context) => byNumberSlopes(node, x, from(number), context))
export const lowerSubConstant: LowerOp = (node, context) => {
  const { x, number, numberFirst }: TensorAndNumber = tensorAndNumber(node, context)
  if (numberFirst) return lowerFromNumber(node, context)
  const sum: LowerOp = (each, floats) => plusNumber(each, x, -number, floats)
  return context.scheme.kind === 'float' ? sum(node, context) : inBf16(node, context, 'its number is added as a constant', sum)
}

const lowerReciprocal: LowerOp = asNumberTable(
  (number) => (x) => (x === 0 ? Math.sign(number) * beyond : number / x),
  (node, x, number, context) => asPower(node, x, -1, context, number),
)
const lowerPart: LowerOp = asNumberTable(
  (number) => times(1 / number),
  (node, x, number, context) => byNumberSlopes(node, x, times(1 / number), context),
)
/** A number over a tensor, or a tensor over a number. */
export const lowerDivConstant: LowerOp = (node, context) =>
  (tensorAndNumber(node, context).numberFirst ? lowerReciprocal : lowerPart)(node, context)

export const lowerPow: LowerOp = asNumberTable(power, asPower)
