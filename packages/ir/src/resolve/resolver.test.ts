import { describe, expect, it } from 'vitest'
import { dice } from '../conformance/dice.ts'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import type { Plan } from '../contracts/strategy.ts'
import { layerOf } from '../graph/edges.ts'
import { printGraph } from '../graph/text/print-graph.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { four, row, sumsAndExps, toyChip } from './fixtures/toy-chip.ts'
import { resolve } from './resolve.ts'
import type { Resolved } from './resolved.ts'
import { createResolver } from './resolver.ts'

/** A graph of `count` layers that reach back at most four layers. */
function randomGraph(count: number, roll: () => number): Graph {
  const names = ['x', 'w']
  const nodes: Node[] = []
  for (let i = 0; i < count; i++) {
    const pick = () => names[Math.max(0, names.length - 1 - Math.floor(roll() * 4))]!
    const op = ['Relu', 'Relu', 'Add', 'Reshape', 'Softmax', 'Exp', 'Concat'][Math.floor(roll() * 7)]!
    const inputs = op === 'Add' ? [pick(), pick()] : [pick()]
    const attrs = op === 'Reshape' ? { shape: [1, 4] } : op === 'Softmax' || op === 'Concat' ? { axis: 1 } : {}
    nodes.push(node(op, inputs, [`l${i}`], attrs))
    names.push(`l${i}`)
  }
  return smallGraph({
    stage: 'float',
    values: Object.fromEntries(['x', 'w', ...nodes.map(layerOf)].map((name) => [name, four])),
    nodes,
    outputs: [`l${count - 1}`, `l${count - 2}`],
  })
}

const tableOf = (graph: Graph, roll: () => number) =>
  new Map([...graph.values.keys()].map((name) => [name, row(0.5 + 4 * roll(), roll() < 0.5 ? -1 : 0)]))

const text = ({ graph, keyOf, plan, diagnostics }: Resolved) => ({
  graph: printGraph(graph),
  values: [...graph.values.values()].map(({ name, type }) => [name, type]),
  keys: graph.nodes.map((each) => each.outputs.map(keyOf)),
  origins: graph.nodes.map(({ origin }) => origin),
  plan: [...plan],
  diagnostics,
})

