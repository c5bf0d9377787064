import { elementBytes, elementCount } from '@q/ir'
import type { SectionDefinition } from '../segments/section-definition.ts'
import type { ConstantBook } from '../workers/constant-book.ts'
import type { PackedSection, ToWorkbench } from '../workers/protocol.ts'
import type { Tally } from './counts.ts'

/** Which sections a workbench has open, the ones used last, and which constants it holds for them. */
export interface OpenSections {
  /** Says how many sections the next task runs: so many stay open at least until then. */
  reserve(count: number): void
  /** Opens a section where it is not open. */
  open(section: SectionDefinition): void
}

/** How many sections stay open. */
export interface OpenLimits {
  /** So many, whatever they take: those that one trial after the other runs. */
  readonly least: number
  /** Beyond these, as many as take no more together, by {@link residentBytes}. */
  readonly bytes: number
}

interface Open {
  readonly constants: ReadonlySet<number>
  readonly bytes: number
}

/** @param tell tells the workbench */
export function createOpenSections(
  { least, bytes: most }: OpenLimits,
  book: ConstantBook,
  tally: Tally,
  tell: (message: Exclude<ToWorkbench, { kind: 'task' }>) => void,
): OpenSections {
  // In the order of their last use: a map keeps the order of insertion.
  const open = new Map<string, Open>()
  const uses = new Map<number, number>()
  let held = 0
  const change = (bytes: number): void => {
    held += bytes
    tally.sectionBytes += bytes
    tally.mostSectionBytes = Math.max(tally.mostSectionBytes, tally.sectionBytes)
  }
  const close = (section: string): void => {
    const { constants: used, bytes } = open.get(section)!
    open.delete(section)
    change(-bytes)
    const constants: number[] = []
    for (const id of used) {
      const left = uses.get(id)! - 1
      if (left > 0) uses.set(id, left)
      else {
        uses.delete(id)
        constants.push(id)
      }
    }
    tell({ kind: 'close', section, constants })
  }
  let reserved = least
  return {
    reserve(count) {
      reserved = Math.max(least, count)
    },
    open(section) {
      const { hash } = section
      const known = open.get(hash)
      if (known !== undefined) {
        open.delete(hash)
        open.set(hash, known)
        return
      }
      const bytes = residentBytes(section)
      while (open.size >= reserved && held + bytes > most) close(open.keys().next().value!)
      const { packed, entries } = pack(section, book)
      const constants = entries.filter(({ id }) => !uses.has(id))
      for (const { id } of entries) uses.set(id, (uses.get(id) ?? 0) + 1)
      open.set(hash, { constants: new Set(entries.map(({ id }) => id)), bytes })
      change(bytes)
      tell({ kind: 'open', section: hash, packed, constants })
    },
  }
}

/** What a session takes beside its numbers. */
const sessionBytes = 200_000
/** An executor holds constants as they are and as its kernels take them, and what a kernel takes and gives. */
const copies = 2
/** Memory of larger activations goes back when a run is over. */
const mostActivations = 2 * 2 ** 20

/** What an open section may be expected to take on a workbench: its constants, and what it computes in. */
function residentBytes({ graph }: SectionDefinition): number {
  let [constants, largest] = [0, 0]
  for (const { type, constant } of graph.values.values()) {
    if (constant === undefined) largest = Math.max(largest, elementCount(type.shape) * elementBytes[type.dtype])
    else constants += constant.data.byteLength
  }
  return sessionBytes + copies * constants + Math.min(copies * largest, mostActivations)
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
