import type { Backend } from '../contracts/backend.ts'
import { backendDefects } from '../contracts/check-backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import { layerOf, valueOf } from '../graph/edges.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph } from '../graph/types.ts'
import { verifyGraph } from '../graph/verify.ts'
import { verifyQuantized } from '../graph/verify-quantized.ts'
import { resolve } from '../resolve/resolve.ts'
import { type QuantMode, quantModes } from '../tables/quant-mode.ts'
import { type BackendCase, backendCases } from './backend-cases.ts'
import { checkEmit, checkEmittedTypes } from './backend-emit.ts'
import { checkExact } from './backend-exact.ts'
import { exactCases } from './backend-exact-cases.ts'
import { checkExecution, executionRanges } from './backend-execution.ts'
import { executionCases } from './backend-execution-cases.ts'
import { checkFloatConstants, floatConstantCases } from './backend-float-constants.ts'
import { checkNames } from './backend-names-case.ts'
import { checkNeighbours } from './backend-neighbours-case.ts'
import { checkFloatNetwork, checkNetwork } from './backend-networks.ts'
import { checkComputedOnCodes } from './backend-on-codes.ts'
import { checkKeptResults } from './backend-resolver-case.ts'
import { type OperatorNetwork, operatorNetworks } from './operator-networks.ts'
import { type ConformanceRunner, check, checkRefused } from './runner.ts'

/** What {@link backendConformance} is given. */
export interface BackendConformanceOptions {
  readonly runner: ConformanceRunner
  /** Makes the back end that is examined, anew for each test. */
  readonly create: () => Backend
  /**
   * Makes what runs the resolved integers, which are then compared with the float network: `@q/exec-ref`, for one, or the
   * chip's own simulator. @default integers are not run, and a test says so
   */
  readonly executor?: () => Executor | Promise<Executor>
  /**
   * Runs of integers that the chip computes otherwise by design, by their titles (`Pad`, `Relu, a limit within the range`), with the reason. A test
   * says so by its name in their place. @default none
   */
  readonly deviations?: Readonly<Record<string, string>>
}

/** Whether a mode needs calibrated ranges. */
const isInteger = ({ target }: Backend, mode: QuantMode): boolean => target.schemes[mode]?.kind === 'integer'

/**
 * Registers the tests that every back end has to pass. The target says what is examined: each operator it declares is
 * resolved, in each mode, inside a tiny network; declaring less means fewer tests, never failing ones. With an executor, the
 * integers of each integer mode are run too, on ranges with and without negative numbers.
 *
 * @example
 * backendConformance({ runner: { describe, it }, create: () => myChip(), executor: () => createReferenceExecutor() })
 */
export function backendConformance({ runner, create, executor, deviations = {} }: BackendConformanceOptions): void {
  const { describe, it } = runner
  const { target } = create()
  const declared = Object.keys(target.ops) as readonly OpForm[]
  describe(`back end conformance: ${target.name}`, () => {
    describe('target', () => {
      it('has the members of a back end, and names in its target that are known', async () => checkShape(create()))
      it('names modes that exist, and float modes among its own', async () => checkModes(create()))
      it('has a lowering for every operator it declares', async () => checkCoverage(create()))
      it('refuses a mode it does not declare', async () => checkForeignMode(create()))
    })
    for (const mode of target.modes) {
      describe(mode, () => {
        for (const each of backendCases) {
          const form = declared.includes(each.form) ? each.form : (each.form.replace('#constant', '') as OpForm)
          if (target.ops[form]?.[mode] !== undefined) it(each.form, async () => checkCase(create(), each, mode, executor))
        }
        it('follows ranges and modes of each layer and of its neighbours', async () => checkNeighbours(create, mode))
        it('keeps nothing from plan to plan that another plan or range changes', async () => checkKeptResults(create, mode, 1))
        for (const seed of [1, 2, 3]) {
          it(`computes the same whatever layers and constants are called (${seed})`, async () => checkNames(create, mode, seed))
        }
        if (isInteger(create(), mode)) it('names the layer without a range', async () => checkMissingRange(create(), mode))
        if (executor === undefined) it('was not executed: no executor was handed to the suite', async () => {})
        else if (isInteger(create(), mode)) describeExecution(runner, { create, executor, deviations }, mode)
        else {
          describeFloats(runner, { create, executor, deviations }, mode)
          describeFloatConstants(runner, { create, executor, deviations }, mode)
        }
      })
    }
  })
}

