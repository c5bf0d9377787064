import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { deviationOf, type Outcome } from './backend-deviation.ts'
import { checkExact } from './backend-exact.ts'
import { exactCases } from './backend-exact-cases.ts'
import { checkExecution, executionRanges } from './backend-execution.ts'
import { executionCases } from './backend-execution-cases.ts'
import { checkFloatConstants, floatConstantCases } from './backend-float-constants.ts'
import { checkFloatNetwork, checkNetwork } from './backend-networks.ts'
import { computedIn } from './declared-mode.ts'
import { operatorNetworks } from './operator-networks.ts'
import { type ConformanceRunner, check } from './runner.ts'

/** What is run, and on what. */
export interface RunOptions {
  readonly create: () => Backend
  readonly executor: () => Executor | Promise<Executor>
  /** Runs that are not examined, by their titles or operators, with the reason. */
  readonly deviations: Readonly<Record<string, string>>
}

interface Titled {
  readonly form: OpForm
  readonly title: string
}

type Run = () => Promise<Outcome>

/**
 * Registers the runs of a mode: of its integers, with zero points too where the chip has a choice, or of its floats. What the target says to be computed
 * otherwise stands in the titles, and one test for each such operator sees to it that most of its runs are compared.
 */
export function describeRuns(runner: ConformanceRunner, options: RunOptions, mode: QuantMode): void {
  const { target } = options.create()
  const runs = registryOf(runner, options)
  if (target.schemes[mode]?.kind === 'integer') describeIntegers(runner, options, mode, runs)
  else describeFloats(runner, options, mode, runs)
  runs.describeOtherwise()
}

function describeIntegers({ describe }: ConformanceRunner, { create, executor }: RunOptions, mode: QuantMode, runs: Registry): void {
  const { target } = create()
  const choices = target.asymmetricSchemes?.[mode] === undefined ? [false] : [false, true]
  const isExamined = ({ form }: Titled): boolean => computedIn(target, form, mode) === mode
  const kinds = ['around zero', 'positive'] as const
  for (const asymmetric of choices) {
    const zeroPoints = asymmetric ? ', with zero points' : ''
    describe(`integers stand for the floats${zeroPoints}`, () => {
      for (const each of executionCases.filter(isExamined)) {
        for (const [name, range] of Object.entries(executionRanges))
          runs.add(each, name, async () => checkExecution(create(), each, { mode, asymmetric, range }, await executor()))
      }
    })
    describe(`integers are those of the scheme where scales are powers of two${zeroPoints}`, () => {
      for (const each of exactCases.filter(isExamined)) {
        for (const kind of kinds) runs.add(each, kind, async () => checkExact(create(), each, { mode, asymmetric, kind }, await executor()))
      }
    })
    describe(`operators are computed in all their forms${zeroPoints}`, () => {
      for (const each of operatorNetworks.filter(isExamined)) {
        for (const kind of kinds)
          runs.add(each, kind, async () => checkNetwork(create(), each, { mode, asymmetric, kind }, await executor()))
      }
    })
  }
}

function describeFloats({ describe }: ConformanceRunner, { create, executor }: RunOptions, mode: QuantMode, runs: Registry): void {
  const { target } = create()
  const isExamined = ({ form }: Titled): boolean => computedIn(target, form, mode) !== undefined
  describe('floats are those of the network', () => {
    for (const each of operatorNetworks.filter(isExamined))
      runs.add(each, undefined, async () => checkFloatNetwork(create(), each, mode, await executor()))
  })
  describe('constants are rounded once, to the float type of the mode', () => {
    for (const each of floatConstantCases.filter(isExamined))
      runs.add(each, undefined, async () => checkFloatConstants(create(), each, mode, await executor()))
  })
}

/** Registers runs as tests. */
interface Registry {
  /** Registers a run of a network; what is not examined stands in its place with the reason. */
  add(network: Titled, name: string | undefined, body: Run): void
  /** Registers a test for each operator of which the chip computes some layers otherwise. */
  describeOtherwise(): void
}

function registryOf({ it }: ConformanceRunner, { create, deviations }: RunOptions): Registry {
  const backend = create()
  const otherwise = new Map<OpForm, Run[]>()
  return {
    add({ form, title }, name, body) {
      const network = title === '' ? form : `${form}, ${title}`
      const reason = deviations[network] ?? deviations[form]
      const run = name === undefined ? network : `${network}: ${name}`
      if (reason !== undefined) {
        it(`${run}: not examined, ${reason}`, async () => {})
        return
      }
      const fact = deviationOf(backend, form)
      const once = onceOf(body)
      it(fact === undefined ? run : `${run}, compared unless computed otherwise: ${fact}`, async () => void (await once()))
      if (fact !== undefined) otherwise.set(form, [...(otherwise.get(form) ?? []), once])
    },
    describeOtherwise() {
      for (const [form, runs] of otherwise)
        it(`${form} is compared in most of its ${runs.length} runs`, async () => checkMostCompared(form, runs))
    },
  }
}

/** A run that is made once however many tests ask for its outcome. */
function onceOf(run: Run): Run {
  let outcome: Promise<Outcome> | undefined
  return () => (outcome ??= run())
}

/** Fails when a chip computes an operator otherwise in more runs than it computes it as it is defined. A run that fails does so in its own test. */
async function checkMostCompared(form: OpForm, runs: readonly Run[]): Promise<void> {
  const outcomes = await Promise.allSettled(runs.map((run) => run()))
  const count = (wanted: Outcome): number => outcomes.filter((each) => each.status === 'fulfilled' && each.value === wanted).length
  const [otherwise, compared] = [count('computed otherwise'), count('compared')]
  check(
    otherwise === 0 || otherwise < compared,
    `${form} is computed otherwise in ${otherwise} runs and compared in ${compared} only: name what cannot be examined in deviations, with the reason`,
  )
}
