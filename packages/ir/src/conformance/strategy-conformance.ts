import { asksAll, samplesOf } from '../contracts/question-samples.ts'
import type { Plan, Question, SearchResult, SearchSpace, SearchStep, SearchStrategy, Trial, TrialLosses } from '../contracts/strategy.ts'
import { type ConformanceRunner, check } from './runner.ts'
import { answer, emptySpace, failures, smallSpace } from './strategy-case.ts'

/** What {@link strategyConformance} is given. */
export interface StrategyConformanceOptions {
  readonly runner: ConformanceRunner
  /** Makes the search strategy that is examined, anew for each test. */
  readonly create: () => SearchStrategy
  /** Trials after which a search over six layers, two threshold methods and three modes counts as endless. @default 5000 */
  readonly mostTrials?: number
}

/** How the driver answers; counts questions from 0. */
type Answer = (question: Question, asked: number) => readonly TrialLosses[]

/** A search that was driven to its end. */
interface Driven {
  readonly steps: readonly SearchStep[]
  /** Each step as text, at the time when it was yielded. */
  readonly texts: readonly string[]
  readonly answers: readonly (readonly TrialLosses[])[]
  readonly result: SearchResult
}

/**
 * Registers the tests that every search strategy has to pass: it ends, keeps pinned layers, asks about what there is (layers, modes,
 * ranges, samples), has a result at every step, gives the same result for the same answers, reports what was asked for in full, and
 * survives trials that cannot be resolved.
 *
 * @example
 * strategyConformance({ runner: { describe, it }, create: () => greedy })
 */
export function strategyConformance({ runner, create, mostTrials = 5000 }: StrategyConformanceOptions): void {
  const { describe, it } = runner
  const space = smallSpace()
  const pinned: Plan = new Map([
    ['a', 'F32'],
    ['y', 'INT8'],
  ])
  const run = (from: SearchSpace, reply: Answer = (question) => answer(question, from)) => drive(create(), from, reply, mostTrials)

  describe(`strategy conformance: ${create().name}`, () => {
    it('ends with a result', async () => {
      run(space)
    })
    it('ends for a graph without layers', async () => {
      check(run(emptySpace()).result.trial.plan.size === 0, 'a plan for layers that are not there')
    })
    it('ends for one sample, and where no thresholds are searched', async () => {
      run({ ...space, samples: 1, methods: new Map() })
    })
    it('keeps pinned layers in every trial', async () => {
      for (const { plan } of trialsOf(run({ ...space, pinned }))) {
        for (const [layer, mode] of pinned)
          check(plan.get(layer) === mode, `${layer} is ${plan.get(layer) ?? 'not named'}, pinned to ${mode}`)
      }
    })
    it('names layers of the graph, modes they have and rows of the table', async () => {
      for (const trial of trialsOf(run(space))) checkLegal(trial, space)
    })
    it('asks for trials and metrics that can be answered', async () => {
      for (const samples of [4, 1]) for (const { ask } of run({ ...space, samples }).steps) checkQuestion(ask, { ...space, samples })
    })
    it('has a result at every step', async () => {
      const { steps, answers } = run(space)
      steps.forEach(({ best }, i) => {
        checkResult(best, answers.slice(0, i), steps, space)
      })
    })
    it('tells how far it is', async () => {
      let before = 0
      for (const { open = [], done = before } of run(space).steps) {
        for (const layer of open) check(hasLayer(space, layer) || hasInput(space, layer), `there is no layer ${layer} to examine`)
        check(done >= before && done <= 1, `${done} of the search are done after ${before}`)
        before = done
      }
    })
    it('reports losses that were told for its trial, in exact over all samples', async () => {
      const { result, answers, steps } = run(space)
      checkResult(result, answers, steps, space)
    })
    it('gives the same result for the same answers', async () => {
      const [first, second] = [run(space), run(space)]
      check(textOf(first.result) === textOf(second.result), `${textOf(first.result)} and ${textOf(second.result)}`)
      check(first.texts.join() === second.texts.join(), 'other questions on the way')
    })
    it('survives trials that cannot be resolved', async () => {
      for (const trial of trialsOf(run(space, failures))) checkLegal(trial, space)
    })
    it('survives one question whose trials cannot be resolved', async () => {
      const questions = run(space).steps.length
      for (let lost = 0; lost < Math.min(questions, 40); lost++)
        run(space, (question, asked) => (asked === lost ? failures(question) : answer(question, space)))
    })
    it('can be stopped after every question', async () => {
      const search = create().search(space)
      const first = search.next()
      if (first.done === true) return
      search.return(first.value.best)
      check(search.next([]).done === true, 'it goes on after it was stopped')
    })
    it('changes neither the space nor what it yielded', async () => {
      const mine: Plan = new Map(pinned)
      const before = textOf(mine)
      const { steps, texts } = run({ ...space, pinned: mine })
      check(textOf(mine) === before, 'the pinned plan was changed')
      steps.forEach((step, i) => check(textOf(step) === texts[i], 'a step was changed after it was yielded'))
    })
  })
}

