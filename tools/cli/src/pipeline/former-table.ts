import { dirname, join } from 'node:path'
import { type Graph, parseQuantPlan } from '@q/ir'
import { tableFingerprintOf } from '@q/ir/tables'
import type { Context } from '../context.ts'
import { shellPath } from '../shell/shell-word.ts'

/** A table that a run writes under a name that runs on other networks take, too. */
interface TablePlace {
  readonly file: string
  readonly text: string
  readonly graph: Graph
  /** Tables that this run itself reads. */
  readonly inputs: readonly (string | undefined)[]
}

/**
 * What becomes of the table of float layers where no layer stays in float: none is written, but one of an earlier run would be taken for
 * this run's by whatever comes next, so an empty one replaces it. One with rows is kept under another name, and one that this run itself reads stays as it is.
 */
export async function emptiedTable(place: TablePlace, context: Context): Promise<ReadonlyMap<string, string>> {
  const { file, text, inputs } = place
  const { files, reporter } = context
  const given = inputs.filter((each) => each !== undefined)
  if ((await files.peekText(file)) === undefined || (await files.isAmong(file, given))) return new Map()
  await files.claim([file])
  reporter.print(`${file}: no layer stays in float, an empty table takes the place of an earlier run's`)
  return new Map([...(await keptTable({ ...place, isEmpty: true }, context)), [file, text]])
}

/** The former table under a numbered name, where it has rows that would be lost: those of another network, or all where the new one has none. */
export async function keptTable(
  { file, graph, isEmpty = false }: TablePlace & { readonly isEmpty?: boolean },
  { files, reporter }: Context,
): Promise<ReadonlyMap<string, string>> {
  const former = await files.peekText(file)
  if (former === undefined) return new Map()
  const rows = rowsIn(former, file)
  const isOther = rows.fingerprints.length > 0 && rows.fingerprints.join() !== tableFingerprintOf(graph)
  if (rows.count === 0 || !(isEmpty || isOther)) return new Map()
  for (let number = 1; ; number++) {
    const kept = `${file}.${number}`
    const text = await files.peekText(kept)
    if (text !== undefined && untimed(text) !== untimed(former)) continue
    reporter.note(`note: the table that was ${file}, of ${isOther ? 'another network' : 'an earlier run'}, is kept as ${kept}`)
    if (text !== undefined) return new Map()
    await files.claim([kept])
    return new Map([[kept, former]])
  }
}

/** A table as it is whenever it is made. */
const untimed = (text: string): string => text.replace(/^# gene\w+ time:.*$/gm, '')

/** How many rows there are, and of which network; whatever cannot be read as a table counts as rows. */
function rowsIn(text: string, file: string): { readonly count: number; readonly fingerprints: readonly string[] } {
  try {
    const { entries, fingerprints } = parseQuantPlan(text, file)
    return { count: entries.size, fingerprints }
  } catch {
    return { count: 1, fingerprints: [] }
  }
}

/** Says that a table of layers to keep in float lies beside, made for this network and not asked for. */
export async function noteUnusedTable(graph: Graph, calibrationTable: string | undefined, { files, reporter }: Context): Promise<void> {
  const folders = new Set(['.', ...(calibrationTable === undefined ? [] : [dirname(calibrationTable)])])
  for (const folder of folders)
    for (const name of ['shape_pattern_qtable', `${graph.name}_shape_pattern_qtable`]) {
      const file = join(folder, name)
      const text = await files.peekText(file).catch(() => undefined)
      if (text === undefined) continue
      const { count, fingerprints } = rowsIn(text, file)
      if (count === 0 || fingerprints.join() !== tableFingerprintOf(graph)) continue
      reporter.note(`note: ${file} keeps layers of this network in float and is not used: --quantize_table ${shellPath(file)} would`)
      return
    }
}