type RunOptions = Required<Omit<BackendConformanceOptions, 'runner'>>

const networkTitle = ({ form, title }: OperatorNetwork): string => `${form}, ${title}`

/** Registers the runs of a float mode. */
function describeFloats({ describe, it }: ConformanceRunner, { create, executor, deviations }: RunOptions, mode: QuantMode): void {
  const { target } = create()
  describe('floats are those of the network', () => {
    for (const each of operatorNetworks) {
      if ((target.ops[each.form] ?? target.ops[each.form.replace('#constant', '') as OpForm])?.[mode] === undefined) continue
      const title = networkTitle(each)
      const reason = deviations[title]
      if (reason !== undefined) it(`${title}: not examined, ${reason}`, async () => {})
      else it(title, async () => checkFloatNetwork(create(), each, mode, await executor()))
    }
  })
}

/** Registers the runs of constants in a float mode. */
function describeFloatConstants({ describe, it }: ConformanceRunner, { create, executor, deviations }: RunOptions, mode: QuantMode): void {
  const { target } = create()
  describe('constants are rounded once, to the float type of the mode', () => {
    for (const each of floatConstantCases) {
      if ((target.ops[each.form] ?? target.ops[each.form.replace('#constant', '') as OpForm])?.[mode] === undefined) continue
      const title = `${each.form}, ${each.title}`
      const reason = deviations[title]
      if (reason !== undefined) it(`${title}: not examined, ${reason}`, async () => {})
      else it(title, async () => checkFloatConstants(create(), each, mode, await executor()))
    }
  })
}

/** Registers the runs of a mode's integers: with zero points too where the chip has a choice. */
function describeExecution({ describe, it }: ConformanceRunner, { create, executor, deviations }: RunOptions, mode: QuantMode): void {
  const { target } = create()
  const choices = target.asymmetricSchemes?.[mode] === undefined ? [false] : [false, true]
  const isExamined = ({ form }: { readonly form: OpForm }): boolean =>
    (target.ops[form] ?? target.ops[form.replace('#constant', '') as OpForm])?.[mode] === mode
  const registerRuns = (title: string, runs: Readonly<Record<string, () => Promise<void>>>, ofForm?: string): void => {
    const reason = deviations[title] ?? ofForm
    if (reason !== undefined) it(`${title}: not examined, ${reason}`, async () => {})
    else for (const [name, body] of Object.entries(runs)) it(`${title}: ${name}`, body)
  }
  const titleOf = ({ form, title }: { readonly form: OpForm; readonly title: string }): string =>
    title === '' ? form : `${form}, ${title}`
  for (const asymmetric of choices) {
    const zeroPoints = asymmetric ? ', with zero points' : ''
    describe(`integers stand for the floats${zeroPoints}`, () => {
      for (const each of executionCases.filter(isExamined)) {
        const runs = Object.entries(executionRanges).map(([name, range]) => {
          return [name, async () => checkExecution(create(), each, { mode, asymmetric, range }, await executor())] as const
        })
        registerRuns(titleOf(each), Object.fromEntries(runs))
      }
    })
    describe(`integers are those of the scheme where scales are powers of two${zeroPoints}`, () => {
      for (const each of exactCases.filter(isExamined)) {
        const runs = (['around zero', 'positive'] as const).map((kind) => {
          return [kind, async () => checkExact(create(), each, { mode, asymmetric, kind }, await executor())] as const
        })
        registerRuns(titleOf(each), Object.fromEntries(runs))
      }
    })
    describe(`operators are computed in all their forms${zeroPoints}`, () => {
      for (const each of operatorNetworks.filter(isExamined)) {
        const runs = (['around zero', 'positive'] as const).map((kind) => {
          return [kind, async () => checkNetwork(create(), each, { mode, asymmetric, kind }, await executor())] as const
        })
        registerRuns(networkTitle(each), Object.fromEntries(runs), deviations[each.form])
      }
    })
  }
}

