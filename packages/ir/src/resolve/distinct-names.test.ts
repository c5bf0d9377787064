import { describe, expect, it } from 'vitest'
import { anonymousForm } from '../conformance/anonymous-form.ts'
import { confusinglyNamed } from '../conformance/backend-names-case.ts'
import { dice } from '../conformance/dice.ts'
import { f32, node, type SmallValue, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import { defineTarget } from '../contracts/target.ts'
import { layerOf } from '../graph/edges.ts'
import { printGraph } from '../graph/text/print-graph.ts'
import type { Graph, Node } from '../graph/types.ts'
import { verifyQuantized } from '../graph/verify-quantized.ts'
import { asConv, asFloat, asMatMul, asSum, asTable, lowerCopy } from '../lowering/index.ts'
import { toyChip } from './fixtures/toy-chip.ts'
import { loweredTo } from './lower-context.ts'
import { createResolver } from './resolver.ts'

const { INT8, F16, F32 } = smallSchemes
const modes = ['INT8', 'DOWN', 'WIDE', 'F16', 'F32'] as const
const every = { INT8: 'INT8', DOWN: 'DOWN', WIDE: 'WIDE', F16: 'F16', F32: 'F32' } as const
const inFloat = { INT8: 'F32', DOWN: 'F32', WIDE: 'F32', F16: 'F16', F32: 'F32' } as const
/** A chip of the lowering kit; two of its modes differ in nothing but how casts round. */
const chip: Backend = {
  ...toyChip,
  target: defineTarget({
    name: 'toy',
    modes,
    schemes: {
      INT8,
      DOWN: { ...INT8, rounding: { ...INT8.rounding, cast: 'down' } },
      WIDE: { ...INT8, activations: { ...INT8.activations, bits: 16 } },
      F16,
      F32,
    },
    defaultFloat: 'F32',
    floatModes: ['F16', 'F32'],
    ops: { Conv: every, MatMul: every, Add: every, Concat: every, Slice: every, Sigmoid: every, Relu: every, Exp: inFloat },
    rangeSteps: [],
    tolerance: {},
  }),
  lower: {
    ...{ Conv: asConv(), MatMul: asMatMul(), Add: asSum('QAdd'), Concat: lowerCopy, Slice: lowerCopy, Relu: lowerCopy },
    ...{ Sigmoid: asTable(), Exp: asFloat() },
  },
  simplify: [],
}

const image = [1, 2, 3, 3]
const window = { strides: [1, 1], pads: [1, 1, 1, 1] }

/** Layers of all kinds of which some share constants, under names that mean nothing. */
function randomGraph(count: number, roll: () => number): Graph {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)]!
  const numbers = (...shape: number[]): SmallValue => ({
    type: f32(...shape),
    constant: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(2 * roll() - 1)),
  })
  const tensors = (shape: readonly number[]): SmallValue => ({ type: f32(...shape) })
  const values: Record<string, SmallValue> = { a: tensors(image), q000: numbers(2, 2, 3, 3), q001: numbers(2), q002: numbers(3, 3) }
  const made = ['a']
  const nodes: Node[] = []
  const put = (op: string, inputs: readonly string[], shape: readonly number[], attrs = {}): string => {
    const name = `q${String(100 + nodes.length)}`
    values[name] = tensors(shape)
    nodes.push(node(op, inputs, [name], attrs))
    return name
  }
  for (let i = 0; i < count; i++) {
    const x = pick(made)
    const kind = Math.floor(roll() * 7)
    if (kind === 0) made.push(put('Conv', [x, 'q000', 'q001'], image, window))
    else if (kind === 1) made.push(put('MatMul', [x, 'q002'], image))
    else if (kind === 2) made.push(put('Add', [x, pick(made)], image))
    else if (kind === 3) {
      const joined = put('Concat', [x, pick(made)], [1, 4, 3, 3], { axis: 1 })
      made.push(put('Slice', [joined], image, { starts: [0, 1, 0, 0], ends: [1, 3, 3, 3], steps: [1, 1, 1, 1] }))
    } else made.push(put(pick(['Sigmoid', 'Relu', 'Exp']), [x], image))
  }
  return smallGraph({
    stage: 'float',
    values,
    nodes,
    outputs: [...new Set([layerOf(nodes.at(-1)!), pick(made.slice(1)), pick(made.slice(1))])],
  })
}

