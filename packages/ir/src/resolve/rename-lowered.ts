import type { Node } from '../graph/types.ts'
import type { LoweredNode } from './lower-context.ts'

/** A lowered layer under other names: of what it makes, and of what it reads. */
export function renameLowered(lowered: LoweredNode, names: ReadonlyMap<string, string>): LoweredNode {
  if (names.size === 0) return lowered
  const nameOf = (name: string): string => names.get(name) ?? name
  const renamed = (node: Node): Node => renameNode(node, names)
  const { hoisted, operands, renamed: results } = lowered
  return {
    ...lowered,
    nodes: lowered.nodes.map(renamed),
    values: lowered.values.map((value) => ({ ...value, name: nameOf(value.name) })),
    ...(hoisted === undefined ? {} : { hoisted: hoisted.map(renamed) }),
    ...(operands === undefined ? {} : { operands: new Map([...operands].map(([name, need]) => [nameOf(name), need])) }),
    ...(results === undefined ? {} : { renamed: new Map([...results].map(([old, name]) => [nameOf(old), nameOf(name)])) }),
  }
}

/** A node under other names; the same object where none of its names has another. */
export function renameNode(node: Node, names: ReadonlyMap<string, string>): Node {
  if (![...node.inputs, ...node.outputs].some((name) => name !== undefined && names.has(name))) return node
  const nameOf = (name: string): string => names.get(name) ?? name
  return { ...node, inputs: node.inputs.map((name) => (name === undefined ? undefined : nameOf(name))), outputs: node.outputs.map(nameOf) }
}
