import { describe, expect, it } from 'vitest'
import { f32, node, smallGraph } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph, TensorType } from '../graph/types.ts'
import { asTable } from '../lowering/index.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import type { RangeTable } from './import-ranges.ts'
import { resolve } from './resolve.ts'
import { createResolver } from './resolver.ts'

describe('a lowering', () => {
  const asking = (question: LowerOp): Backend => ({ ...toyChip, lower: { ...toyChip.lower, Relu: question } })
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four, c: four },
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

  it('rounds requantized numbers as the scheme says of its operator', () => {
    const seen: unknown[] = []
    const chip = asking((each, context) => {
      seen.push(context.integers.rounding.requantize, context.scheme.rounding)
      return keep(each, context)
    })
    const scheme = chip.target.schemes['INT8'] as IntegerScheme
    const rounding = { ...scheme.rounding, requantizeOf: { Relu: 'up' } } as const
    const target = { ...chip.target, schemes: { ...chip.target.schemes, INT8: { ...scheme, rounding } } }
    resolve(graph, table, new Map(), { ...chip, target }, { mode: 'INT8' })
    expect(seen).toMatchObject(['up', { requantize: 'up' }])
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

  it('has an operand of comparison codes as truth values of scale 1, where the chip says so and where they are codes', () => {
    const number = { ...four, constant: [0, 0, 0, 0] }
    const comparing = smallGraph({
      stage: 'float',
      values: { x: four, zero: { type: f32(1), constant: [0] }, most: number, a: four, b: four, y: four, z: four },
      nodes: [
        node('Greater', ['x', 'zero'], ['a']),
        node('Greater', ['x', 'most'], ['b']),
        node('Where', ['a', 'x', 'x'], ['y']),
        node('Where', ['b', 'x', 'x'], ['z']),
      ],
      outputs: ['y', 'z'],
    })
    const seen = new Map<string, TensorType['quant']>()
    const asks: LowerOp = (each, context) => {
      seen.set(each.inputs[0]!, context.in('INT8').quantizedType(each.inputs[0]!).quant)
      return keep(each, context)
    }
    const ops = {
      ...toyChip.target.ops,
      Greater: toyChip.target.ops.Relu!,
      'Greater#constant': toyChip.target.ops.Relu!,
      Where: toyChip.target.ops.Relu!,
    }
    const truthful = (truthOps: readonly OpForm[]): Backend => ({
      ...toyChip,
      target: { ...toyChip.target, ops, truthOps },
      lower: { ...toyChip.lower, Greater: keep, Where: asks },
    })
    const quantOf = (backend: Backend, plan: Plan) => {
      seen.clear()
      resolve(comparing, new Map(['x', 'a', 'b', 'y', 'z'].map((name) => [name, row(2)])), plan, backend, { mode: 'INT8' })
      return ['a', 'b'].map((name) => seen.get(name)?.scale)
    }
    const byRange = 2 / 255
    expect(quantOf(truthful(['Greater#constant']), new Map())).toEqual([1, byRange])
    expect(quantOf(truthful(['Greater#constant']), new Map([['a', 'F32']]))).toEqual([byRange, byRange])
    expect(quantOf(truthful([]), new Map())).toEqual([byRange, byRange])
    expect(seen.get('a')).toEqual({ scale: byRange, zeroPoint: 0, expressed: 'f32' })
  })

  it('knows which neighbours the plan names, and in what order their operands are', () => {
    const seen: unknown[] = []
    const question: LowerOp = (each, context) => {
      seen.push(context.producer('a')?.planned, context.consumers('b')[0]?.planned, context.producer('a')?.node.inputs)
      return keep(each, context)
    }
    resolve(graph, table, new Map([['c', 'F32']]), asking(question), { mode: 'INT8' })
    expect(seen).toEqual([undefined, 'F32', ['x', 'x']])
  })

  it('asks in another mode, and for codes in a mode that has some', () => {
    const seen: unknown[] = []
    const question: LowerOp = (each, context) => {
      const float = context.in('F32')
      seen.push(float.mode, float.scheme.kind, float.in('INT8').integers.kind, context.integers.activations.bits)
      expect(() => float.integers).toThrow(/asks for codes in the float mode F32/)
      expect(() => float.quantizedType('b')).toThrow(/asks for codes in the float mode F32/)
      return keep(each, context)
    }
    run(question)()
    expect(seen).toEqual(['F32', 'float', 'integer', 8])
  })

  it('has no maker for an input and no elements for what is computed or left out', () => {
    const seen: unknown[] = []
    const input: Backend = {
      ...toyChip,
      lower: {
        ...toyChip.lower,
        Add: (each, context) => {
          if (each.outputs[0] === 'a') seen.push(context.producer('x'), context.constantOf('x'), context.constantOf(undefined))
          return keep(each, context)
        },
      },
    }
    resolve(graph, table, new Map(), input, { mode: 'INT8' })
    expect(seen).toEqual([undefined, undefined, undefined])
  })

  it('is for the form of an operator before it is for the operator; without either the layer is refused', () => {
    const forms: string[] = []
    const noting =
      (form: string): LowerOp =>
      (each, context) => {
        forms.push(`${form} ${each.outputs[0]}`)
        return keep(each, context)
      }
    const sums = smallGraph({
      stage: 'float',
      values: { x: four, one: { type: f32(1), constant: [1] }, a: four, b: four },
      nodes: [node('Add', ['x', 'one'], ['a']), node('Add', ['a', 'a'], ['b'])],
      outputs: ['b'],
    })
    const lower = { Add: noting('Add'), 'Add#constant': noting('Add#constant') }
    resolve(sums, new Map(['x', 'a', 'b'].map((name) => [name, row(2)])), new Map(), { ...toyChip, lower }, { mode: 'INT8' })
    expect(forms).toEqual(['Add#constant a', 'Add b'])
    expect(() => resolve(sums, new Map(), new Map(), { ...toyChip, lower: { Relu: keep } }, { mode: 'F32' })).toThrow(
      expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['a'], found: 'Add', wanted: 'one of Relu' }),
    )
  })

  it('is not asked where the back end restricts the node, whose reason is the error', () => {
    const reason = { level: 'warning', code: 'TOY_NO', message: 'not here', at: [] } as const
    const restricted = (at: readonly string[]): Backend => ({
      ...toyChip,
      restrict: ({ op }, { mode }) => (op === 'Relu' && mode === 'INT8' ? { ...reason, at } : undefined),
    })
    const refuse = (at: readonly string[]) => () => resolve(graph, table, new Map(), restricted(at), { mode: 'INT8' })
    expect(refuse([])).toThrow(expect.objectContaining({ code: 'TOY_NO', message: 'not here', at: ['b'], found: 'INT8' }))
    expect(refuse(['a', 'b'])).toThrow(expect.objectContaining({ at: ['a', 'b'] }))
    expect(() => resolve(graph, table, new Map([['b', 'F16']]), restricted([]), { mode: 'INT8' })).not.toThrow()
  })

  it('makes nodes that say which layers they come from, those put elsewhere too', () => {
    const soft = smallGraph({
      stage: 'float',
      values: { x: four, y: four },
      nodes: [{ ...node('Softmax', ['x'], ['y'], { axis: 1 }), origin: ['p', 'q'] }],
      outputs: ['y'],
    })
    const origins = (each: Graph) =>
      resolve(each, new Map(['x', 'y'].map((name) => [name, row(2)])), new Map(), toyChip, { mode: 'INT8' }).graph.nodes
    expect(origins(soft).map(({ op, origin }) => [op, origin])).toEqual([
      ['Reshape', ['p', 'q']],
      ['QuantizeLinear', ['p', 'q']],
      ['Softmax', ['p', 'q']],
      ['Reshape', ['p', 'q']],
      ['DequantizeLinear', []],
    ])
    const plain = { ...soft, nodes: [node('Softmax', ['x'], ['y'], { axis: 1 })] }
    expect(origins(plain)[0]!.origin).toEqual(['y'])
  })
})

