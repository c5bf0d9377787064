import {
  createResolver,
  type Graph,
  type MetricName,
  type ObservedRange,
  type Plan,
  type QuantMode,
  type Question,
  type SampleSource,
  type SearchSpace,
  type SearchStrategy,
  type Trial,
  type TrialLosses,
} from '@q/ir'
import { allOps } from '@q/ir/ops'
import type { ComparedValue, SearchOutcome } from '@q/mixprec'
import { askInTime, createEvaluator, describeLayers, runSearch } from '@q/mixprec'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { digestOfModule } from '../modules/digest-of-module.ts'
import { type QuantizationSettings, usualSettings } from '../pipeline/resolve-for-chip.ts'
import { version } from '../version.ts'
import { searchExecutors } from '../wiring/executors.ts'
import { collectGarbage } from './collect-garbage.ts'
import { budgetOf, type Deadline, isTooShortForThreads } from './deadline.ts'
import { evaluationThreads } from './evaluation-threads.ts'
import type { JournalFile } from './journal-file.ts'
import { keptSamples } from './kept-samples.ts'
import { layerTypes } from './layer-types.ts'
import type { PostProcessing } from './post-processing.ts'
import { limitedSamples, samplesInTime, searchOnAll } from './samples-in-time.ts'
import { joined, resumedTeller, tellSearch } from './tell-search.ts'

/** The part of the memory for what need not be computed again that samples may take beside it. */
const keptShare = 1 / 32

/** What the process may take beside that memory, in bytes, before less of it is used: it grows a little within a task and until what is dropped is gone, 400 MiB at most. */
const besideCache = 256 * 2 ** 20

/** What is searched, with what, and how long. */
export interface SearchTask {
  readonly graph: Graph
  readonly chip: Chip
  /** Mode of layers that no plan names, and of those that a search keeps in float. */
  readonly mode: QuantMode
  readonly floatMode: QuantMode
  /** What holds for all layers. @default `usualSettings` */
  readonly settings?: QuantizationSettings
  /** Rows of the calibration table. */
  readonly table: ReadonlyMap<string, ObservedRange>
  /** Tables by threshold method. @default thresholds are those of the table */
  readonly methods?: ReadonlyMap<string, ReadonlyMap<string, ObservedRange>>
  /** Layers that are decided. @default none */
  readonly pinned?: Plan
  readonly samples: SampleSource
  /** Tells these samples from others. */
  readonly samplesKey: string
  readonly strategy: SearchStrategy
  /** What is told of the network before and after beside cosine, which people compare networks by; whatever the strategy measures by. @default nothing */
  readonly metrics?: readonly MetricName[]
  /** What trials are compared with: the float graph, or all of it in the chip's float mode. @default 'graph' */
  readonly reference?: 'graph' | 'chip-float'
  /** @default the outputs */
  readonly compared?: readonly ComparedValue[]
  readonly postProcessing?: PostProcessing
  /** When the search has to end. @default it ends when it is done */
  readonly deadline?: Deadline
  /** Whether it may be measured on fewer samples where the time is short. @default false */
  readonly mayTakeFewer?: boolean
  /** Whether losses reach what is wanted. @default nothing is */
  readonly isGood?: (losses: TrialLosses | undefined) => boolean
  /** Threads. @default as many as there are cores */
  readonly workers?: number
  /** What kept tensors may take. @default 1 GiB */
  readonly cacheBytes?: number
}

/** What a search found, and what there is to tell about it. */
export interface Found {
  readonly space: SearchSpace
  /** How many samples there are; the space has fewer where there was no time for all. */
  readonly samples: number
  readonly outcome: SearchOutcome
  /** The losses with all layers in codes; absent when the time was over before they were known. */
  readonly before?: TrialLosses
  /** The log of the search, and how many of its lines were told before the last question was answered. */
  readonly lines: readonly string[]
  readonly toldBefore: number
  readonly seconds: number
}

