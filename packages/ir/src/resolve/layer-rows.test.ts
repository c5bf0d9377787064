import { describe, expect, it } from 'vitest'
import { dice } from '../conformance/dice.ts'
import { node, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import type { Backend, RewritePass } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Target } from '../contracts/target.ts'
import { draftOf } from '../graph/draft.ts'
import { printGraph } from '../graph/text/print-graph.ts'
import type { Graph } from '../graph/types.ts'
import { four, keep, sumsAndExps, toyChip } from './fixtures/toy-chip.ts'
import type { Resolved } from './resolved.ts'
import { createResolver } from './resolver.ts'
import { hasOneReading } from './row-reading.ts'

const stored = (activations: Partial<IntegerScheme['activations']>): IntegerScheme => ({
  ...smallSchemes.INT8,
  activations: { bits: 8, sign: 'by-range', zeroPoint: 'none', ...activations },
})
const all = { ENDS: 'ENDS', HALF: 'HALF', EVEN: 'EVEN', F32: 'F32' } as const

/** A chip one of whose modes has zero points, one signs by range, one signed codes only. */
const chip: Backend = {
  ...toyChip,
  target: {
    ...toyChip.target,
    modes: ['ENDS', 'HALF', 'EVEN', 'F32'],
    schemes: {
      ENDS: stored({ zeroPoint: 'by-range', sign: 'unsigned' }),
      HALF: stored({}),
      EVEN: stored({ sign: 'signed' }),
      F32: smallSchemes.F32,
    },
    defaultFloat: 'F32',
    floatModes: ['F32'],
    ops: { Relu: all, Add: all, Exp: all, Reshape: all, Concat: all },
    automaticPlan: { unevenAdd: 'F32' },
    rangeSteps: [],
  } as Target,
  lower: Object.fromEntries(['Relu', 'Add', 'Exp', 'Reshape', 'Concat'].map((op) => [op, keep])),
}

const row: ObservedRange = { threshold: 3, min: -1, max: 5 }
const tableOf = (graph: Graph, each = row) => new Map([...graph.values.keys()].map((name) => [name, each]))
const quantOf = ({ graph }: Resolved, name: string) => {
  const { dtype, quant } = graph.values.get(name)!.type
  return [dtype, quant?.scale, quant?.zeroPoint]
}
const resolved = (mode: string, plan: Plan, backend = chip, table = tableOf(sumsAndExps(3))) =>
  createResolver(sumsAndExps(3), table, backend, { mode }).resolve(plan)
const ends = ['u8', 6 / 255, 43]
const half = ['i8', 3 / 127, 0]

describe('the range of a layer', () => {
  it('is read by the mode of the layer, whatever the mode of the graph', () => {
    for (const mode of ['ENDS', 'HALF', 'EVEN', 'F32']) {
      const one = resolved(mode, new Map([...'012'].map((i) => [`l${i}`, ['ENDS', 'HALF', 'EVEN'][Number(i)]!])))
      expect([quantOf(one, 'l0'), quantOf(one, 'l1'), quantOf(one, 'l2')]).toEqual([ends, half, half])
    }
    const unsigned = tableOf(sumsAndExps(3), { threshold: 3, min: 0, max: 5 })
    const signed = resolved(
      'ENDS',
      new Map([
        ['l1', 'HALF'],
        ['l2', 'EVEN'],
      ]),
      chip,
      unsigned,
    )
    expect([quantOf(signed, 'l0'), quantOf(signed, 'l1'), quantOf(signed, 'l2')]).toEqual([
      ['u8', 5 / 255, 0],
      ['u8', 3 / 255, 0],
      ['i8', 3 / 127, 0],
    ])
  })

  it('that computes in floats, and of an input, by the mode of the graph', () => {
    for (const [mode, codes] of [
      ['ENDS', ends],
      ['HALF', half],
    ] as const) {
      const one = resolved(mode, new Map([['l1', 'F32']]))
      expect(quantOf(one, `l1l2_${codes[0] === 'u8' ? 'u8' : 'i8'}`)).toEqual(codes)
      expect(quantOf(one, `xl0_${codes[0] === 'u8' ? 'u8' : 'i8'}`)).toEqual(codes)
    }
  })

  it('is refused where its own mode finds it empty, and there alone', () => {
    const table = tableOf(sumsAndExps(3)).set('l1', { threshold: 2, min: 2, max: 2 })
    expect(() => resolved('ENDS', new Map(), chip, table)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID', at: ['l1'] }))
    expect(quantOf(resolved('ENDS', new Map([['l1', 'HALF']]), chip, table), 'l1')).toEqual(['u8', 2 / 255, 0])
    expect(() => resolved('HALF', new Map([['l1', 'ENDS']]), chip, table)).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID', at: ['l1'] }),
    )
  })

  it('travels as the modes of the layers read it', () => {
    const target: Target = { ...chip.target, rangeSteps: [[{ rule: 'forward', ops: ['Exp'] }]] }
    const backend = { ...chip, target }
    expect(quantOf(resolved('ENDS', new Map([['l1', 'HALF']]), backend), 'l2')).toEqual(['u8', 6 / 255, 128])
    expect(quantOf(resolved('HALF', new Map([['l1', 'ENDS']]), backend), 'l2')).toEqual(['i8', 5 / 127, 0])
  })

  it('that a rewrite made, or left without a layer, is that of the value it stands for', () => {
    const split: RewritePass = {
      name: 'split',
      run(graph) {
        const draft = draftOf(graph)
        const l1 = draft.producer('l1')!
        const { type } = draft.value('l1')
        draft.setValue({ name: 'half', type })
        draft.replace(l1, [
          { ...l1, outputs: ['half'], origin: ['l1'] },
          { op: 'Add', inputs: ['half', 'half'], outputs: ['l1'], attrs: {}, origin: ['l1'] },
        ])
        return draft.finish()
      },
    }
    const one = resolved('ENDS', new Map([['l1', 'HALF']]), { ...chip, rewrite: [split] })
    expect([quantOf(one, 'half'), quantOf(one, 'l1')]).toEqual([half, half])
    expect(quantOf(resolved('HALF', new Map([['l1', 'ENDS']]), { ...chip, rewrite: [split] }), 'half')).toEqual(ends)
  })

  it('does not decide on automatic entries, which are made of ranges as the mode of the graph reads them', () => {
    // 1 to 100 by the ends, 1 to 50 by the thresholds.
    const graph = smallGraph({
      stage: 'float',
      values: { x: four, a: four, b: four, y: four },
      nodes: [node('Relu', ['x'], ['a']), node('Exp', ['x'], ['b']), node('Add', ['a', 'b'], ['y'])],
      outputs: ['y'],
    })
    const one = { threshold: 1, min: 0, max: 1 }
    const table = new Map([
      ['x', one],
      ['a', one],
      ['b', { threshold: 50, min: 0, max: 100 }],
      ['y', one],
    ])
    const modeOf = (mode: string, plan: Plan) => createResolver(graph, table, chip, { mode }).resolve(plan).plan.get('y')
    expect(modeOf('ENDS', new Map([['b', 'HALF']]))).toBe('F32')
    expect(modeOf('HALF', new Map([['b', 'ENDS']]))).toBeUndefined()
  })
})

