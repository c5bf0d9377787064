import type { Graph } from '@q/ir'
import { topLayers } from './top-layers.ts'

/** Layers whose results are spread by their definition. */
const leftOut: ReadonlySet<string> = new Set(['top.LayerNorm', 'top.Softmax'])

/** The file `kurtosis_analysis` of TPU-MLIR: each layer's kurtosis and operator, the largest first; results of a layer with several are of none. */
export function kurtosisText(graph: Graph, kurtosis: ReadonlyMap<string, number>): string {
  const layers = topLayers(graph).flatMap(({ operator, names }) =>
    leftOut.has(operator) ? [] : names.map((name) => ({ name, operator: names.length === 1 ? operator : 'None' })),
  )
  const rows = layers.flatMap(({ name, operator }) => {
    const value = kurtosis.get(name)
    return value === undefined ? [] : [{ name, value, operator }]
  })
  rows.sort((a, b) => (a.value === b.value ? 0 : b.value - a.value))
  const lines = rows.map(({ name, value, operator }) => `${name}  ${Number.isFinite(value) ? value.toFixed(7) : 'inf'}  ${operator}`)
  return ['# op_name   kurtosis   op_type', ...lines, ''].join('\n')
}