/** Asks a strategy to its end and tells it the losses. */
function drive(strategy: SearchStrategy, space: SearchSpace, reply: Answer, mostTrials: number): Driven {
  const steps: SearchStep[] = []
  const texts: string[] = []
  const answers: (readonly TrialLosses[])[] = []
  const search = strategy.search(space)
  let trials = 0
  let step = search.next()
  while (step.done !== true) {
    const { ask } = step.value
    steps.push(step.value)
    texts.push(textOf(step.value))
    trials += ask.trials.length
    check(trials <= mostTrials && steps.length <= mostTrials, `no end after ${mostTrials} trials`)
    const told = reply(ask, answers.length)
    answers.push(told)
    step = search.next(told)
  }
  return { steps, texts, answers, result: step.value }
}

/** Every trial that a search asked about or offered. */
function trialsOf({ steps, result }: Driven): readonly Trial[] {
  const offered = (each: SearchResult): readonly Trial[] => [each.trial, ...(each.front ?? []).map(({ trial }) => trial)]
  return [...steps.flatMap(({ ask, best }) => [...ask.trials, ...offered(best)]), ...offered(result)]
}

const hasInput = ({ graph }: SearchSpace, name: string): boolean => graph.inputs.some((input) => input.name === name)
const hasLayer = ({ layers }: SearchSpace, name: string): boolean => layers.some((layer) => layer.name === name)

function checkLegal({ plan, ranges = new Map() }: Trial, { layers, table }: SearchSpace): void {
  for (const [name, mode] of plan) {
    const layer = layers.find((each) => each.name === name)
    check(layer !== undefined, `there is no layer ${name}`)
    check(layer.modes.includes(mode), `${layer.type} has no mode ${mode}, in ${name}`)
  }
  for (const [name, { threshold, min, max }] of ranges) {
    check(table.has(name), `the table has no row ${name}`)
    check([threshold, min, max].every(Number.isFinite), `the range of ${name} is not finite`)
  }
}

function checkQuestion({ trials, samples, metrics, layers = [], outputs = true }: Question, space: SearchSpace): void {
  check(trials.length > 0, 'a question without a trial')
  check(metrics.length > 0, 'a question without a metric')
  check(outputs || layers.length > 0, 'a question about neither outputs nor layers')
  for (const layer of layers) check(hasLayer(space, layer), `there is no layer ${layer} to compare`)
  const asked = samplesOf({ ...(samples && { samples }) }, space.samples)
  check(asked.length > 0, 'a question without a sample')
  for (const sample of asked)
    check(Number.isInteger(sample) && sample >= 0 && sample < space.samples, `the sample ${sample} of ${space.samples}`)
  check(new Set(asked).size === asked.length, 'a sample twice in one question')
}

function checkResult(result: SearchResult, answers: Driven['answers'], steps: readonly SearchStep[], space: SearchSpace): void {
  checkLegal(result.trial, space)
  result.ranking.forEach(({ layer, loss }, i) => {
    check(hasLayer(space, layer) || hasInput(space, layer), `there is no layer ${layer} to rank`)
    check(i === 0 || !(loss > result.ranking[i - 1]!.loss), `${layer} stands behind a layer that costs less`)
  })
  const reported = [{ trial: result.trial, losses: result.losses }, ...(result.front ?? [])]
  for (const { trial, losses } of reported) {
    if (losses === undefined) continue
    const told = answers.some((each, i) => {
      const { ask } = steps[i]!
      const full = (ask.precision ?? 'exact') === 'exact' && asksAll(ask, space.samples)
      return full && each.some((answered, at) => answered === losses && textOf(ask.trials[at]) === textOf(trial))
    })
    check(told, 'losses that were not told for this trial in exact over all samples')
  }
}

/** A value as text; the order of plans and ranges, which decides nothing, left out. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? [...each].sort(([a], [b]) => (a < b ? -1 : 1)) : each))
}
