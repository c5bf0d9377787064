import type { Backend } from '../contracts/backend.ts'
import { backendDefects } from '../contracts/check-backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import { layerOf, valueOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'
import { verifyGraph } from '../graph/verify.ts'
import { verifyQuantized } from '../graph/verify-quantized.ts'
import { resolve } from '../resolve/resolve.ts'
import { type QuantMode, quantModes } from '../tables/quant-mode.ts'
import { type BackendCase, backendCases } from './backend-cases.ts'
import { checkEmit, checkEmittedTypes } from './backend-emit.ts'
import { describeMemory, shareOf } from './backend-memory.ts'
import { checkComputedOnCodes } from './backend-on-codes.ts'
import { describeRuns } from './backend-runs.ts'
import { computedIn } from './declared-mode.ts'
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
  /**
   * Groups of modes whose layers are lowered by the same code with other numbers. What a back end may remember of layers, and what it makes of their names,
   * is examined once for each group, dealt out to its modes; each mode is resolved and run with every operator all the same. @default each mode is alone
   */
  readonly alike?: readonly (readonly QuantMode[])[]
  /**
   * `runs`: no more than each operator and what is run, where another call examines the same back end without an executor, and with it what it remembers.
   * @default 'all'
   */
  readonly examines?: 'all' | 'runs'
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
export function backendConformance({
  runner,
  create,
  executor,
  deviations = {},
  alike = [],
  examines = 'all',
}: BackendConformanceOptions): void {
  const { describe, it } = runner
  const { target } = create()
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
          if (computedIn(target, each.form, mode) !== undefined) it(each.form, async () => checkCase(create(), each, mode, executor))
        }
        if (examines === 'all') describeMemory(runner, create, mode, shareOf(mode, alike))
        if (isInteger(create(), mode)) it('names the layer without a range', async () => checkMissingRange(create(), mode))
        if (executor === undefined) it('was not executed: no executor was handed to the suite', async () => {})
        else describeRuns(runner, { create, executor, deviations }, mode)
      })
    }
  })
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
