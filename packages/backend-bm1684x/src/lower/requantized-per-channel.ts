import type { LowerContext, Node, Value } from '@q/ir'
import { newConstant } from '@q/ir/lowering'
import { packRequantization, type RequantizationWidth } from '@q/ir/number'

/** The node that makes codes of the plain sums of a convolution, and its constant: multiplier, minus the shift and zero point of each channel. @param width numbers that tell a channel's */
export function requantizedPerChannel(
  sums: string,
  result: Value,
  factors: readonly { readonly multiplier: number; readonly shift: number }[],
  name: string,
  width: RequantizationWidth,
  context: LowerContext,
): { readonly node: Node; readonly parameters: Value } {
  const zeroPoint = result.type.quant!.zeroPoint
  const rows = packRequantization(
    factors.map((factor) => ({ ...factor, zeroPoint })),
    width,
  )
  const inner = result.type.shape.slice(3).map(() => 1)
  const parameters = newConstant(name, 'i32', [1, factors.length, ...inner, width], rows)
  const attrs = { axis: 1, rounding: context.integers.rounding.requantize }
  return { node: { op: 'RequantizeAxis', inputs: [sums, parameters.name], outputs: [result.name], attrs }, parameters }
}
