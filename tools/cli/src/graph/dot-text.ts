import type { LayerRow } from './layer-rows.ts'

/** The graph in the language of Graphviz, layers in float filled. */
export function dotText(name: string, rows: readonly LayerRow[]): string {
  const nodes = rows.map(({ layer, operator, shape, mode, isFloat }) => {
    const label = [layer, operator, [shape, mode].filter((part) => part !== undefined).join(' ')].join('\n')
    return `  ${quoted(layer)} [label=${quoted(label)}${isFloat ? ', style=filled, fillcolor="#ffd9a0"' : ''}]`
  })
  const edges = rows.flatMap(({ layer, consumers }) => consumers.map((consumer) => `  ${quoted(layer)} -> ${quoted(consumer)}`))
  return `${[`digraph ${quoted(name)} {`, '  node [shape=box, fontname="sans-serif"]', ...nodes, ...edges, '}'].join('\n')}\n`
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
