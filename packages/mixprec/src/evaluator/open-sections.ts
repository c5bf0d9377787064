import type { SectionDefinition } from '../segments/section-definition.ts'
import type { ConstantBook } from '../workers/constant-book.ts'
import type { PackedSection, ToWorkbench } from '../workers/protocol.ts'

/** Which sections a workbench has open, the ones used last, and which constants it holds for them. */
export interface OpenSections {
  /** Says how many sections the next task runs: so many stay open at least until then. */
  reserve(count: number): void
  /** Opens a section where it is not open. */
  open(section: SectionDefinition): void
}

/** @param most how many sections stay open @param tell tells the workbench */
export function createOpenSections(
  most: number,
  book: ConstantBook,
  tell: (message: Exclude<ToWorkbench, { kind: 'task' }>) => void,
): OpenSections {
  const open = new Map<string, ReadonlySet<number>>()
  const uses = new Map<number, number>()
  const close = (section: string): void => {
    const held = open.get(section)!
    open.delete(section)
    const constants: number[] = []
    for (const id of held) {
      const left = uses.get(id)! - 1
      if (left > 0) uses.set(id, left)
      else {
        uses.delete(id)
        constants.push(id)
      }
    }
    tell({ kind: 'close', section, constants })
  }
  let limit = most
  return {
    reserve(count) {
      limit = Math.max(most, count)
    },
    open(section) {
      const { hash } = section
      const held = open.get(hash)
      if (held !== undefined) {
        open.delete(hash)
        open.set(hash, held)
        return
      }
      while (open.size >= limit) close(open.keys().next().value!)
      const { packed, entries } = pack(section, book)
      const constants = entries.filter(({ id }) => !uses.has(id))
      for (const { id } of entries) uses.set(id, (uses.get(id) ?? 0) + 1)
      open.set(hash, new Set(entries.map(({ id }) => id)))
      tell({ kind: 'open', section: hash, packed, constants })
    },
  }
}

type Entry = ReturnType<ConstantBook['entry']>

function pack({ graph }: SectionDefinition, book: ConstantBook): { readonly packed: PackedSection; readonly entries: readonly Entry[] } {
  const entries = new Map<number, Entry>()
  const values = [...graph.values.values()].map(({ name, type, constant }) => {
    if (constant === undefined) return { name, type }
    const entry = book.entry(constant)
    entries.set(entry.id, entry)
    return { name, type, constant: entry.id }
  })
  const { name, inputs, outputs, nodes } = graph
  return { packed: { name, inputs, outputs, nodes, values }, entries: [...entries.values()] }
}