describe('a resolver', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'gives for every plan and range what a new one gives (random graph %i)',
    (seed) => {
      const roll = dice(seed + 1)
      const graph = randomGraph(24, roll)
      const table = tableOf(graph, roll)
      const options = { mode: roll() < 0.8 ? 'INT8' : 'F16' }
      const resolver = createResolver(graph, table, toyChip, options)
      let plan: Plan = new Map()
      let ranges = new Map<string, ObservedRange>()
      for (let turn = 0; turn < 25; turn++) {
        const layer = `l${Math.floor(roll() * 24)}`
        if (roll() < 0.7) {
          const next = new Map(plan)
          const mode = [undefined, 'F16', 'F32', 'INT8'][Math.floor(roll() * 4)]
          if (mode === undefined) next.delete(layer)
          else next.set(layer, mode)
          plan = next
        } else if (roll() < 0.5) ranges = new Map(ranges).set(layer, row(0.5 + 8 * roll(), roll() < 0.5 ? -1 : 0))
        else ranges = new Map()
        expect(text(resolver.resolve(plan, ranges))).toEqual(
          text(createResolver(graph, new Map([...table, ...ranges]), toyChip, options).resolve(plan)),
        )
      }
    },
  )

  const chainTable = (graph: Graph) => new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))

  it('computes for a changed layer what the layer and its neighbours take, whatever the size of the graph', () => {
    const costs = [30, 300, 3000].map((count) => {
      const graph = sumsAndExps(count)
      const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
      resolver.resolve(new Map())
      const before = resolver.work()
      resolver.resolve(new Map([['l15', 'F16']]))
      const after = resolver.work()
      return {
        layers: after.layers - before.layers,
        lowered: after.lowered - before.lowered,
        simplified: after.simplified - before.simplified,
      }
    })
    expect(costs[0]!.lowered).toBeLessThanOrEqual(4)
    expect(costs[0]!.layers).toBeLessThanOrEqual(40)
    expect(costs[1]).toEqual(costs[0])
    expect(costs[2]).toEqual(costs[0])
  })

  /** `wide` layers that read one value, each read by the next of a chain, and all of them by one join. */
  const star = (wide: number, joined: boolean): Graph => {
    const spokes = Array.from({ length: wide }, (_, i) => `s${i}`)
    const sums = joined ? [] : spokes.map((_, i) => `a${i}`)
    return smallGraph({
      stage: 'float',
      values: {
        ...Object.fromEntries(['x', 'h', ...spokes, ...sums].map((name) => [name, four])),
        ...(joined ? { y: { type: { dtype: 'f32', shape: [1, 4 * wide] } } } : {}),
      },
      nodes: [
        node('Relu', ['x'], ['h']),
        ...spokes.flatMap((name, i) => [
          node('Exp', ['h'], [name]),
          ...(joined ? [] : [node('Add', [sums[i - 1] ?? 'h', name], [`a${i}`])]),
        ]),
        ...(joined ? [node('Concat', spokes, ['y'], { axis: 1 })] : []),
      ],
      outputs: [joined ? 'y' : sums.at(-1)!],
    })
  }
  const costOf = (graph: Graph, plans: readonly Plan[]) => {
    const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
    let before = resolver.work()
    return plans.map((plan) => {
      resolver.resolve(plan)
      const after = resolver.work()
      const { layers, lowered, simplified, neighbours } = after
      const cost = {
        layers: layers - before.layers,
        lowered: lowered - before.lowered,
        simplified: simplified - before.simplified,
        neighbours: neighbours - before.neighbours,
      }
      before = after
      return cost
    })
  }
  const oneByOne: readonly Plan[] = [new Map(), new Map([['s9', 'F32']]), new Map([['s9', 'F16']]), new Map([['s12', 'F16']])]

  it('a layer beside one that thousands read costs no more than beside one that twenty read', () => {
    const [few, ...more] = [20, 200, 2000].map((wide) => costOf(star(wide, false), oneByOne).slice(1))
    for (const cost of few!) expect(cost.neighbours).toBeLessThanOrEqual(250)
    for (const costs of more) expect(costs).toEqual(few)
  })

  it('an operand of a layer with thousands of them costs looking through that layer a few times', () => {
    const graph = star(2000, true)
    for (const { layers, simplified, neighbours } of costOf(graph, oneByOne).slice(1)) {
      expect(layers).toBeLessThanOrEqual(40)
      expect(simplified).toBeLessThanOrEqual(40)
      expect(neighbours).toBeLessThanOrEqual(4 * 2000 + 250)
    }
  })

  it.each([true, false])('gives for a star what a new one gives (joined: %s)', (joined) => {
    const graph = star(20, joined)
    const table = chainTable(graph)
    const kept = createResolver(graph, table, toyChip, { mode: 'INT8' })
    const roll = dice(5)
    let plan: Plan = new Map()
    for (let turn = 0; turn < 30; turn++) {
      const layer = [...graph.values.keys()][Math.floor(roll() * graph.values.size)]!
      if (layer === 'x') continue
      plan = new Map(plan).set(layer, ['F16', 'F32', 'INT8'][Math.floor(roll() * 3)]!)
      expect(text(kept.resolve(plan))).toEqual(text(resolve(graph, table, plan, toyChip, { mode: 'INT8' })))
    }
  })

  it('lowers no layer twice in the same modes and ranges', () => {
    const graph = sumsAndExps(12)
    const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
    const plans: readonly Plan[] = [new Map(), new Map([['l3', 'F16']]), new Map(), new Map([['l3', 'F16']])]
    const calls = plans.map((plan) => {
      resolver.resolve(plan)
      return resolver.work().lowered
    })
    expect(calls[1]! - calls[0]!).toBeGreaterThan(0)
    expect(calls.slice(2)).toEqual([calls[1], calls[1]])
  })

  it('tells which layers are not as in another result', () => {
    const graph = sumsAndExps(12)
    const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
    const [plain, mixed, again] = [new Map(), new Map([['l6', 'F16']]), new Map()].map((plan) => resolver.resolve(plan as Plan))
    // The operand of l6 is cast at its maker's place, its own result at its own.
    expect(mixed!.changedSince(plain!)).toEqual(['l5', 'l6', 'l7'])
    expect(plain!.changedSince(mixed!)).toEqual(['l5', 'l6', 'l7'])
    expect(mixed!.changedSince(mixed!)).toEqual([])
    expect(again!.changedSince(plain!)).toEqual([])
  })

  it('leaves results it gave before as they are', () => {
    const graph = sumsAndExps(12)
    const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
    const first = resolver.resolve(new Map())
    resolver.resolve(new Map([['l4', 'F16']]))
    expect(text(first)).toEqual(text(resolve(graph, chainTable(graph), new Map(), toyChip, { mode: 'INT8' })))
  })

  it('notices what changes in a plan and in ranges that are given once more', () => {
    const graph = sumsAndExps(12)
    const table = chainTable(graph)
    const resolver = createResolver(graph, table, toyChip, { mode: 'INT8' })
    const plan = new Map<string, QuantMode>()
    const ranges = new Map<string, ObservedRange>()
    resolver.resolve(plan, ranges)
    plan.set('l4', 'F16')
    ranges.set('l7', row(5))
    expect(text(resolver.resolve(plan, ranges))).toEqual(
      text(resolve(graph, new Map([...table, ...ranges]), plan, toyChip, { mode: 'INT8' })),
    )
  })

  it('takes no notice of rows for constants, as a table does not', () => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: four, a: four, c: { ...four, constant: [1, 2, 3, 4] }, y: four },
      nodes: [node('Relu', ['x'], ['a']), node('Concat', ['a', 'c'], ['y'], { axis: 1 })],
      outputs: ['y'],
    })
    const table = new Map(['x', 'a', 'c', 'y'].map((name) => [name, row(2)]))
    const resolver = createResolver(graph, table, toyChip, { mode: 'F32' })
    const before = text(resolver.resolve(new Map()))
    expect(text(resolver.resolve(new Map(), new Map([['c', row(9)]])))).toEqual(before)
    expect(text(resolver.resolve(new Map()))).toEqual(before)
  })

  it('can be used again after a plan that cannot be had', () => {
    const graph = sumsAndExps(12)
    const resolver = createResolver(graph, chainTable(graph), toyChip, { mode: 'INT8' })
    resolver.resolve(new Map())
    expect(() => resolver.resolve(new Map([['l4', 'BF16']]))).toThrow(expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['l4'] }))
    const plan = new Map([['l7', 'F16']])
    expect(text(resolver.resolve(plan))).toEqual(text(resolve(graph, chainTable(graph), plan, toyChip, { mode: 'INT8' })))
  })
})

