import { fingerprintOf, isQError, QError, type Question, type SampleSource, samplesOf, type Trial, type TrialLosses } from '@q/ir'
import { allOps } from '@q/ir/ops'
import { comparedValues } from '../comparison/comparison.ts'
import { createKnownLosses, type KnownLosses } from '../journal/known-losses.ts'
import { type BenchLine, lineHere, lineTo } from '../workers/bench-line.ts'
import { createConstantBook } from '../workers/constant-book.ts'
import type { Precision } from '../workers/protocol.ts'
import { createWorkbench } from '../workers/workbench.ts'
import { answerOf, failedAnswer } from './answers.ts'
import { createTally } from './counts.ts'
import { digestOfBytes, digestOfText } from './digest.ts'
import type { Evaluator, EvaluatorOptions } from './evaluator.ts'
import { createHeadroom } from './headroom.ts'
import type { Job, OpenJob } from './job.ts'
import { createLane, type Lane } from './lane.ts'
import { createLastingValues } from './lasting-values.ts'
import { countOpen, interrupted, measureOpen } from './measure-open.ts'
import { measurementsOf, type TrialMeasurements } from './measurements.ts'
import { createTrialNetworks } from './trial-networks.ts'

/** The parts of the budget that are for open sections, and for what a task has in hand beside what is kept and the holes that it leaves in memory; tensors have the rest. */
const [sectionShare, taskShare] = [1 / 5, 1 / 4]

/** A trial that was resolved, or the reason why it was not. */
type Prepared = { readonly job: Job; readonly measurements: TrialMeasurements } | { readonly failure: QError }

/**
 * Answers questions about trials of one float graph on one chip.
 *
 * Each trial is resolved as for shipping, and its graph is cut at the same layers as those of all others. Every value is known by how it was made, so a segment
 * is run only where its result is neither kept nor known to be needed by nobody; a loss is measured only where the same values were not compared before.
 * docs/evaluator.md tells more.
 *
 * @throws QError those of `createResolver`, `LAYER_UNKNOWN`, `COMPARISON_EMPTY`
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { graph, samples, executors, budgetBytes = 2 ** 30, compare, workers, resident } = options
  const compared = comparedValues(graph, compare)
  const networks = createTrialNetworks(options, compared)
  const lasting = createLastingValues()
  const tally = createTally()
  let lanes: readonly Lane[] | undefined
  let losses: Promise<KnownLosses> | undefined

  const startLanes = (): readonly Lane[] => {
    const lines: readonly BenchLine[] =
      workers === undefined
        ? [
            lineHere(
              createWorkbench({
                executors,
                ops: new Map([...allOps, ...graph.ops]),
                ...(compare?.postProcess === undefined ? {} : { postProcess: compare.postProcess }),
              }),
            ),
          ]
        : Array.from({ length: workers.count }, () => lineTo(workers.start()))
    const book = createConstantBook(workers !== undefined)
    const share = budgetBytes / lines.length
    const sectionBytes = Math.floor(share * sectionShare)
    const forTensors = Math.floor(share * (1 - sectionShare - taskShare))
    const headroom = createHeadroom(resident)
    return lines.map((line) => createLane({ line, samples, budgetBytes: forTensors, sectionBytes, book, tally, headroom }))
  }
  const prepare = (trial: Trial, { layers = [], outputs = true, precision = 'exact' }: Question): Prepared => {
    const reference = networks.reference(layers)
    try {
      const exactness: Precision = executors.fast === undefined ? 'exact' : precision
      const resolved = networks.trial(trial, exactness, layers)
      const measurements = measurementsOf(reference.network, resolved.network, compared, compare, outputs)
      const all = [...(measurements.outputs === undefined ? [] : [measurements.outputs]), ...measurements.layers.values()]
      return { job: { reference, trial: resolved, measurements: all }, measurements }
    } catch (error) {
      if (isQError(error)) return { failure: error }
      throw error
    }
  }

  const openJob = (job: Job, sample: number, { metrics }: Question, known: KnownLosses): OpenJob | undefined => {
    const measurements = job.measurements.flatMap((measurement) => {
      const open = metrics.filter((metric) => known.get(measurement.key, sample, metric) === undefined)
      tally.known += metrics.length - open.length
      if (open.length < metrics.length && known.isJournaled(measurement.key, sample)) tally.journalHits++
      return open.length === 0 ? [] : [{ measurement, metrics: open }]
    })
    return measurements.length === 0 ? undefined : { job, measurements }
  }

  return {
    async ask(question, how = {}) {
      const span = checkedSamples(question, samples.count)
      const known = await (losses ??= openLosses(options))
      const prepared = question.trials.map((trial) => {
        if (how.signal?.aborted === true) throw interrupted()
        return prepare(trial, question)
      })
      const jobs = prepared.flatMap((each) => ('job' in each ? [each.job] : []))
      for (const { trial } of jobs) tally.wholeExecutions += trial.network.nodes * span.length
      const isLasting = lasting.of(jobs)
      const owned = withoutRepetitions(jobs)
      const open = span.map((sample) => ({ sample, jobs: owned.map((job) => openJob(job, sample, question, known)) }))
      if (countOpen(open) > 0) {
        lanes ??= startLanes()
        await measureOpen(lanes, { samples: open, isLasting, losses: known, tally }, how)
      }
      const names = compared.map(({ name }) => name)
      return prepared.map(
        (each): TrialLosses =>
          'failure' in each ? failedAnswer(each.failure, question, span, names) : answerOf(each.measurements, question, span, known),
      )
    },
    counts: () => ({ ...tally, resolver: networks.resolver.work() }),
    async close() {
      await Promise.all((lanes ?? []).map((lane) => lane.close()))
    },
  }
}

/** Jobs without what an earlier one of them measures too. */
function withoutRepetitions(jobs: readonly Job[]): readonly Job[] {
  const taken = new Set<string>()
  return jobs.map((job) => {
    const measurements = job.measurements.filter(({ key }) => !taken.has(key))
    for (const { key } of measurements) taken.add(key)
    return { ...job, measurements }
  })
}