describe('a graph under names that made ones can be mistaken for', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('is resolved as under plain names, for all plans in turn (%i)', (seed) => {
    const roll = dice(seed)
    const plain = randomGraph(8, roll)
    const { graph, names } = confusinglyNamed(plain, roll)
    const renamed = <T>(rows: ReadonlyMap<string, T>) => new Map(Array.from(rows, ([name, row]) => [names.get(name)!, row] as const))
    const rows = Array.from(
      plain.values.keys(),
      (name) => [name, { threshold: 1 + roll(), min: roll() < 0.5 ? 0 : -1, max: 1 + roll() }] as const,
    )
    const table = new Map(rows)
    const resolver = createResolver(graph, renamed(table), chip, { mode: 'INT8' })
    for (let turn = 0; turn < 4; turn++) {
      const planned = plain.nodes
        .filter(() => roll() < 0.5)
        .map((each) => [layerOf(each), modes[Math.floor(roll() * modes.length)]!] as const)
      const plan = new Map(planned)
      const wanted = createResolver(plain, table, chip, { mode: 'INT8' }).resolve(plan)
      const found = resolver.resolve(renamed(plan))
      verifyQuantized(found.graph)
      expect(anonymousForm(found.graph)).toEqual(anonymousForm(wanted.graph))
      const kept = plain.nodes.map(layerOf).filter((name) => wanted.graph.values.has(name))
      expect(kept.map((name) => found.keyOf(names.get(name)!))).toEqual(kept.map(wanted.keyOf))
      const fresh = createResolver(graph, renamed(table), chip, { mode: 'INT8' }).resolve(renamed(plan))
      expect(printGraph(found.graph)).toBe(printGraph(fresh.graph))
      expect([...found.graph.values.keys()]).toEqual([...fresh.graph.values.keys()])
    }
  })
})

describe('a constant of a lowering under the name of a constant of the graph', () => {
  const weights: SmallValue = { type: f32(2, 2, 3, 3), constant: Array.from({ length: 36 }, (_, i) => Math.sin(i)) }
  const resolved = (name: string) => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: { type: f32(...image) }, [name]: weights, c0: { type: f32(...image) }, c1: { type: f32(...image) } },
      nodes: [node('Conv', ['x', name], ['c0'], window), node('Conv', ['c0', name], ['c1'], window)],
      outputs: ['c1'],
    })
    const table = new Map(['x', 'c0', 'c1'].map((each) => [each, { threshold: 4, min: -4, max: 4 }]))
    return createResolver(graph, table, chip, { mode: 'INT8' }).resolve(new Map([['c1', 'F32']])).graph
  }
  it('does not stand for it in other layers', () => {
    const made = resolved('c0_weight')
    expect(anonymousForm(made)).toEqual(anonymousForm(resolved('w')))
    expect(made.values.get('c0_weight')!.type.dtype).toBe('f32')
    expect(made.values.get('c0_weight~c0')!.type.dtype).toBe('i8')
    expect(resolved('w').values.has('c0_weight')).toBe(true)
  })
})