describe('a resolver', () => {
  const graph = smallGraph({ stage: 'float', values: { x: four, y: four }, nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] })
  const { INT8 } = toyChip.target.schemes
  const withZeroPoints = { ...INT8, activations: { bits: 8, sign: 'by-range', zeroPoint: 'by-range' } } as IntegerScheme

  it('takes up a row that differs in its largest number alone', () => {
    const chip = { ...toyChip, target: { ...toyChip.target, rangeSteps: [], asymmetricSchemes: { INT8: withZeroPoints } } }
    const table = new Map(['x', 'y'].map((name) => [name, row(2, -1)]))
    const kept = createResolver(graph, table, chip, { mode: 'INT8', asymmetric: true })
    const scale = (max: number) => {
      const resolved = kept.resolve(new Map(), new Map([['y', { threshold: 4, min: -1, max }]]))
      return resolved.graph.values.get('y')!.type.quant!.scale
    }
    expect([scale(2), scale(4), scale(2)]).toEqual([3 / 255, 5 / 255, 3 / 255])
  })

  it('takes up a row that differs in the sign of zero alone, which is printed', () => {
    const chip = { ...toyChip, target: { ...toyChip.target, rangeSteps: [] } }
    const table = new Map(['x', 'y'].map((name) => [name, row(2, -1)]))
    const printed = (kept: ReturnType<typeof createResolver>, min: number) =>
      printGraph(kept.resolve(new Map(), new Map([['y', row(2, min)]])).graph)
    const fresh = () => createResolver(graph, table, chip, { mode: 'F32' })
    const kept = fresh()
    for (const min of [0, -0, 0]) expect(printed(kept, min)).toBe(printed(fresh(), min))
  })

  it('refuses a target whose schemes mean nothing, with all that is wrong', () => {
    const wrong = { ...INT8, bias: 'i16', rounding: { ...withZeroPoints.rounding, cast: 'nearest' } } as unknown as IntegerScheme
    const chip = { ...toyChip, target: { ...toyChip.target, schemes: { ...toyChip.target.schemes, INT8: wrong } } }
    expect(() => createResolver(graph, new Map(), chip, { mode: 'INT8' })).toThrow(
      expect.objectContaining({ code: 'BACKEND_INVALID', found: expect.stringMatching(/bias is "i16".*rounding.cast is "nearest"/) }),
    )
  })
})
