import { numberOperand } from '../graph/op-form.ts'
import type { Node } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

/** The tensor and the number of a binary operator one of whose operands is a constant of one element. */
export interface TensorAndNumber {
  readonly x: string
  readonly number: number
  /** Whether the number is the left operand. */
  readonly numberFirst: boolean
}

/** Which operand (0 or 1) of a binary operator is a constant of one element; `undefined` when none is. */
export function numberPlace(node: Node, context: LowerContext): 0 | 1 | undefined {
  return numberOperand(node, (name) => {
    const constant = context.constantOf(name)
    return { name, type: context.typeOf(name), ...(constant === undefined ? {} : { constant }) }
  })
}

/** Tells tensor and number of a `#constant` form apart; one without a number is a defect of the back end and throws. */
export function tensorAndNumber(node: Node, context: LowerContext): TensorAndNumber {
  const place = numberPlace(node, context)
  if (place === undefined) throw new Error(`${node.op} ${node.outputs[0]} has no constant operand of one element`)
  return {
    x: node.inputs[1 - place]!,
    number: Number(context.constantOf(node.inputs[place])!.data[0]),
    numberFirst: place === 0,
  }
}
