import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatResult } from '@q/ir/lowering'

/** Remainder: `x - floor(x / y) y`, step by step in float32. */
export const lowerMod: LowerOp = (node: Node, context: LowerContext): LoweredNode => {
  const name = layerOf(node)
  const type = floatResult(name, context)
  const [x, y] = node.inputs as [string, string]
  const step = (op: string, inputs: readonly string[], output: string): Node => ({ op, inputs, outputs: [output], attrs: {} })
  const nodes = [
    step('Div', [x, y], `${name}_div`),
    step('Floor', [`${name}_div`], `${name}_floor`),
    step('Mul', [y, `${name}_floor`], `${name}_mul`),
    step('Sub', [x, `${name}_mul`], name),
  ]
  return { nodes, values: nodes.map(({ outputs }) => ({ name: outputs[0]!, type })) }
}
