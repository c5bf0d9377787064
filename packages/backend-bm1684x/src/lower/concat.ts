import { type LowerContext, type LoweredNode, layerOf, type Node, scaleShift, type Value } from '@q/ir'
import { byMode } from './by-mode.ts'
import { lowerFloat } from './float.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  if (node.inputs.some((name) => context.constantOf(name) !== undefined)) return lowerFloat(node, context.in('F16'))
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const hoisted = new Map<string, Node>()
  const values: Value[] = []
  const inputs = node.inputs.map((each) => {
    const source = each!
    const type = context.quantizedType(source)
    if (type.dtype === result.dtype && type.quant!.scale === result.quant!.scale) return source
    const made = `${source}_to_${name}`
    if (hoisted.has(made)) return made
    const { multiplier, shift } = scaleShift(type.quant!.scale / result.quant!.scale, { bits: 8, range: 'positive' })
    hoisted.set(made, {
      op: 'Requantize',
      inputs: [source],
      outputs: [made],
      attrs: { multipliers: [multiplier], shifts: [shift], rounding: context.target.rounding.requantize },
    })
    values.push({ name: made, type: { ...result, shape: type.shape } })
    return made
  })
  return { nodes: [{ ...node, inputs }], values: [...values, { name, type: result }], hoisted: [...hoisted.values()] }
}

/** Concatenation: in INT8 operands of another scale are requantized right behind where they are made. */
export const lowerConcat = byMode(int8)