describe('names that lowerings give', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: { type: f32(4) }, a: { type: f32(4) }, b: { type: f32(4) } },
    nodes: [node('Relu', ['x'], ['a']), node('Relu', ['a'], ['b'])],
    outputs: ['b'],
  })
  const table = new Map(['x', 'a', 'b'].map((name) => [name, { threshold: 2, min: 0, max: 2 }]))
  const adding =
    (numberFor: (layer: string, mode: string) => number): LowerOp =>
    (each, context) => {
      const name = layerOf(each)
      const data = Float32Array.of(numberFor(name, context.mode))
      const k = { name: 'k', type: f32(1), constant: { ...f32(1), data } }
      return loweredTo({ op: 'Add', inputs: [each.inputs[0], 'k'], outputs: [name], attrs: {} }, [k, { name, type: context.typeOf(name) }])
    }
  const resolverOf = (numberFor: (layer: string, mode: string) => number) =>
    createResolver(graph, table, { ...chip, lower: { ...chip.lower, Relu: adding(numberFor) } }, { mode: 'F32' })
  const operands = (nodes: readonly Node[]) => nodes.map(({ inputs }) => inputs[1])

  it('stand for one thing: the first layer keeps a name that two give to constants of other elements', () => {
    const made = resolverOf((layer) => (layer === 'a' ? 1 : 2)).resolve(new Map()).graph
    expect(operands(made.nodes)).toEqual(['k', 'k~b'])
    expect(['k', 'k~b'].map((name) => made.values.get(name)!.constant!.data[0])).toEqual([1, 2])
  })

  it('may be those of one constant', () => expect(operands(resolverOf(() => 1).resolve(new Map()).graph.nodes)).toEqual(['k', 'k']))

  it('may be those of a constant of the model that one layer reads as it is and another as a constant of F32', () => {
    const pair = f32(1, 2)
    const shared = smallGraph({
      stage: 'float',
      values: { x: { type: pair }, k: { type: pair, constant: [1, 0] }, y: { type: pair }, z: { type: pair } },
      nodes: [node('Add', ['x', 'k'], ['y']), node('Where', ['k', 'x', 'y'], ['z'])],
      outputs: ['z'],
    })
    const rows = new Map(['x', 'y', 'z'].map((name) => [name, { threshold: 2, min: -2, max: 2 }]))
    const choosing = {
      ...chip,
      target: { ...chip.target, ops: { ...chip.target.ops, Where: every } },
      lower: { ...chip.lower, Where: lowerCopy },
    }
    const made = createResolver(shared, rows, choosing, { mode: 'INT8' }).resolve(new Map([['y', 'F32']])).graph
    expect(made.nodes.filter(({ inputs }) => inputs.includes('k')).map(({ op }) => op)).toEqual(['Add', 'Where'])
    expect(made.values.get('k')!.constant!.data).toEqual(Float32Array.of(1, 0))
  })

  it('are those of the plan, whatever plans came before', () => {
    const kept = resolverOf((_, mode) => (mode === 'F32' ? 1 : 2))
    const of = (plan: readonly (readonly [string, string])[]) => operands(kept.resolve(new Map(plan)).graph.nodes)
    expect(of([])).toEqual(['k', 'k'])
    expect(of([['b', 'F16']])).toEqual(['k', 'k~b'])
    expect(of([['a', 'F16'], ['b', 'F16']])).toEqual(['k', 'k']) // biome-ignore format: a plan
    expect(of([['a', 'F16']])).toEqual(['k', 'k~b'])
    expect(of([])).toEqual(['k', 'k'])
  })

  it('that are twice in one lowering are refused', () => {
    const twice: LowerOp = (each, context) => {
      const lowered = adding(() => 1)(each, context)
      const [k] = lowered.values
      return { ...lowered, values: [...lowered.values, { ...k!, constant: { ...k!.constant!, data: Float32Array.of(2) } }] }
    }
    const refused = createResolver(graph, table, { ...chip, name: 'acme', lower: { ...chip.lower, Relu: twice } }, { mode: 'F32' })
    expect(() => refused.resolve(new Map())).toThrow(expect.objectContaining({ code: 'LOWERING_NAME', at: ['a'], found: 'k' }))
  })

  it('of results that are twice in one lowering are refused', () => {
    const twice: LowerOp = (each, context) => {
      const lowered = adding(() => 1)(each, context)
      return { ...lowered, nodes: [...lowered.nodes, ...lowered.nodes] }
    }
    const refused = createResolver(graph, table, { ...chip, name: 'acme', lower: { ...chip.lower, Relu: twice } }, { mode: 'F32' })
    expect(() => refused.resolve(new Map())).toThrow(expect.objectContaining({ code: 'LOWERING_NAME', at: ['a'], found: 'a' }))
  })
})
