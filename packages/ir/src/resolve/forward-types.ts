import type { Target } from '../contracts/target.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, Node, TensorType } from '../graph/types.ts'

/**
 * Gives the results of `Target.typeFollowers` the element type of their operand, so that a change of type happens behind
 * them and not in front.
 */
export function forwardTypes(graph: Graph, target: Target): Graph {
  const followers: readonly string[] = target.typeFollowers ?? []
  const values = new Map(graph.values)
  for (const node of graph.nodes) {
    if (!followers.includes(node.op) || node.inputs[0] === undefined) continue
    const result = values.get(node.outputs[0]!)!
    const operand = values.get(node.inputs[0]) ?? valueOf(graph, node.inputs[0])
    values.set(result.name, { ...result, type: retyped(operand.type, result.type) })
  }
  return { ...graph, values }
}

/** The element type of `from` in the shape of `to`. */
function retyped(from: TensorType, to: TensorType): TensorType {
  return { ...from, shape: to.shape }
}

/** Whether a node takes over its operand's type. */
export const followsType = (node: Node, target: Target): boolean => (target.typeFollowers ?? []).some((op) => op === node.op)
