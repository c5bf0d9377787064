import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { lowerFloat, mirroredComparison, numberPlace, onCodes, truthType } from '@q/ir/lowering'
import { roundHalfAway, saturate } from '@q/ir/number'
import { haveSameCodes } from './copy.ts'

/** Operators whose results are truth values: the codes 0 and 1, whatever range they were calibrated with. */
export const comparisons: ReadonlySet<string> = new Set([
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Xor',
  'Not',
])

/** Whether an operand of a node on codes is truth values, the codes 0 and 1. */
export function isTruth(name: string, { facts, producer, mode }: LowerContext): boolean {
  return (facts['truths'] as readonly string[] | undefined)?.includes(name) === true && producer(name)?.mode === mode
}

/** Whether a node is a sum of truth values that is only asked whether it is 0: their codes are added up in whatever scale. */
export function isEither({ inputs }: Node, context: LowerContext): boolean {
  return context.facts['isEither'] === true && inputs.every((name) => name !== undefined && isTruth(name, context))
}

/** What a comparison with a number asks of the tensor; `undefined` for logic. */
function operationOf(op: string, numberFirst: boolean): string | undefined {
  const mirrored = mirroredComparison(op)
  return numberFirst || mirrored === undefined ? mirrored : op
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const number = numberPlace(node, context)
  if (number !== undefined) {
    const x = node.inputs[1 - number]!
    const operation = operationOf(node.op, number === 0)
    if (operation === undefined) return lowerFloat(node, context.in('F32'))
    const { dtype, quant } = context.quantizedType(x)
    const value = Number(context.constantOf(node.inputs[number])!.data[0])
    const constant = saturate(roundHalfAway(value / quant!.scale + quant!.zeroPoint), dtype as 'i8' | 'u8')
    return loweredTo({ op: 'QCompareConstant', inputs: [x], outputs: [name], attrs: { constant, operation } }, [
      { name, type: truthType(name, context) },
    ])
  }
  const types = node.inputs.map((each) => (context.constantOf(each) === undefined ? context.quantizedType(each!) : undefined))
  const [a, b] = types
  if (node.inputs.length === 2 && (a === undefined || b === undefined || !haveSameCodes(a, b))) {
    return lowerFloat(node, context.in('F32'))
  }
  return loweredTo(node, [{ name, type: truthType(name, context) }], { operands: new Map(node.inputs.map((each) => [each!, 'codes'])) })
}

/** Comparison and logic: in INT8 on codes of one scale, the result 0 or 1. */
export const lowerCompare = onCodes(int8)
