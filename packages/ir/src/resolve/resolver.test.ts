import { describe, expect, it } from 'vitest'
import { f32, node, type SmallValue, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import { defineTarget } from '../contracts/target.ts'
import { draftOf } from '../graph/draft.ts'
import { layerOf } from '../graph/edges.ts'
import { printGraph } from '../graph/text/print-graph.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { loweredTo } from './lower-context.ts'
import { resolve } from './resolve.ts'
import { createResolver, type Resolved } from './resolver.ts'

/** Keeps the node: on codes of its own range in INT8, else on the float type of the mode. */
const keep: LowerOp = (each, context) =>
  loweredTo(
    each,
    each.outputs.map((name) => ({
      name,
      type: context.scheme.kind === 'integer' ? context.quantizedType(name) : { ...context.typeOf(name), dtype: context.scheme.dtype },
    })),
  )

/** A sum of 16 bits when its only user is in float: it looks at the mode of its neighbour. */
const add: LowerOp = (each, context) => {
  const name = layerOf(each)
  const [user] = context.consumers(name)
  if (context.scheme.kind === 'float' || user?.mode !== 'F32') return keep(each, context)
  const { quant, shape } = context.quantizedType(name)
  return loweredTo(each, [{ name, type: { dtype: 'i16', shape, quant: { ...quant!, scale: (quant!.scale * 255) / 65535 } } }])
}

/** Stands behind its operand and gives its result another name on codes. */
const softmax: LowerOp = (each, context) => {
  if (context.scheme.kind === 'float') return keep(each, context)
  const [x] = each.inputs as [string]
  const name = layerOf(each)
  const type = context.quantizedType(name)
  return {
    hoisted: [{ op: 'Reshape', inputs: [x], outputs: [`${x}_for_${name}`], attrs: { shape: [4, 1] } }],
    nodes: [
      { ...each, inputs: [`${x}_for_${name}`], outputs: [`${name}_inner`] },
      { op: 'Reshape', inputs: [`${name}_inner`], outputs: [`${name}_back`], attrs: { shape: [1, 4] } },
    ],
    values: [
      { name: `${x}_for_${name}`, type: { ...context.quantizedType(x), shape: [4, 1] } },
      { name: `${name}_inner`, type: { ...type, shape: [4, 1] } },
      { name: `${name}_back`, type },
    ],
    renamed: new Map([[name, `${name}_back`]]),
  }
}

const every = { INT8: 'INT8', F16: 'F16', F32: 'F32' } as const
const backend: Backend = {
  name: 'toy',
  target: defineTarget({
    name: 'toy',
    modes: ['INT8', 'F16', 'F32'],
    schemes: smallSchemes,
    defaultFloat: 'F16',
    floatModes: ['F16', 'F32'],
    ops: { Relu: every, Add: every, Reshape: every, Softmax: every, Concat: every, Exp: { INT8: 'F32', F16: 'F32', F32: 'F32' } },
    rangeSteps: [
      [{ rule: 'unify-operands', ops: ['Concat'] }],
      [{ rule: 'backward', ops: ['Relu'] }],
      [{ rule: 'forward', ops: ['Reshape', 'Relu'] }],
    ],
    typeFollowers: ['Reshape'],
    automaticPlan: { unevenAdd: 'F16' },
    casts: { rescale: 'by-width' },
    tolerance: {},
  }),
  lower: { Relu: keep, Add: add, Reshape: keep, Exp: keep, Concat: keep, Softmax: softmax },
  simplify: [
    {
      name: 'drop-double-relu',
      ops: ['Relu'],
      run(graph) {
        const draft = draftOf(graph)
        for (const each of draft.nodes()) {
          const before = each.op === 'Relu' ? draft.producer(each.inputs[0]!) : undefined
          if (before?.op !== 'Relu' || draft.useCount(each.inputs[0]!) !== 1 || draft.isOutput(layerOf(each))) continue
          if (draft.value(layerOf(each)).type.dtype !== draft.value(layerOf(before)).type.dtype) continue
          draft.redirect(layerOf(each), layerOf(before))
          draft.replace(each, [])
        }
        return draft.finish()
      },
    },
  ],
  emit: () => ({ files: new Map(), diagnostics: [] }),
}

const t: SmallValue = { type: f32(1, 4) }

/** A seeded source of numbers from 0 to 1. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

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
    values: Object.fromEntries(['x', 'w', ...nodes.map(layerOf)].map((name) => [name, t])),
    nodes,
    outputs: [`l${count - 1}`, `l${count - 2}`],
  })
}

const row = (threshold: number, min = 0): ObservedRange => ({ threshold, min, max: threshold })
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
      const resolver = createResolver(graph, table, backend, options)
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
          text(createResolver(graph, new Map([...table, ...ranges]), backend, options).resolve(plan)),
        )
      }
    },
  )

  const chain = (count: number): Graph =>
    smallGraph({
      stage: 'float',
      values: Object.fromEntries(['x', ...Array.from({ length: count }, (_, i) => `l${i}`)].map((name) => [name, t])),
      nodes: Array.from({ length: count }, (_, i) => {
        const before = i === 0 ? 'x' : `l${i - 1}`
        return i % 3 === 2 ? node('Exp', [before], [`l${i}`]) : node('Add', [before, before], [`l${i}`])
      }),
      outputs: [`l${count - 1}`],
    })
  const chainTable = (graph: Graph) => new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))

  it('computes for a changed layer what the layer and its neighbours take, whatever the size of the graph', () => {
    const costs = [30, 300, 3000].map((count) => {
      const graph = chain(count)
      const resolver = createResolver(graph, chainTable(graph), backend, { mode: 'INT8' })
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

  it('lowers no layer twice in the same modes and ranges', () => {
    const graph = chain(12)
    const resolver = createResolver(graph, chainTable(graph), backend, { mode: 'INT8' })
    const plans: readonly Plan[] = [new Map(), new Map([['l3', 'F16']]), new Map(), new Map([['l3', 'F16']])]
    const calls = plans.map((plan) => {
      resolver.resolve(plan)
      return resolver.work().lowered
    })
    expect(calls[1]! - calls[0]!).toBeGreaterThan(0)
    expect(calls.slice(2)).toEqual([calls[1], calls[1]])
  })

  it('tells which layers are not as in another result', () => {
    const graph = chain(12)
    const resolver = createResolver(graph, chainTable(graph), backend, { mode: 'INT8' })
    const [plain, mixed, again] = [new Map(), new Map([['l6', 'F16']]), new Map()].map((plan) => resolver.resolve(plan as Plan))
    // The operand of l6 is cast at its maker's place, its own result at its own.
    expect(mixed!.changedSince(plain!)).toEqual(['l5', 'l6', 'l7'])
    expect(plain!.changedSince(mixed!)).toEqual(['l5', 'l6', 'l7'])
    expect(mixed!.changedSince(mixed!)).toEqual([])
    expect(again!.changedSince(plain!)).toEqual([])
  })

  it('leaves results it gave before as they are', () => {
    const graph = chain(12)
    const resolver = createResolver(graph, chainTable(graph), backend, { mode: 'INT8' })
    const first = resolver.resolve(new Map())
    resolver.resolve(new Map([['l4', 'F16']]))
    expect(text(first)).toEqual(text(resolve(graph, chainTable(graph), new Map(), backend, { mode: 'INT8' })))
  })

  it('notices what changes in a plan and in ranges that are given once more', () => {
    const graph = chain(12)
    const table = chainTable(graph)
    const resolver = createResolver(graph, table, backend, { mode: 'INT8' })
    const plan = new Map<string, QuantMode>()
    const ranges = new Map<string, ObservedRange>()
    resolver.resolve(plan, ranges)
    plan.set('l4', 'F16')
    ranges.set('l7', row(5))
    expect(text(resolver.resolve(plan, ranges))).toEqual(
      text(resolve(graph, new Map([...table, ...ranges]), plan, backend, { mode: 'INT8' })),
    )
  })

  it('can be used again after a plan that cannot be had', () => {
    const graph = chain(12)
    const resolver = createResolver(graph, chainTable(graph), backend, { mode: 'INT8' })
    resolver.resolve(new Map())
    expect(() => resolver.resolve(new Map([['l4', 'BF16']]))).toThrow(expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['l4'] }))
    const plan = new Map([['l7', 'F16']])
    expect(text(resolver.resolve(plan))).toEqual(text(resolve(graph, chainTable(graph), plan, backend, { mode: 'INT8' })))
  })
})

describe('keys', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: t, a: t, b: t, c: t },
    nodes: [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']), node('Relu', ['x'], ['c'])],
    outputs: ['b', 'c'],
  })
  const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2, -1)]))
  const keysFor = (plan: Plan, ranges: ReadonlyMap<string, ObservedRange> = new Map(), mode: QuantMode = 'INT8') => {
    const { keyOf } = createResolver(graph, table, backend, { mode }).resolve(plan, ranges)
    return { a: keyOf('a'), b: keyOf('b'), c: keyOf('c'), x: keyOf('x') }
  }
  const plain = keysFor(new Map())

  it('are equal for values made in the same way, whatever their names', () => {
    expect(plain.a).toBe(plain.c)
    expect(keysFor(new Map())).toEqual(plain)
  })

  it('change with the mode of a layer, there and behind it, and nowhere else', () => {
    const mixed = keysFor(new Map([['a', 'F16']]))
    expect(mixed.x).toBe(plain.x)
    expect(mixed.c).toBe(plain.c)
    expect(mixed.a).not.toBe(plain.a)
    expect(mixed.b).not.toBe(plain.b)
  })

  it('change with a range', () => {
    const wider = keysFor(
      new Map(),
      new Map([
        ['x', row(3, -1)],
        ['c', row(3, -1)],
      ]),
    )
    expect(wider.x).toBe(plain.x)
    expect(wider.c).not.toBe(plain.c)
    expect(wider.a).not.toBe(plain.a)
  })

  it('do not change with a range that decides nothing', () => {
    expect(keysFor(new Map(), new Map([['b', row(9, -9)]]), 'F32')).toEqual(keysFor(new Map(), new Map(), 'F32'))
  })
})

describe('layers that rewrites made', () => {
  const split: Backend = {
    ...backend,
    rewrite: [
      {
        name: 'split-exp',
        run(graph) {
          const draft = draftOf(graph)
          for (const each of draft.nodes()) {
            if (each.op !== 'Exp') continue
            const name = layerOf(each)
            draft.setValue({ name: `${name}_part`, type: draft.value(name).type })
            draft.replace(each, [
              { op: 'Relu', inputs: each.inputs, outputs: [`${name}_part`], attrs: {}, origin: [name] },
              { op: 'Add', inputs: [`${name}_part`, `${name}_part`], outputs: [name], attrs: {}, origin: [name] },
            ])
          }
          return draft.finish()
        },
      },
    ],
  }
  const graph = smallGraph({
    stage: 'float',
    values: { x: t, a: t, b: t },
    nodes: [node('Add', ['x', 'x'], ['a']), node('Exp', ['a'], ['b'])],
    outputs: ['b'],
  })
  const table = new Map(['x', 'a', 'b'].map((name) => [name, row(2)]))

  it('are in the mode of the layer they come from', () => {
    const { plan, graph: made } = resolve(graph, table, new Map([['b', 'F16']]), split, { mode: 'INT8' })
    expect([...plan]).toEqual([
      ['b', 'F16'],
      ['b_part', 'F16'],
    ])
    expect(made.values.get('b_part')!.type.dtype).toBe('f16')
  })

  it('have the range of the value they took over, also when it differs from the table', () => {
    const resolver = createResolver(graph, table, split, { mode: 'INT8' })
    const scaleOf = (resolved: Resolved) => resolved.graph.values.get('b_part')!.type.quant!.scale
    expect(scaleOf(resolver.resolve(new Map()))).toBe(2 / 255)
    expect(scaleOf(resolver.resolve(new Map(), new Map([['b', row(4)]])))).toBe(4 / 255)
  })
})

describe('a lowering', () => {
  const asking = (question: LowerOp): Backend => ({ ...backend, lower: { ...backend.lower, Relu: question } })
  const graph = smallGraph({
    stage: 'float',
    values: { x: t, a: t, b: t, c: t },
    nodes: [node('Add', ['x', 'x'], ['a']), node('Relu', ['a'], ['b']), node('Add', ['b', 'b'], ['c'])],
    outputs: ['c'],
  })
  const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2)]))
  const run = (question: LowerOp) => () => resolve(graph, table, new Map(), asking(question), { mode: 'INT8' })

  it('sees its neighbours', () => {
    const seen: unknown[] = []
    run((each, context) => {
      seen.push(
        context.producer('a')?.node.op,
        context.consumers('b').map(({ node: { op }, mode }) => [op, mode]),
        context.useCount('b'),
      )
      return keep(each, context)
    })()
    expect(seen).toEqual(['Add', [['Add', 'INT8']], 2])
  })

  it.each<[string, LowerOp]>([
    ['types', (each, context) => keep(each, { ...context, scheme: context.scheme, ...{ _: context.typeOf('x') } })],
    ['makers', (each, context) => keep(each, { ...context, ...{ _: context.producer('x') } })],
    ['users', (each, context) => keep(each, { ...context, ...{ _: context.consumers('a') } })],
    ['constants', (each, context) => keep(each, { ...context, ...{ _: context.constantOf('c') } })],
  ])('is told when it asks for %s of layers that are not beside it', (_, question) => {
    expect(run(question)).toThrow(/is not beside it/)
  })

  it('has the facts that its back end states of the graph', () => {
    const seen: unknown[] = []
    const question: LowerOp = (each, context) => {
      seen.push(context.facts)
      return keep(each, context)
    }
    resolve(graph, table, new Map(), { ...asking(question), facts: () => new Map([['b', { isHead: true }]]) }, { mode: 'INT8' })
    expect(seen).toEqual([{ isHead: true }])
  })
})
