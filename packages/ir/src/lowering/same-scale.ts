import { layerOf } from '../graph/edges.ts'
import type { Node, Value } from '../graph/types.ts'
import type { MultiplierAndShift } from '../number/scale-shift.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'
import { factorFor } from './factor.ts'
import { requantizationOf } from './requantization.ts'

/** How operands of another scale than the result's are brought to it. */
export interface SameScale {
  /** The factor `operand scale / result scale` as a multiplier and a shift. @default as the scheme encodes operands */
  factorOf?(factor: number): MultiplierAndShift
  /** Name of a requantized operand. @default `<operand>_to_<layer>` */
  nameOf?(operand: string, layer: string): string
}

/**
 * A node that joins codes (a concatenation): operands of another type, scale or zero point than the result's are requantized right behind where
 * they are made, each once.
 */
export function lowerJoin(
  node: Node,
  context: LowerContext,
  { factorOf = (factor) => factorFor('operand', factor, context), nameOf = (operand, layer) => `${operand}_to_${layer}` }: SameScale = {},
): LoweredNode {
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const hoisted = new Map<string, Node>()
  const values: Value[] = []
  const inputs = node.inputs.map((each) => {
    const source = each!
    const type = context.quantizedType(source)
    const { scale, zeroPoint } = type.quant!
    if (type.dtype === result.dtype && scale === result.quant!.scale && zeroPoint === result.quant!.zeroPoint) return source
    const made = nameOf(source, name)
    if (hoisted.has(made)) return made
    const attrs = requantizationOf([factorOf(scale / result.quant!.scale)], context)
    hoisted.set(made, { op: 'Requantize', inputs: [source], outputs: [made], attrs })
    values.push({ name: made, type: { ...result, shape: type.shape } })
    return made
  })
  return { nodes: [{ ...node, inputs }], values: [...values, { name, type: result }], hoisted: [...hoisted.values()] }
}
