import { type LowerContext, type Node, numberOperand, valueOf } from '@q/ir'

/** The tensor and the number of a binary operator one of whose operands is a constant of one element. */
export interface TensorAndNumber {
  readonly x: string
  readonly number: number
  /** Whether the number is the left operand. */
  readonly numberFirst: boolean
}

/** Tells tensor and number of a `#constant` form apart. */
export function tensorAndNumber(node: Node, context: LowerContext): TensorAndNumber {
  const place = numberOperand(node, (name) => valueOf(context.graph, name))
  if (place === undefined) throw new Error(`${node.op} ${node.outputs[0]} has no constant operand of one element`)
  return {
    x: node.inputs[1 - place]!,
    number: Number(context.constantOf(node.inputs[place])!.data[0]),
    numberFirst: place === 0,
  }
}