/** The samples of a question. @throws QError `SAMPLES_UNKNOWN` */
function checkedSamples(question: Question, count: number): readonly number[] {
  const samples = samplesOf(question, count)
  const unknown = samples.find((sample) => !(Number.isInteger(sample) && sample >= 0 && sample < count))
  if (samples.length > 0 && unknown === undefined && new Set(samples).size === samples.length) return samples
  throw new QError('SAMPLES_UNKNOWN', 'a search asks for samples that are not there', {
    at: ['samples'],
    found: unknown === undefined ? (samples.length === 0 ? 'no samples' : 'a sample twice') : `the sample ${unknown}`,
    wanted: `at least one of the samples 0 to ${count - 1}, each once`,
    hint: 'give more samples, or let the search ask for fewer',
  })
}

/** What is known from the journal of the same float graph, samples and executor. */
async function openLosses({ graph, samples, executors, journal, samplesDigest }: EvaluatorOptions): Promise<KnownLosses> {
  if (journal === undefined) return createKnownLosses('', undefined)
  const digest = samplesDigest ?? (await digestOfSamples(samples))
  return createKnownLosses(
    digestOfText(JSON.stringify([fingerprintOf(graph), digest, executors.exact.name, executors.fast?.name ?? null])),
    journal,
  )
}

async function digestOfSamples(samples: SampleSource): Promise<string> {
  const digests: unknown[] = []
  for (let sample = 0; sample < samples.count; sample++) {
    for (const [name, { dtype, shape, data }] of await samples.load(sample)) {
      digests.push([name, dtype, shape, digestOfBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))])
    }
  }
  return digestOfText(JSON.stringify(digests))
}
