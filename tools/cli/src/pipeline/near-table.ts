import type { CalibrationRow, CalibrationTable, Diagnostic, Graph, Node } from '@q/ir'
import { edgesOf, layerOf } from '@q/ir/graph'

/** Operators whose results are the elements of their operand, each at least once and nothing beside: any range of the one is a range of the other. */
const movers: ReadonlySet<string> = new Set([
  'DepthToSpace',
  'Reshape',
  'Reverse',
  'ShuffleChannel',
  'Squeeze',
  'SwapDimInner',
  'Tile',
  'Transpose',
  'Unsqueeze',
])

/** Operators whose results are some elements of their operand: its range holds them all, as any range of the whole may. */
const takers: ReadonlySet<string> = new Set(['Gather', 'Slice', 'Upsample'])

/** Whether a layer hands on elements of its first operand, and nothing but zeros beside, which every range takes in. */
function handsOn({ op, attrs }: Node): boolean {
  if (attrs['relu'] === true) return false
  return movers.has(op) || takers.has(op) || (op === 'Pad' && (attrs['mode'] !== 'constant' || attrs['value'] === 0))
}

const mostShown = 5

/** A table with rows for all that follows from it, without those of layers that the model does not have. */
export interface NearTable {
  readonly table: CalibrationTable
  /** What was added and left out, a line each. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Fits a table to a graph where nothing has to be guessed: other tools keep layers that hand on elements, or fold them. A layer without a row that only hands
 * on elements has the row of what they come from; rows of layers that the graph does not have are left out where no row is missing.
 */
export function nearTable(table: CalibrationTable, graph: Graph, required: readonly string[], place: string): NearTable {
  const { producer } = edgesOf(graph)
  const entries = new Map(table.entries)
  const added: string[] = []
  const rowOf = (name: string): CalibrationRow | undefined => {
    const known = entries.get(name)
    const maker: Node | undefined = known === undefined ? producer.get(name) : undefined
    return maker !== undefined && handsOn(maker) && layerOf(maker) === name ? rowOf(maker.inputs[0]!) : known
  }
  for (const name of required) {
    const row = entries.has(name) ? undefined : rowOf(name)
    if (row === undefined) continue
    entries.set(name, row)
    added.push(name)
  }
  const spare = [...entries.keys()].filter((name) => !graph.values.has(name))
  const isWhole = required.every((name) => entries.has(name))
  if (isWhole) for (const name of spare) entries.delete(name)
  const told = (code: string, names: readonly string[], message: (listed: string) => string): readonly Diagnostic[] =>
    names.length === 0 ? [] : [{ level: 'warning', code, message: message(listed(names)), at: [place] }]
  return {
    table: { ...table, entries },
    diagnostics: [
      ...told(
        'CALIBRATION_ROWS_ADDED',
        added,
        (names) => `no row for ${names}: each only hands on elements and has the row of what they come from`,
      ),
      ...told(
        'CALIBRATION_ROWS_UNUSED',
        isWhole ? spare : [],
        (names) => `rows of layers that the model does not have are passed over: ${names}`,
      ),
    ],
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - mostShown
  return names.slice(0, mostShown).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
