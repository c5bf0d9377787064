import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Graph, Node } from '../graph/types.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import { loweredTo } from './lower-context.ts'
import { createResolver } from './resolver.ts'

/** A sum that reads its first operand alone, twice. */
const firstTwice: LowerOp = (each, context) => {
  const { nodes, values } = keep(each, context)
  return { nodes: nodes.map((made) => ({ ...made, inputs: [each.inputs[0], each.inputs[0]] })), values }
}

const chip = (lower: Backend['lower']): Backend => ({ ...toyChip, lower: { ...toyChip.lower, ...lower } })

const network = (nodes: readonly Node[], outputs: readonly string[], inputs: readonly string[] = ['x']): Graph =>
  smallGraph({
    stage: 'float',
    values: Object.fromEntries([...inputs, ...nodes.flatMap((each) => each.outputs)].map((name) => [name, four])),
    nodes,
    outputs,
  })

function shipped(graph: Graph, backend: Backend, plan: Plan = new Map(), mode = 'INT8') {
  const table = new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))
  const { layers, graph: made } = createResolver(graph, table, backend, { mode }).resolve(plan)
  return {
    layers: Object.fromEntries([...layers].map(([layer, nodes]) => [layer, nodes.map(({ op, outputs }) => `${op} ${outputs.join()}`)])),
    values: [...made.values.keys()],
  }
}

describe('a layer that nothing needs', () => {
  const graph = network(
    [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['unread']), node('Relu', ['unread'], ['behind']), node('Add', ['a', 'behind'], ['y'])],
    ['y'],
  )

  it('is left out with what only it needs, their casts and their values', () => {
    const { layers, values } = shipped(graph, chip({ Add: firstTwice }))
    expect(layers).toEqual({ x: ['QuantizeLinear xa_i8'], a: ['Relu a'], unread: [], behind: [], y: ['Add y', 'DequantizeLinear y_f32'] })
    expect(values.toSorted()).toEqual(['a', 'x', 'xa_i8', 'y', 'y_f32'])
  })

  it('stays when its result is one of the graph, or when a node is put behind what it makes', () => {
    expect(shipped({ ...graph, outputs: ['y', 'behind'] }, chip({ Add: firstTwice })).layers.unread).toEqual([
      'Exp unread',
      'QuantizeLinear unreadbehind_i8',
    ])
    const hoisting: LowerOp = (each, context) => {
      const { shape } = context.typeOf(each.inputs[1]!)
      const inner = `${each.outputs[0]}_in`
      const { values } = keep(each, context)
      return {
        hoisted: [{ op: 'Reshape', inputs: [each.inputs[1]], outputs: [inner], attrs: { shape } }],
        nodes: [{ ...each, inputs: [inner, inner] }],
        values: [...values, { name: inner, type: context.quantizedType(each.inputs[1]!) }],
      }
    }
    const { layers } = shipped(graph, chip({ Add: hoisting }))
    expect(layers.behind).toEqual(['Relu behind', 'Reshape y_in'])
    expect(layers.unread).toEqual(['Exp unread', 'QuantizeLinear unreadbehind_i8'])
  })

  it('a node of several results stays for one of them', () => {
    const twins: LowerOp = (each, context) => {
      const { values } = keep(each, context)
      const twin = { ...values[0]!, name: `${each.outputs[0]}_twin` }
      return { nodes: [{ ...each, outputs: [twin.name, each.outputs[0]!] }], values: [...values, twin] }
    }
    const one = network([node('Relu', ['x'], ['a']), node('Add', ['a', 'a'], ['y'])], ['y'])
    expect(shipped(one, chip({ Relu: twins })).layers.a).toEqual(['Relu a_twin,a'])
  })

  it('a constant that a layer reads is shipped with it, be its elements known or not', () => {
    const known = network([node('Add', ['x', 'w'], ['y'])], ['y'], ['x', 'w'])
    const values = new Map([...known.values, ['w', { name: 'w', type: four.type, isConstant: true }]])
    expect(shipped({ ...known, inputs: [{ name: 'x' }], values }, toyChip, new Map(), 'F32').values).toContain('w')
  })

  it('comes back when a later plan needs it, and goes again', () => {
    const float: LowerOp = (each, context) => (context.scheme.kind === 'float' ? keep(each, context) : firstTwice(each, context))
    const table = new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))
    const resolver = createResolver(graph, table, chip({ Add: float }), { mode: 'INT8' })
    const lengths = [new Map(), new Map([['y', 'F32']]), new Map()].map((plan: Plan) => {
      const { layers, graph: made } = resolver.resolve(plan)
      return [layers.get('unread')!.length, layers.get('behind')!.length > 0, made.values.has('unread')]
    })
    expect(lengths).toEqual([
      [0, false, false],
      [2, true, true],
      [0, false, false],
    ])
  })
})

