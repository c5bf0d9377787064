import { elementBytes, elementCount, type Graph } from '@q/ir'
import { planSection } from '@q/ir/section'
import type { SectionDefinition } from '../segments/section-definition.ts'
import type { ConstantBook } from '../workers/constant-book.ts'
import type { OpenOrClose, PackedSection } from '../workers/protocol.ts'
import type { Tally } from './counts.ts'

/** Which sections a workbench has open, the ones used last, and which constants it holds for them. */
export interface OpenSections {
  /** Says that another task begins. */
  begin(): void
  /**
   * Opens a section where it is not open.
   *
   * @param tell tells the workbench, in the order of the task's steps
   * @returns what to do behind the run; nothing where the section stays open
   */
  open(section: SectionDefinition, tell: (message: OpenOrClose) => void): (() => void) | undefined
  /** Closes all, for a workbench of which it is not known what it has open. */
  clear(tell: (message: OpenOrClose) => void): void
}

interface Open {
  readonly constants: ReadonlySet<number>
  readonly bytes: number
  /** The task that ran it last. */
  readonly task: number
}

/**
 * No section open.
 *
 * Those that stay take no more than a limit together, by {@link residentBytes}. Tasks run mostly the same sections, in the same order: one that the last task ran is not closed for another,
 * which would be closed for the next in its turn. So a section that has no room beside them is closed as soon as it has run.
 */
export function createOpenSections(most: number, book: ConstantBook, tally: Tally): OpenSections {
  // In the order of their last use: a map keeps the order of insertion.
  const open = new Map<string, Open>()
  const uses = new Map<number, number>()
  let held = 0
  let task = 0
  const change = (bytes: number): void => {
    held += bytes
    tally.sectionBytes += bytes
    tally.mostSectionBytes = Math.max(tally.mostSectionBytes, tally.sectionBytes)
  }
  const close = (section: string, tell: (message: OpenOrClose) => void): void => {
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
  return {
    begin() {
      task++
    },
    open(section, tell) {
      const { hash } = section
      const known = open.get(hash)
      if (known !== undefined) {
        open.delete(hash)
        open.set(hash, { ...known, task })
        return undefined
      }
      const bytes = residentBytes(section)
      for (const [other, { task: last }] of open) {
        if (held + bytes <= most || last >= task - 1) break
        close(other, tell)
      }
      const stays = held + bytes <= most
      const { packed, entries } = pack(section, book)
      const constants = entries.filter(({ id }) => !uses.has(id))
      for (const { id } of entries) uses.set(id, (uses.get(id) ?? 0) + 1)
      open.set(hash, { constants: new Set(entries.map(({ id }) => id)), bytes, task })
      change(bytes)
      tell({ kind: 'open', section: hash, packed, constants })
      return stays ? undefined : () => close(hash, tell)
    },
    clear(tell) {
      for (const section of [...open.keys()]) close(section, tell)
    },
  }
}

/** What a session takes beside its numbers. */
const sessionBytes = 200_000
/** An executor holds constants as they are and as its kernels take them, and what a kernel takes and gives. */
const copies = 2
/** Memory of larger activations goes back when a run is over. */
const mostActivations = 2 * 2 ** 20

/** What an open section may be expected to take on a workbench: its constants, and what it computes in where that is kept from run to run. */
function residentBytes({ graph }: SectionDefinition): number {
  let constants = 0
  for (const { constant } of graph.values.values()) constants += constant?.data.byteLength ?? 0
  const activations = activationBytes(graph)
  return sessionBytes + copies * constants + (activations > mostActivations ? 0 : copies * activations)
}

/** The most memory that values of a graph take at once. */
function activationBytes(graph: Graph): number {
  const { nodes, lastUses } = planSection(graph)
  const sizeOf = (name: string): number => {
    const { dtype, shape } = graph.values.get(name)!.type
    return elementCount(shape) * elementBytes[dtype]
  }
  const alive = new Set<string>()
  let [now, most] = [0, 0]
  nodes.forEach(({ outputs }, i) => {
    for (const name of outputs) {
      alive.add(name)
      now += sizeOf(name)
    }
    most = Math.max(most, now)
    for (const name of lastUses[i]!) if (alive.delete(name)) now -= sizeOf(name)
  })
  return most
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