describe('a resolver whose layers read rows in several ways', () => {
  const text = ({ graph, keyOf, plan }: Resolved) => ({
    graph: printGraph(graph),
    values: [...graph.values.values()].map(({ name, type }) => [name, type]),
    keys: graph.nodes.map((each) => each.outputs.map(keyOf)),
    plan: [...plan],
  })

  it.each([1, 2, 3, 4])('gives for every plan and range what a new one gives (%i)', (seed) => {
    const roll = dice(seed)
    const graph = sumsAndExps(12)
    const table = tableOf(graph)
    const mode = ['ENDS', 'HALF', 'EVEN', 'F32'][seed % 4]!
    const target: Target = { ...chip.target, rangeSteps: [[{ rule: 'backward', ops: ['Exp'] }], [{ rule: 'sum-sign', ops: ['Add'] }]] }
    const backend = { ...chip, target }
    const kept = createResolver(graph, table, backend, { mode })
    let plan: Plan = new Map()
    let ranges = new Map<string, ObservedRange>()
    for (let turn = 0; turn < 20; turn++) {
      const layer = `l${Math.floor(roll() * 12)}`
      if (roll() < 0.6) plan = new Map(plan).set(layer, Object.keys(all)[Math.floor(roll() * 4)]!)
      else if (roll() < 0.8)
        ranges = new Map(ranges).set(layer, { threshold: 1 + roll(), min: roll() < 0.5 ? -roll() : 0, max: 1 + 300 * roll() ** 4 })
      else [plan, ranges] = [new Map(), new Map()]
      const fresh = createResolver(graph, new Map([...table, ...ranges]), backend, { mode }).resolve(plan)
      expect(text(kept.resolve(plan, ranges))).toEqual(text(fresh))
    }
  })

  it('reads again the layers alone whose mode has changed, whatever the size of the graph', () => {
    const costs = [30, 300, 1500].map((count) => {
      const graph = sumsAndExps(count)
      const resolver = createResolver(graph, tableOf(graph), chip, { mode: 'ENDS' })
      resolver.resolve(new Map())
      const before = resolver.work()
      resolver.resolve(new Map([['l15', 'HALF']]))
      const after = resolver.work()
      return { ranges: after.ranges - before.ranges, layers: after.layers - before.layers, lowered: after.lowered - before.lowered }
    })
    expect(costs[0]!.ranges).toBe(1)
    expect(costs.slice(1)).toEqual([costs[0], costs[0]])
  })

  it('does nothing for a chip whose modes read rows alike', () => {
    const settings = { mode: 'INT8', asymmetric: false }
    expect([hasOneReading(toyChip.target, settings), hasOneReading(chip.target, { ...settings, mode: 'ENDS' })]).toEqual([true, false])
    const graph = sumsAndExps(3)
    const resolver = createResolver(graph, tableOf(graph), { ...toyChip, target: { ...toyChip.target, rangeSteps: [] } }, { mode: 'INT8' })
    resolver.resolve(new Map())
    expect(resolver.work().ranges).toBe(0)
  })
})