function checkShape(backend: Backend): void {
  const defects = backendDefects(backend)
  check(defects.length === 0, defects.join('; '))
}

function checkModes({ target }: Backend): void {
  const known = Object.keys(target.schemes)
  for (const mode of [...target.modes, ...target.floatModes, target.defaultFloat])
    check(known.includes(mode), `the target has no scheme for ${mode}`)
  for (const mode of target.floatModes) check(target.modes.includes(mode), `the float mode ${mode} is not among the modes`)
  check(target.name === target.name.toLowerCase(), `the name ${target.name} is not lower case`)
}

function checkCoverage({ target, lower }: Backend): void {
  const missing = Object.keys(target.ops).filter((form) => lower[form] === undefined && lower[form.replace('#constant', '')] === undefined)
  check(missing.length === 0, `no lowering for ${missing.join(', ')}`)
}

async function checkForeignMode(backend: Backend): Promise<void> {
  const foreign = quantModes.find((mode) => !backend.target.modes.includes(mode))
  const example = backendCases[0]!
  if (foreign === undefined) return
  await checkRefused(async () => resolve(example.graph, tableFor(example.graph), new Map(), backend, { mode: foreign }), 'MODE_UNSUPPORTED')
}

async function checkMissingRange(backend: Backend, mode: QuantMode): Promise<void> {
  const convolution = backendCases.find(({ form }) => form === 'Conv')!
  if (backend.target.ops.Conv?.[mode] !== mode) return
  await checkRefused(async () => resolve(convolution.graph, new Map(), new Map(), backend, { mode }), 'RANGE_MISSING', ['y0'])
}

async function checkCase(
  backend: Backend,
  { form, graph }: BackendCase,
  mode: QuantMode,
  executor: BackendConformanceOptions['executor'],
): Promise<void> {
  const table = isInteger(backend, mode) ? tableFor(graph) : undefined
  const resolution = resolve(graph, table, new Map(), backend, { mode })
  const resolved = resolution.graph
  verifyGraph(graph)
  verifyQuantized(resolved)
  checkOrigins(resolved, graph)
  checkComputedOnCodes(backend, { form, layer: 'y0', mode }, resolution)
  check(printed(resolve(graph, table, new Map(), backend, { mode }).graph) === printed(resolved), 'resolving twice gives two graphs')
  checkEmit(backend, resolved)
  if (executor !== undefined) await checkEmittedTypes(backend, resolved, executor)
}

/** Nodes say where they come from, and no result leaves the network narrower than float32. */
function checkOrigins(graph: Graph, source: Graph): void {
  const layers = new Set(source.nodes.flatMap(({ outputs }) => outputs))
  for (const each of graph.nodes) {
    check(each.origin?.every((layer) => layers.has(layer)) === true, `${layerOf(each)} does not say which layers it comes from`)
  }
  for (const name of graph.outputs) {
    const { dtype } = valueOf(graph, name).type
    check(dtype === 'f32' || !/^(f16|bf16|[iu]8|[iu]16)$/.test(dtype), `the result ${name} leaves the network as ${dtype}`)
  }
}

/** A table that calibrates every value between -4 and 4. */
function tableFor(graph: Graph): ReadonlyMap<string, ObservedRange> {
  return new Map([...graph.values.keys()].map((name) => [name, { threshold: 4, min: -3.5, max: 4 }]))
}

/** A graph as text; equal texts mean equal graphs. */
function printed({ nodes, values, outputs, inputs, properties }: Graph): string {
  const constants = [...values.values()].map(({ name, type, constant }) => [
    name,
    type,
    constant === undefined ? null : Array.from(constant.data, Number),
  ])
  return JSON.stringify({ inputs, outputs, nodes, constants, properties })
}
