import type { Executor } from '../contracts/executor.ts'
import type { Graph, TensorType } from '../graph/types.ts'
import type { SessionCache } from '../section/session-cache.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { describeCaches } from './executor-cache-cases.ts'
import type { ExecutorCase } from './executor-case.ts'
import { executorEdgeCases } from './executor-edge-cases.ts'
import { executorEmptyCases } from './executor-empty-cases.ts'
import { executorFloatCases } from './executor-float-cases.ts'
import { executorQuantizedCases } from './executor-quantized-cases.ts'
import { executorReferenceCases, type ReferenceCase } from './executor-reference-cases.ts'
import { describeSections } from './executor-section-cases.ts'
import { executorSpecialCases } from './executor-special-cases.ts'
import { executorWideCases } from './executor-wide-cases.ts'
import { executorZeroPointCases } from './executor-zero-point-cases.ts'
import { type ConformanceRunner, check } from './runner.ts'
import { numbersOf, tensorOf } from './small-graph.ts'

/** What {@link executorConformance} is given. */
export interface ExecutorConformanceOptions {
  readonly runner: ConformanceRunner
  /** Makes the executor that is examined, anew for each test; one that keeps programs keeps them in `cache` where it is given. */
  readonly create: (cache?: SessionCache) => Executor | Promise<Executor>
  /** Makes an executor to compare with on random operands. @default no comparison */
  readonly reference?: (cache?: SessionCache) => Executor | Promise<Executor>
}

/**
 * Registers the tests that every executor has to pass: each operator on operands whose results are known by hand, parts of
 * graphs, errors; with `reference`, random operands too: equal integers from an exact executor, from others at most one
 * step off, and that rarely.
 *
 * @example
 * executorConformance({ runner: { describe, it }, create: () => createMyExecutor() })
 */
export function executorConformance({ runner, create, reference }: ExecutorConformanceOptions): void {
  const { describe, it } = runner
  describe('executor conformance', () => {
    describe('operators', () => {
      for (const each of cases) it(each.name, () => runCase(create, each))
    })
    describeSections(runner, () => create())
    describeCaches(runner, create)
    if (reference === undefined) return
    describe('random operands', () => {
      for (const each of executorReferenceCases) it(each.name, () => compareCase(create, reference, each))
    })
  })
}

const cases: readonly ExecutorCase[] = [
  ...executorFloatCases,
  ...executorQuantizedCases,
  ...executorZeroPointCases,
  ...executorWideCases,
  ...executorSpecialCases,
  ...executorEdgeCases,
  ...executorEmptyCases,
]

async function runCase(create: ExecutorConformanceOptions['create'], { graph, feeds, wanted, tolerance = 0 }: ExecutorCase): Promise<void> {
  const executor = await create()
  const fetched = await runOnce(
    executor,
    graph,
    new Map(Object.entries(feeds).map(([name, numbers]) => [name, tensorOf(graph.values.get(name)!.type, numbers)])),
  )
  for (const [name, numbers] of Object.entries(wanted)) {
    const { type } = graph.values.get(name)!
    const tensor = fetched.get(name)
    check(tensor !== undefined, `${name} was not fetched`)
    check(tensor.dtype === type.dtype, `${name} is ${tensor.dtype}, wanted ${type.dtype}`)
    check(
      tensor.shape.join() === type.shape.join(),
      `${name} has the shape [${tensor.shape.join(', ')}], wanted [${type.shape.join(', ')}]`,
    )
    const found = numbersOf(tensor)
    const step = executor.exact ? 0 : stepAtZero(type)
    numbers.forEach((number, i) => {
      const allowed = step + tolerance * Math.max(1, Math.abs(number))
      const near = found[i] === number || Object.is(found[i], number) || Math.abs(found[i]! - number) <= allowed
      // Said where it is off alone: results have up to 65,536 elements, and each would print all.
      if (!near) check(false, `${name}[${i}] is ${found[i]}, wanted ${number}: [${found.join(', ')}]`)
    })
  }
}

/** How far apart two neighbours are next to zero, where an executor that is not exact may give one for the other. */
const stepAtZero = ({ dtype, quant }: TensorType): number => (quant !== undefined ? 1 : dtype === 'bf16' ? 2 ** -126 : 0)

async function compareCase(
  create: ExecutorConformanceOptions['create'],
  reference: ExecutorConformanceOptions['create'],
  { graph, feeds, tolerance, share }: ReferenceCase,
): Promise<void> {
  const executor = await create()
  const found = await runOnce(executor, graph, feeds)
  const wanted = await runOnce(await reference(), graph, feeds)
  for (const name of graph.outputs) {
    const [ours, theirs] = [numbersOf(found.get(name)!), numbersOf(wanted.get(name)!)]
    check(ours.length === theirs.length, `${name} has ${ours.length} elements, wanted ${theirs.length}`)
    let off = 0
    theirs.forEach((number, i) => {
      const distance = Math.abs(ours[i]! - number)
      if (distance === 0) return
      off++
      const allowed = tolerance === 0 ? (executor.exact ? 0 : 1) : tolerance * Math.max(1, Math.abs(number))
      check(distance <= allowed, `${name}[${i}] is ${ours[i]}, wanted ${number}`)
    })
    check(tolerance > 0 || off <= theirs.length * share, `${name}: ${off} of ${theirs.length} results are one step off`)
  }
}

async function runOnce(executor: Executor, graph: Graph, feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
  const session = await executor.load(graph)
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
    await executor.close?.()
  }
}
