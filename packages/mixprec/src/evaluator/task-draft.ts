import type { Tensor } from '@q/ir'
import type { Segment } from '../segments/segmented-network.ts'
import type { OpenOrClose, Step } from '../workers/protocol.ts'
import type { Tally } from './counts.ts'
import { inStretches } from './in-stretches.ts'
import { type OpenJob, type RunnableNetwork, segmentsOf, wantedIds } from './job.ts'
import type { Shelf } from './shelf.ts'
import { walkBack } from './walk-back.ts'

/** What has to be done for one trial and one sample. */
export interface TaskDraft {
  readonly open: OpenJob
  readonly sample: number
  readonly runs: readonly { readonly segment: Segment; readonly network: RunnableNetwork }[]
  /** Values that are needed and not kept: inputs of the network, and constants. */
  readonly leaves: readonly string[]
}

/** What a task is written with. */
export interface TaskDesk {
  readonly shelf: Shelf
  readonly tally: Tally
  newSlot(): number
  /** Whether 16-bit floats are kept in two bytes each. */
  readonly isNarrow: boolean
  /** Whether a value is worth keeping. */
  isKept(id: string): boolean
  /** Makes sure that a section can be run. @returns what to do behind the run */
  open(segment: Segment, tell: (step: OpenOrClose) => void): (() => void) | undefined
}

/** Finds out what has to be run. @param isKept whether a value is worth keeping */
export function draftTask(open: OpenJob, sample: number, shelf: Shelf, isKept: (id: string) => boolean): TaskDraft {
  const made = new Set<string>()
  const has = (id: string): boolean => made.has(id) || shelf.has(keyAt(id, sample))
  const wanted = wantedIds(open)
  const isAsked = (id: string): boolean => isKept(id) || wanted.includes(id)
  const runs = [open.job.reference, open.job.trial].flatMap((network) =>
    inStretches(walkBack(segmentsOf(network), wanted, has), network.network, isAsked).map((segment) => {
      for (const id of segment.fetches) made.add(id)
      return { segment, network }
    }),
  )
  const needed = new Set([...runs.flatMap(({ segment }) => segment.feeds), ...wanted])
  return { open, sample, runs, leaves: [...needed].filter((id) => !has(id)) }
}

/** The key of a value and a sample on a shelf. */
export function keyAt(id: string, sample: number): string {
  return `${sample} ${id}`
}

/** Writes the steps of a task, and accounts for every tensor. @param leaves the inputs and constants that the draft names */
export function writeTask({ open, sample, runs }: TaskDraft, leaves: ReadonlyMap<string, Tensor>, desk: TaskDesk): readonly Step[] {
  const { shelf, tally } = desk
  const steps: Step[] = []
  const wanted = wantedIds(open)
  const lastRun = new Map<string, number>()
  runs.forEach(({ segment }, place) => {
    for (const id of segment.feeds) lastRun.set(id, place)
  })
  for (const id of wanted) lastRun.set(id, runs.length)
  const inUse = new Set([...lastRun.keys()].map((id) => keyAt(id, sample)))
  /** Tensors of this task that are on no shelf. */
  const loose = new Map<string, number>()
  const slotOf = (id: string): number => loose.get(id) ?? shelf.use(keyAt(id, sample))
  const drop = (slots: readonly number[]): void => {
    if (slots.length > 0) steps.push({ kind: 'drop', slots })
  }
  const place = (id: string, slot: number, bytes: number): void => {
    const taken = desk.isKept(id) ? shelf.put(keyAt(id, sample), { slot, bytes }, (key) => inUse.has(key)) : undefined
    if (taken === undefined) loose.set(id, slot)
    else drop(taken)
  }
  const dropLoose = (isOver: (id: string) => boolean): void => {
    const over = [...loose].filter(([id]) => isOver(id))
    for (const [id] of over) loose.delete(id)
    drop(over.map(([, slot]) => slot))
  }
  for (const [id, tensor] of leaves) {
    const slot = desk.newSlot()
    steps.push({ kind: 'give', slot, tensor })
    place(id, slot, tensor.data.byteLength)
  }
  runs.forEach(({ segment, network: { precision, role } }, at) => {
    const { section } = segment
    const closing = desk.open(segment, (step) => steps.push(step))
    if (role === 'reference') tally.referenceExecutions += section.graph.nodes.length
    else tally.nodeExecutions += section.graph.nodes.length
    const feeds = segment.feeds.map(slotOf)
    const results = segment.fetches.map((id, i) => {
      const isNews = !loose.has(id) && !shelf.has(keyAt(id, sample))
      const isWanted = (lastRun.get(id) ?? -1) > at || desk.isKept(id)
      return isNews && isWanted
        ? {
            id,
            slot: desk.newSlot(),
            halves: desk.isNarrow && section.bytes[i]! < section.wideBytes[i]! && desk.isKept(id),
            bytes: (desk.isNarrow ? section.bytes : section.wideBytes)[i]!,
          }
        : undefined
    })
    steps.push({
      kind: 'run',
      section: section.hash,
      precision,
      feeds,
      fetches: results.map((result) => ({ slot: result?.slot, halves: result?.halves ?? false })),
    })
    closing?.()
    for (const result of results) if (result !== undefined) place(result.id, result.slot, result.bytes)
    dropLoose((id) => (lastRun.get(id) ?? -1) <= at)
  })
  for (const { measurement, metrics } of open.measurements) {
    const { values, postProcess } = measurement
    const [found, reference] = [measurement.found, measurement.wanted].map((list) =>
      list.map(({ id, quant }) => ({ slot: slotOf(id), quant })),
    )
    steps.push({ kind: 'measure', values, wanted: reference!, found: found!, metrics, postProcess })
    tally.measured += metrics.length
  }
  dropLoose(() => true)
  drop([...lastRun.keys()].filter((id) => !desk.isKept(id)).flatMap((id) => shelf.take(keyAt(id, sample)) ?? []))
  return steps
}
