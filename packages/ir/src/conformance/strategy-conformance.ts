import type { Plan, SearchSpace, SearchStrategy } from '../contracts/strategy.ts'
import { defineTarget, type OpModes, type Target } from '../contracts/target.ts'
import { layerOf } from '../graph/edges.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { type ConformanceRunner, check } from './runner.ts'
import { f32, node, smallGraph, smallSchemes } from './small-graph.ts'

/** What {@link strategyConformance} is given. */
export interface StrategyConformanceOptions {
  readonly runner: ConformanceRunner
  /** Makes the search strategy that is examined, anew for each test. */
  readonly create: () => SearchStrategy
  /** Plans after which a search over six layers and three modes counts as endless. @default 5000 */
  readonly mostPlans?: number
}

/** Three modes; `Sigmoid` has no integer one. */
const target = defineTarget({
  name: 'small',
  modes: ['INT8', 'F16', 'F32'],
  schemes: smallSchemes,
  defaultFloat: 'F16',
  floatModes: ['F16', 'F32'],
  ops: {
    Relu: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Add: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Sigmoid: { F16: 'F16', F32: 'F32' },
  },
  rangeSteps: [],
  tolerance: {},
})

/** Six layers in a chain with one side branch. */
const graph: Graph = smallGraph({
  stage: 'float',
  values: Object.fromEntries(['x', 'a', 'b', 'c', 'd', 'e', 'y'].map((name) => [name, { type: f32(1, 4) }])),
  nodes: [
    node('Relu', ['x'], ['a']),
    node('Relu', ['a'], ['b']),
    node('Sigmoid', ['b'], ['c']),
    node('Add', ['a', 'c'], ['d']),
    node('Relu', ['d'], ['e']),
    node('Add', ['e', 'b'], ['y']),
  ],
  outputs: ['y'],
})
const empty: Graph = { ...graph, nodes: [], outputs: ['x'] }

/** What an eight-bit layer costs; the sixth is the worst. */
const harm: Readonly<Record<string, number>> = { a: 0.01, b: 0.02, d: 0.04, e: 0.08, y: 0.5 }

/** The loss of a plan in closed form: the harm of every layer that is not kept in float. */
function lossOf(plan: Plan, { nodes }: Graph): number {
  return nodes.map(layerOf).reduce((sum, layer) => sum + (['F16', 'F32'].includes(plan.get(layer) ?? 'INT8') ? 0 : (harm[layer] ?? 0)), 0)
}

/**
 * Registers the tests that every search strategy has to pass: it ends, keeps pinned layers, names only layers of the graph and
 * modes the target has for them, gives the same plan for the same space, and survives losses that are infinite.
 *
 * @example
 * strategyConformance({ runner: { describe, it }, create: () => greedy })
 */
export function strategyConformance({ runner, create, mostPlans = 5000 }: StrategyConformanceOptions): void {
  const { describe, it } = runner
  const run = (space: SearchSpace, loss = lossOf) => drive(create(), space, loss, mostPlans)
  const space: SearchSpace = { graph, target, pinned: new Map() }
  const pinned: Plan = new Map([
    ['a', 'F32'],
    ['y', 'INT8'],
  ])

  describe(`strategy conformance: ${create().name}`, () => {
    it('ends with a plan', async () => {
      run(space)
    })
    it('ends for a graph without layers', async () => {
      check(run({ ...space, graph: empty }).result.size === 0, 'a plan for layers that are not there')
    })
    it('keeps pinned layers in every plan', async () => {
      const { yielded, result } = run({ ...space, pinned })
      for (const plan of [...yielded, result]) {
        for (const [layer, mode] of pinned)
          check(plan.get(layer) === mode, `${layer} is ${plan.get(layer) ?? 'not named'}, pinned to ${mode}`)
      }
    })
    it('names layers of the graph and modes the target has for them', async () => {
      const { yielded, result } = run(space)
      for (const plan of [...yielded, result]) for (const [layer, mode] of plan) checkLegal(layer, mode)
    })
    it('gives the same plan for the same space', async () => {
      const [first, second] = [run(space), run(space)]
      check(text(first.result) === text(second.result), `${text(first.result)} and ${text(second.result)}`)
      check(first.yielded.length === second.yielded.length, `${first.yielded.length} and ${second.yielded.length} plans on the way`)
    })
    it('survives a loss that is infinite everywhere', async () => {
      for (const [layer, mode] of run(space, () => Number.POSITIVE_INFINITY).result) checkLegal(layer, mode)
    })
    it('survives a loss that is infinite once', async () => {
      let asked = 0
      run(space, (plan, each) => (asked++ === 0 ? Number.POSITIVE_INFINITY : lossOf(plan, each)))
    })
    it('can be stopped after every plan', async () => {
      const search = create().search(space)
      if (search.next().done === true) return
      search.return(new Map())
      check(search.next([]).done === true, 'it goes on after it was stopped')
    })
    it('changes neither the space nor what it yielded', async () => {
      const mine: Plan = new Map(pinned)
      const before = text(mine)
      const { yielded, texts } = run({ ...space, pinned: mine })
      check(text(mine) === before, 'the pinned plan was changed')
      yielded.forEach((plan, i) => check(text(plan) === texts[i], 'a plan was changed after it was yielded'))
    })
  })
}

/** Asks a strategy to its end and tells it the losses. */
function drive(strategy: SearchStrategy, space: SearchSpace, loss: (plan: Plan, graph: Graph) => number, mostPlans: number) {
  const yielded: Plan[] = []
  const texts: string[] = []
  const search = strategy.search(space)
  let step = search.next()
  while (step.done !== true) {
    for (const plan of step.value) {
      yielded.push(plan)
      texts.push(text(plan))
    }
    check(yielded.length <= mostPlans, `no end after ${mostPlans} plans`)
    check(step.value.length > 0, 'a round without a plan to score')
    step = search.next(step.value.map((plan) => ({ loss: loss(plan, space.graph) })))
  }
  return { yielded, texts, result: step.value }
}

function checkLegal(layer: string, mode: QuantMode): void {
  const maker: Node | undefined = graph.nodes.find((each) => layerOf(each) === layer)
  check(maker !== undefined, `there is no layer ${layer}`)
  const modes: OpModes | undefined = (target as Target).ops[maker.op as OpForm]
  check(modes?.[mode] !== undefined, `${maker.op} has no mode ${mode}, in ${layer}`)
}

const text = (plan: Plan): string =>
  [...plan]
    .map(([layer, mode]) => `${layer}=${mode}`)
    .sort()
    .join(' ')
