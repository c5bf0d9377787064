import { layerOf } from '@q/ir'
import type { Found } from './search-model.ts'

/** A searched network as Graphviz reads it: one box a layer with its type and what it costs in codes; those that stay in float are filled. */
export function searchGraphText({ space, outcome: { result } }: Pick<Found, 'space' | 'outcome'>): string {
  const losses = new Map(result.ranking.map(({ layer, loss }) => [layer, loss]))
  const types = new Map(space.layers.map(({ name, type }) => [name, type]))
  const makers = new Map(space.graph.nodes.flatMap((node) => node.outputs.map((output) => [output, layerOf(node)] as const)))
  for (const { name } of space.graph.inputs) makers.set(name, name)
  const box = (name: string, type: string): string => {
    const loss = losses.get(name)
    const mode = result.trial.plan.get(name)
    const lines = [name, type, ...(mode === undefined ? [] : [mode]), ...(loss === undefined ? [] : [`loss ${loss.toExponential(3)}`])]
    return `  ${quoted(name)} [label=${quoted(lines.join('\n'))}${mode === undefined ? '' : ', style=filled'}]`
  }
  const edges = space.graph.nodes.flatMap((node) => {
    const sources = new Set(node.inputs.flatMap((input) => (input === undefined ? [] : (makers.get(input) ?? []))))
    return [...sources].map((source) => `  ${quoted(source)} -> ${quoted(layerOf(node))}`)
  })
  return `${[
    `digraph ${quoted(space.graph.name)} {`,
    '  node [shape=box]',
    ...space.graph.inputs.map(({ name }) => box(name, 'input')),
    ...space.graph.nodes.map((node) => box(layerOf(node), types.get(layerOf(node)) ?? node.op)),
    ...new Set(edges),
    '}',
  ].join('\n')}\n`
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
