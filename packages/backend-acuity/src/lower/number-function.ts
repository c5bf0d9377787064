import type { LowerOp } from '@q/ir'
import { lookUp, onCodes, tensorAndNumber } from '@q/ir/lowering'

/** A function of a tensor and a number. */
type WithNumber = (x: number, number: number) => number

const functions: Readonly<Record<string, { readonly first: WithNumber; readonly second: WithNumber }>> = {
  Div: { first: (x, number) => number / x, second: (x, number) => x / number },
  Pow: { first: (x, number) => number ** x, second: (x, number) => x ** number },
  Max: { first: Math.max, second: Math.max },
  Min: { first: Math.min, second: Math.min },
}

/** An operator of a tensor and a number: on codes a table. */
export const lowerWithNumber: LowerOp = onCodes((node, context) => {
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  const { first, second } = functions[node.op]!
  const f = numberFirst ? first : second
  const { relu, reluLimit } = context.attrs(node)
  const [least, most] = relu === true ? [0, Number(reluLimit) > 0 ? Number(reluLimit) : Infinity] : [-Infinity, Infinity]
  return lookUp(node, x, (value) => Math.min(most, Math.max(least, f(value, number))), context)
})
