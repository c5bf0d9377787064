import type { SampleSource, Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { feedOf } from '@q/ir/graph'
import type { NetworkInput } from '../segments/segmented-network.ts'
import type { BenchLine, TaskDone } from '../workers/bench-line.ts'
import type { ConstantBook } from '../workers/constant-book.ts'
import type { Step } from '../workers/protocol.ts'
import type { Tally } from './counts.ts'
import { type OpenJob, segmentsOf, wantedIds } from './job.ts'
import { createOpenSections } from './open-sections.ts'
import { lookAhead, type Outlook } from './outlook.ts'
import { createShelf } from './shelf.ts'
import { draftTask, keyAt, type TaskDraft, writeTask } from './task-draft.ts'

/** What one workbench has to do for a question: its samples, and for each what is open, by trial. */
export interface LaneWork {
  readonly samples: readonly { readonly sample: number; readonly jobs: readonly (OpenJob | undefined)[] }[]
  /** Whether a value is worth keeping beyond the question. */
  isLasting(id: string): boolean
  /** Whether to stop before the next task. */
  isOver(): boolean
  /** Is told what a task measured. */
  record(open: OpenJob, sample: number, done: TaskDone): void
}

/** Plans the work of one workbench, and keeps account of what is on its shelf. */
export interface Lane {
  /** Does the work, unless it is over before. @throws QError what a task threw */
  work(work: LaneWork): Promise<void>
  close(): Promise<void>
}

/** What a lane is made of. */
export interface LaneOptions {
  readonly line: BenchLine
  readonly samples: SampleSource
  /** What tensors may take that are kept. */
  readonly budgetBytes: number
  /** What sections may take that stay open. */
  readonly sectionBytes: number
  readonly book: ConstantBook
  readonly tally: Tally
  /** The part of `budgetBytes` that may be used now. */
  headroom(): number
}

/** A lane with nothing on its shelf. */
export function createLane({ line, samples, budgetBytes, sectionBytes, book, tally, headroom }: LaneOptions): Lane {
  const shelf = createShelf(budgetBytes, tally)
  const sections = createOpenSections(sectionBytes, book, tally)
  let slots = 0
  let tasks = 0

  const leavesOf = async ({ leaves, sample, open: { job } }: TaskDraft): Promise<ReadonlyMap<string, Tensor>> => {
    const networks = [job.reference.network, job.trial.network]
    const constants = new Map(networks.flatMap((network) => [...network.constants]))
    const inputs = new Map(networks.flatMap((network) => [...network.inputs]))
    const fed = leaves.some((id) => inputs.has(id)) ? await samples.load(sample) : new Map<string, Tensor>()
    const place = samples.describe?.(sample) ?? `sample ${sample}`
    return new Map(leaves.map((id) => [id, constants.get(id) ?? inputOf(fed, inputs.get(id)!, place)]))
  }
  /** As many samples side by side as the shelf has room for, so that a trial's sessions are used for all of them. */
  const shareOut = (work: LaneWork): { readonly chunks: readonly LaneWork['samples'][]; readonly isNarrow: boolean } => {
    const [first] = work.samples
    if (first === undefined) return { chunks: [], isNarrow: false }
    const { bytes, wideBytes } = outlookOf(first, work)
    if (wideBytes * work.samples.length <= shelf.room()) return { chunks: [work.samples], isNarrow: false }
    const size = Math.max(1, Math.floor(shelf.room() / Math.max(1, bytes)))
    const count = Math.ceil(work.samples.length / size)
    return { chunks: Array.from({ length: count }, (_, i) => work.samples.slice(i * size, (i + 1) * size)), isNarrow: true }
  }
  const outlookOf = ({ sample, jobs }: LaneWork['samples'][number], { isLasting }: LaneWork): Outlook =>
    lookAhead(
      jobs.map((open) =>
        open === undefined
          ? undefined
          : { networks: [segmentsOf(open.job.reference), segmentsOf(open.job.trial)], wanted: wantedIds(open) },
      ),
      (id) => shelf.has(keyAt(id, sample)),
      isLasting,
    )

  const workThrough = async (chunk: LaneWork['samples'], work: LaneWork, isNarrow: boolean): Promise<void> => {
    const outlooks = chunk.map((each) => outlookOf(each, work))
    const underWay: Promise<void>[] = []
    const trials = chunk[0]!.jobs.length
    for (let trial = 0; trial < trials; trial++) {
      for (const [i, { sample, jobs }] of chunk.entries()) {
        const open = jobs[trial]
        if (open === undefined) continue
        if (work.isOver()) break
        const isKept = (id: string): boolean => work.isLasting(id) || (outlooks[i]!.lastUse.get(id) ?? -1) > trial
        const leaving = shelf.narrow(headroom())
        const draft = draftTask(open, sample, shelf, isKept)
        sections.begin()
        const leaves = await leavesOf(draft)
        const own = writeTask(draft, leaves, {
          shelf,
          tally,
          newSlot: () => slots++,
          isKept,
          isNarrow,
          open: ({ section }, tell) => sections.open(section, tell),
        })
        const steps: readonly Step[] = leaving.length === 0 ? own : [{ kind: 'drop', slots: leaving }, ...own]
        const task = line.ask({ kind: 'task', id: tasks++, steps }).then((done) => work.record(open, sample, done))
        // A failure is thrown where the task is awaited.
        task.catch(() => {})
        underWay.push(task)
        if (underWay.length >= line.depth) await underWay.shift()
      }
    }
    await Promise.all(underWay)
  }

  return {
    async work(work) {
      try {
        const { chunks, isNarrow } = shareOut(work)
        for (const chunk of chunks) await workThrough(chunk, work, isNarrow)
      } catch (error) {
        // Tensors that a failed task should have made are not there, nor sections that it should have opened.
        shelf.clear()
        line.tell({ kind: 'clear' })
        sections.clear((message) => line.tell(message))
        throw error
      }
    },
    close: () => line.close(),
  }
}

/** @throws QError `SAMPLE_INPUT_MISSING`, `FEED_TYPE` */
function inputOf(inputs: ReadonlyMap<string, Tensor>, { name, dtype }: NetworkInput, sample: string): Tensor {
  const tensor = inputs.get(name)
  if (tensor !== undefined) return feedOf(name, tensor, dtype)
  throw new QError('SAMPLE_INPUT_MISSING', `a sample has no tensor for the input ${name}`, {
    at: [sample, name],
    found: [...inputs.keys()].join(', ') || 'no tensors',
    wanted: name,
    hint: 'give every input of the network in every sample',
  })
}
