import { type LoweredNode, layerOf, type Node } from '@q/ir'
import { computedOtherwise } from '@q/ir/lowering'
import { comparisons, isTruth } from './compare.ts'
import type { Telling } from './telling.ts'

/** Operators that take the codes 0 and 1 of a comparison for 0 and 1, and the places of the operands that they take so; absent: all. */
const takingTruths: Readonly<Record<string, readonly number[] | undefined>> = {
  And: undefined,
  Mul: undefined,
  Not: undefined,
  Or: undefined,
  Where: [0],
  Xor: undefined,
}

/**
 * Tells of comparisons among a layer's operands: these are the codes 0 and 1, whatever range was calibrated, and the chip reads them as codes of
 * the scale of that range, 1/255 as a rule. The integers are the chip's, and a warning names the layer.
 */
export const tellOfTruths: Telling = (node, context, made) => {
  if (context.scheme.kind === 'float' || !isOnCodes(made, node)) return []
  const areTruths = node.inputs.map((name) => name !== undefined && isTruth(name, context))
  if (comparisons.has(node.op) && areTruths.every(Boolean)) return []
  return node.inputs.flatMap((name, place) => {
    if (!areTruths[place] || isTaken(node, place)) return []
    const { scale } = context.quantizedType(name!).quant!
    return scale === 1 ? [] : [computedOtherwise(node, `the truth values of ${name} are read as codes of scale ${scale}`)]
  })
}

const isTaken = ({ op }: Node, place: number): boolean => op in takingTruths && (takingTruths[op]?.includes(place) ?? true)

const isOnCodes = ({ values }: LoweredNode, node: Node): boolean =>
  values.some(({ name, type }) => name === layerOf(node) && type.quant !== undefined)