/** Runs a search over a model. What an interrupted run of the same search has measured is taken from the journal. @throws QError `INTERRUPTED`, those of the evaluator and the strategy */
export async function searchModel(task: SearchTask, journal: JournalFile, context: Context): Promise<Found> {
  const started = performance.now()
  collectGarbage()
  const { graph, chip, table, strategy, cacheBytes = 2 ** 30 } = task
  const settings = { mode: task.mode, ...(task.settings ?? usualSettings) }
  const resolver = createResolver(graph, table, chip.backend, settings)
  const layers = describeLayers({
    graph,
    table,
    backend: chip.backend,
    settings,
    floatMode: task.floatMode,
    resolver,
    ...(task.pinned === undefined ? {} : { pinned: task.pinned }),
    typeOf: layerTypes(graph),
  })
  const samples = limitedSamples(keptSamples(task.samples, keptShare * cacheBytes, collectGarbage))
  const { deadline } = task
  const plain: Trial = { plan: task.pinned ?? new Map() }
  const spaceOn = (count: number): SearchSpace => ({
    graph,
    target: chip.backend.target,
    layers,
    mode: task.mode,
    floatMode: task.floatMode,
    pinned: plain.plan,
    table,
    methods: task.methods ?? new Map(),
    samples: count,
  })
  const able = layers.filter(({ modes }) => modes.includes(task.floatMode))
  const inFloat: Trial = { plan: new Map(able.map(({ name }) => [name, task.floatMode] as const)) }
  const mayStart = isPlain(task) && (deadline === undefined || !isTooShortForThreads(deadline))
  const threads = mayStart ? evaluationThreads(threadData(task), task.workers) : undefined
  const evaluator = createEvaluator({
    graph,
    table,
    backend: chip.backend,
    settings,
    resolver,
    reference: task.reference === 'chip-float' ? inFloat : 'graph',
    samples,
    samplesDigest: await journalScope(task),
    executors: searchExecutors(),
    journal: journal.journal,
    compare: comparisonOf(task),
    budgetBytes: cacheBytes,
    resident: { most: cacheBytes + besideCache, now: () => process.memoryUsage.rss() },
    ...(threads === undefined ? {} : { workers: threads }),
  })
  try {
    const budget = deadline === undefined ? undefined : budgetOf(deadline)
    const metrics = ['cosine', ...(task.metrics ?? [])] as const
    if (deadline !== undefined && task.mayTakeFewer === true) {
      const ask = (some: NonNullable<Question['samples']>) =>
        askInTime(evaluator, { trials: [plain], metrics, samples: some }, { signal: context.signal, budget })
      samples.limit(await samplesInTime(samples.count, deadline, async (some) => (await ask(some)) !== undefined))
      if (samples.count < task.samples.count)
        context.reporter.note(
          `note: trials are measured on ${samples.count} of ${task.samples.count} samples first: the budget may leave no time for more; --inference_num asks for just so many`,
        )
    }
    const teller = tellSearch(plain.plan, samples, started, context)
    const tellResumed = resumedTeller(journal, evaluator, context)
    const runOn = (count: number): Promise<SearchOutcome> =>
      runSearch(strategy, spaceOn(count), evaluator, {
        signal: context.signal,
        onEvent(event) {
          tellResumed()
          teller.onEvent(event)
        },
        ...(budget === undefined ? {} : { budget }),
      })
    const outcome = await searchOnAll(await runOn(samples.count), samples, task.samples.count, {
      goal: metrics.at(-1)!,
      isGood: task.isGood ?? (() => false),
      async measure(trial) {
        const answers = await askInTime(evaluator, { trials: [plain, trial], metrics }, { signal: context.signal, budget })
        if (answers !== undefined) teller.startOver(answers[0])
        return answers?.[1]
      },
      run: () => runOn(samples.count),
    })
    context.signal.throwIfAborted()
    teller.end()
    const space = spaceOn(samples.count)
    /** Losses with what is missing of them, unless the time is over. */
    const completed = async (trial: Trial, losses: TrialLosses | undefined): Promise<TrialLosses | undefined> => {
      const missing = metrics.filter((metric) => losses?.losses[metric] === undefined)
      if (outcome.ended !== 'finished' || missing.length === 0) return losses
      const answers = await askInTime(evaluator, { trials: [trial], metrics: missing }, { signal: context.signal, budget })
      return answers === undefined ? losses : joined(losses, answers[0]!)
    }
    const before = await completed({ plan: space.pinned }, teller.before())
    const losses = await completed(outcome.result.trial, outcome.result.losses)
    context.signal.throwIfAborted()
    const result = losses === undefined ? outcome.result : { ...outcome.result, losses }
    if (result.losses?.failure !== undefined) throw result.losses.failure
    const counts = evaluator.counts()
    context.reporter.event('evaluated', { ...counts })
    if (journal.answers > 0 && counts.journalHits === 0)
      context.reporter.note(
        'note: the journal that an interrupted run left was of another model, other samples or thresholds: nothing of it is used',
      )
    return {
      space,
      samples: task.samples.count,
      outcome: { ...outcome, result, open: unexamined(outcome, space) },
      ...(before === undefined ? {} : { before }),
      ...teller.log(),
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await evaluator.close()
  }
}

/** Layers that a search which ended early did not come to: those it named, or all that it has no loss of. */
function unexamined({ ended, open, result }: SearchOutcome, { layers, pinned, floatMode }: SearchSpace): readonly string[] {
  if (ended === 'finished' || open.length > 0) return open
  const ranked = new Set(result.ranking.map(({ layer }) => layer))
  const isOpen = ({ name, hasCodes, modes }: (typeof layers)[number]) => hasCodes && modes.includes(floatMode) && !pinned.has(name)
  return layers.filter((layer) => isOpen(layer) && !ranked.has(layer.name)).map(({ name }) => name)
}

/** What losses in the journal hang on that the evaluator does not see: the samples' files, this program, and what the user's chip computes its own operators by. */
async function journalScope({ samplesKey, chip }: SearchTask): Promise<string> {
  return JSON.stringify([samplesKey, version, chip.file === undefined ? null : await digestOfModule(chip.file)])
}

/** Whether other threads know all that a trial may be made of: operators of a user's back end do not travel. */
const isPlain = ({ chip, graph }: SearchTask): boolean => chip.file === undefined && [...graph.ops.keys()].every((op) => allOps.has(op))

const threadData = ({ postProcessing }: SearchTask) => (postProcessing === undefined ? {} : { postProcess: postProcessing.file })

function comparisonOf({ compared, postProcessing }: SearchTask) {
  return {
    ...(compared === undefined ? {} : { values: compared }),
    ...(postProcessing === undefined ? {} : { postProcess: postProcessing.postProcess, postProcessDigest: postProcessing.digest }),
  }
}