describe('a constant in the place of a tensor', () => {
  it('has no codes, and no calibration gives it any: the layer is refused for that', () => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: four, k: { ...four, constant: [1, 2, 3, 4] }, s: four, y: four },
      nodes: [node('Sigmoid', ['k'], ['s']), node('Add', ['x', 's'], ['y'])],
      outputs: ['y'],
    })
    const target = { ...toyChip.target, ops: { ...toyChip.target.ops, Sigmoid: toyChip.target.ops.Relu! } }
    const chip = { ...toyChip, target, lower: { ...toyChip.lower, Sigmoid: asTable() } }
    const table = new Map(['x', 'k', 's', 'y'].map((name) => [name, row(2)]))
    expect(() => resolve(graph, table, new Map(), chip, { mode: 'INT8' })).toThrow(
      expect.objectContaining({ code: 'CONSTANT_OPERAND', at: ['s', 'k'], hint: expect.not.stringContaining('calibrate') }),
    )
    expect(() => resolve(graph, table, new Map([['s', 'F32']]), chip, { mode: 'INT8' })).not.toThrow()
  })
})

describe('lowered forms', () => {
  it('are others where the plan names a neighbour that has the same mode without it', () => {
    const Relu: LowerOp = (each, context) => {
      const lowered = keep(each, context)
      const isPlanned = context.producer(each.inputs[0]!)?.planned !== undefined
      return { ...lowered, nodes: lowered.nodes.map((node) => ({ ...node, attrs: { reluLimit: isPlanned ? 1 : 2 } })) }
    }
    const resolver = createResolver(graph, table, { ...toyChip, lower: { ...toyChip.lower, Relu } }, { mode: 'INT8' })
    const limitIn = (plan: Plan) => resolver.resolve(plan).layers.get('b')![0]!.attrs['reluLimit']
    expect([limitIn(new Map()), limitIn(new Map([['a', 'INT8']])), limitIn(new Map())]).toEqual([2, 1, 2])
  })

  it('are others where the operands stand in another order, also when their ranges read the same in turn', () => {
    const product = smallGraph({
      stage: 'float',
      values: { a: four, b: four, y: four },
      nodes: [node('Mul', ['a', 'b'], ['y'])],
      outputs: ['y'],
    })
    const chip: Backend = {
      ...toyChip,
      target: { ...toyChip.target, ops: { Mul: toyChip.target.ops.Add! }, rangeSteps: [[{ rule: 'product-sign', ops: ['Mul'] }]] },
      lower: { Mul: keep },
    }
    const [signed, positive] = [row(3, -3), row(2)]
    const rows = (a: typeof signed, b: typeof signed) => new Map([['a', a], ['b', b], ['y', row(6, -6)]]) // biome-ignore format: a table
    const resolver = createResolver(product, rows(signed, positive), chip, { mode: 'INT8' })
    const sources = (ranges: RangeTable) => {
      const { nodes } = resolver.resolve(new Map(), ranges).graph
      return nodes.find(({ op }) => op === 'Mul')!.inputs.map((name) => nodes.find(({ outputs }) => outputs[0] === name)!.inputs[0])
    }
    expect(sources(new Map())).toEqual(['a', 'b'])
    expect(sources(rows(positive, signed))).toEqual(['b', 'a'])
    expect(sources(new Map())).toEqual(['a', 'b'])
  })

  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four },
    nodes: [node('Add', ['x', 'x'], ['a']), node('Relu', ['a'], ['b'])],
    outputs: ['b'],
  })
  const table = new Map(['x', 'a', 'b'].map((name) => [name, row(2)]))
  const layerRange = (i: number) => new Map([['b', row(1 + i)]])

  it('are found again for the same mode, ranges and answers about neighbours', () => {
    const resolver = createResolver(graph, table, toyChip, { mode: 'INT8' })
    const lowered = (plan: Plan, ranges: RangeTable = new Map()) => {
      const before = resolver.work().lowered
      resolver.resolve(plan, ranges)
      return resolver.work().lowered - before
    }
    expect(lowered(new Map())).toBe(2)
    expect(lowered(new Map([['b', 'F16']]))).toBe(2)
    expect(lowered(new Map([['b', 'F32']]))).toBe(2)
    expect(lowered(new Map([['b', 'F16']]))).toBe(0)
    expect(lowered(new Map(), layerRange(5))).toBe(2)
    expect(lowered(new Map(), layerRange(6))).toBe(2)
    expect(lowered(new Map(), layerRange(5))).toBe(0)
    expect(lowered(new Map())).toBe(0)
  })

  it('are kept up to 64 for a layer, the oldest go', () => {
    const resolver = createResolver(graph, table, toyChip, { mode: 'INT8' })
    for (let i = 0; i < 65; i++) resolver.resolve(new Map(), layerRange(i))
    const before = resolver.work().lowered
    resolver.resolve(new Map(), layerRange(10))
    expect(resolver.work().lowered).toBe(before)
    resolver.resolve(new Map(), layerRange(0))
    expect(resolver.work().lowered).toBeGreaterThan(before)
  })
})