it('a chain of layers that nothing needs any more, or again, goes and comes back as a whole', () => {
  const graph = network(
    [
      node('Relu', ['x'], ['a']),
      ...['b', 'c', 'd', 'e'].map((name, i) => node('Relu', ['abcd'[i]!], [name])),
      node('Add', ['a', 'e'], ['y']),
    ],
    ['y'],
  )
  const float: LowerOp = (each, context) => (context.scheme.kind === 'float' ? keep(each, context) : firstTwice(each, context))
  const plain = { ...chip({ Add: float }), simplify: [] }
  const table = new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))
  const kept = createResolver(graph, table, plain, { mode: 'INT8' })
  const made = (resolver: typeof kept, plan: Plan) => [...resolver.resolve(plan).layers].map(([layer, nodes]) => [layer, nodes.length])
  for (const plan of [new Map(), new Map([['y', 'F32']]), new Map(), new Map([['y', 'F32']])] as readonly Plan[]) {
    expect(made(kept, plan)).toEqual(made(createResolver(graph, table, plain, { mode: 'INT8' }), plan))
    expect(kept.resolve(plan).layers.get('c')!.length).toBe(plan.size)
  }
})

describe('a cast', () => {
  it('is made for users that are needed and for no others', () => {
    const graph = network(
      [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']), node('Relu', ['a'], ['c']), node('Add', ['c', 'b'], ['y'])],
      ['y'],
    )
    expect(shipped(graph, toyChip).layers.a).toEqual(['Relu a', 'DequantizeLinear ab_f32'])
    expect(shipped(graph, chip({ Add: firstTwice })).layers.a).toEqual(['Relu a'])
  })

  it('of the model itself is what its operand makes of it', () => {
    const casting = {
      ...toyChip,
      target: { ...toyChip.target, ops: { ...toyChip.target.ops, Cast: { INT8: 'F32', F16: 'F32', F32: 'F32' } } },
      lower: {
        ...toyChip.lower,
        Cast: ((each, context) =>
          loweredTo(each, [{ name: each.outputs[0]!, type: { ...context.typeOf(each.outputs[0]!), dtype: 'f32' } }], {
            operands: new Map([[each.inputs[0]!, 'any']]),
          })) satisfies LowerOp,
      },
    }
    const graph = network([node('Relu', ['x'], ['a']), node('Cast', ['a'], ['y'], { to: 'f32' })], ['y'])
    expect(shipped(graph, casting).layers.y).toEqual(['DequantizeLinear y'])
    expect(shipped(graph, casting, new Map([['a', 'F16']])).layers.y).toEqual(['Cast y'])
    // Also where only the operand changes, after another plan.
    const table = new Map(['x', 'a', 'y'].map((name) => [name, row(2, -1)]))
    const kept = createResolver(graph, table, casting, { mode: 'INT8' })
    const made = (plan: Plan) =>
      kept
        .resolve(plan)
        .layers.get('y')!
        .map(({ op }) => op)
    expect([made(new Map()), made(new Map([['a', 'F16']])), made(new Map())]).toEqual([
      ['DequantizeLinear'],
      ['Cast'],
      ['DequantizeLinear'],
    ])
  })
})

describe('a node of a lowered layer', () => {
  it('that nothing reads is left out, and what only it reads', () => {
    const withSpare: LowerOp = (each, context) => {
      const { nodes, values } = keep(each, context)
      const type = values[0]!.type
      const spare = (from: string, to: string): Node => ({ op: 'Relu', inputs: [from], outputs: [to], attrs: {} })
      return {
        nodes: [spare(each.inputs[0]!, 'spare'), spare('spare', 'more'), ...nodes, spare(each.outputs[0]!, 'last')],
        values: [...values, ...['spare', 'more', 'last'].map((name) => ({ name, type }))],
      }
    }
    const { layers, values } = shipped(network([node('Relu', ['x'], ['y'])], ['y']), chip({ Relu: withSpare }))
    expect(layers.y).toEqual(['Relu y', 'DequantizeLinear y_f32'])
    expect(values.filter((name) => ['spare', 'more', 'last'].includes(name))).toEqual([])
  })
})
