import type { Graph, Value } from '../graph/types.ts'

/** What a graph computes, node by node, whatever its values are called: inputs by their place, constants by their elements, results by who makes them. */
export function anonymousForm({ inputs, outputs, nodes, values }: Graph): readonly string[] {
  const ids = new Map(inputs.map(({ name }, place) => [name, `input ${place}`]))
  nodes.forEach((node, i) => {
    node.outputs.forEach((name, place) => ids.set(name, `${i}.${place}`))
  })
  const idOf = (name: string | undefined): unknown => (name === undefined ? null : (ids.get(name) ?? elementsOf(values.get(name)!)))
  const typesOf = (names: readonly string[]): readonly unknown[] => names.map((name) => values.get(name)?.type)
  return [
    ...nodes.map((node) => JSON.stringify([node.op, node.attrs, node.inputs.map(idOf), typesOf(node.outputs)])),
    JSON.stringify([outputs.map(idOf), typesOf(outputs)]),
  ]
}

const elementsOf = ({ type, constant }: Value): unknown => [type, constant === undefined ? null : Array.from(constant.data, String)]
