import { operatorsByLayer } from '@q/fpfwd'
import type { CalibrationTable, Graph, Plan, QuantMode } from '@q/ir'
import { edgesOf, layerOf } from '@q/ir'

/** A layer, or an input, as a person looks at it. */
export interface LayerRow {
  readonly layer: string
  /** As patterns name it: `MulConst`, `Conv+relu`, `Input`. */
  readonly operator: string
  /** `1x64x56x56` */
  readonly shape: string
  /** The layers that use what this one computes. */
  readonly consumers: readonly string[]
  /** What a table or a pattern says; absent for the mode of the whole model. */
  readonly mode?: QuantMode
  /** Threshold, smallest and largest element. */
  readonly range?: string
  readonly isFloat: boolean
}

/** What is known of a network beside its graph. */
export interface LayerFacts {
  readonly plan: Plan
  /** Whether a mode computes in float. */
  readonly isFloat: (mode: QuantMode) => boolean
  readonly table?: CalibrationTable
}

/** The layers of a graph in its order, inputs first. */
export function layerRows(graph: Graph, { plan, isFloat, table }: LayerFacts): readonly LayerRow[] {
  const { consumers } = edgesOf(graph)
  const operators = operatorsByLayer(graph)
  const rowOf = (results: readonly string[], operator: string): LayerRow => {
    const [layer = ''] = results
    const mode = results.map((name) => plan.get(name)).find((each) => each !== undefined)
    const row = table?.entries.get(layer)
    return {
      layer,
      operator,
      shape: graph.values.get(layer)?.type.shape.join('x') || '1',
      consumers: [...new Set(results.flatMap((name) => (consumers.get(name) ?? []).map(layerOf)))],
      ...(mode === undefined ? {} : { mode }),
      ...(row === undefined ? {} : { range: `${row.threshold} ${row.min} ${row.max}` }),
      isFloat: mode !== undefined && isFloat(mode),
    }
  }
  return [
    ...graph.inputs.map(({ name }) => rowOf([name], 'Input')),
    ...graph.nodes.map((node) => rowOf(node.outputs, `${operators.get(layerOf(node))}${node.attrs['relu'] === true ? '+relu' : ''}`)),
  ]
}

/** The rows as lines of a table with aligned columns; those in float are marked by a star. */
export function rowLines(rows: readonly LayerRow[]): readonly string[] {
  const hasModes = rows.some(({ mode }) => mode !== undefined)
  const hasRanges = rows.some(({ range }) => range !== undefined)
  const cells = [
    ['', 'layer', 'operator', 'shape', ...(hasModes ? ['mode'] : []), ...(hasRanges ? ['threshold min max'] : []), 'consumers'],
    ...rows.map(({ layer, operator, shape, mode = '', range = '', consumers, isFloat }) => [
      isFloat ? '*' : '',
      layer,
      operator,
      shape,
      ...(hasModes ? [mode] : []),
      ...(hasRanges ? [range] : []),
      consumers.join(', '),
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .slice(hasModes ? 0 : 1)
      .join('  ')
      .trimEnd(),
  )
}
