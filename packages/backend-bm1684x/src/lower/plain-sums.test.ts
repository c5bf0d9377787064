import { allOps, type Graph, resolve, type Value } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { lowered } from '../../test/lowered-one.ts'
import { bm1684x } from '../bm1684x.ts'

describe('a convolution over three axes', () => {
  it('is int32 sums with bias and ReLU, and their requantization per channel', () => {
    const { graph, node, constant } = lowered({
      op: 'Conv',
      inputs: ['x', 'w', 'b'],
      attrs: { strides: [1, 1, 1], pads: [0, 0, 0, 0, 0, 0], dilations: [1, 1, 1], group: 1, relu: true },
      shape: [1, 1, 2, 2, 2],
      result: [1, 2, 2, 2, 2],
      ranges: { x: { min: -1.27, max: 1.27 }, y: { min: 0, max: 2.55 } },
      constants: { w: { shape: [2, 1, 1, 1, 1], data: [0.5, -0.25] }, b: { shape: [2], data: [0.1, 0] } },
    })
    const sums = graph.nodes.find(({ op }) => op === 'QConv')!
    expect(sums.outputs).toEqual(['y_int32'])
    expect(sums.attrs).toMatchObject({ requantize: 'none', relu: true })
    expect(graph.values.get('y_int32')!.type.dtype).toBe('i32')
    expect(node.op).toBe('RequantizeAxis')
    expect(node.attrs['rounding']).toBe('half-up')
    expect(graph.values.get(node.inputs[1]!)!.type.shape).toEqual([1, 2, 1, 1, 3])
    const [multiplier, shift, zeroPoint] = constant(node.inputs[1]!)
    // Weights of 1/2 and -1/4 are whole in quarters.
    expect(multiplier! * 2 ** shift!).toBeCloseTo((0.25 * 0.01) / 0.01, 6)
    expect(zeroPoint).toBe(0)
  })
})

describe('an average over three axes', () => {
  it('is the sum of a window times a real number', () => {
    const { node } = lowered({
      op: 'AveragePool',
      inputs: ['x'],
      attrs: { kernel_shape: [2, 2, 2], strides: [2, 2, 2], pads: [0, 0, 0, 0, 0, 0] },
      shape: [1, 1, 2, 2, 2],
      result: [1, 1, 1, 1, 1],
      ranges: { x: { min: 0, max: 2.55 }, y: { min: 0, max: 1.02 } },
    })
    expect(node.op).toBe('QAveragePool')
    expect(node.attrs['multipliers'] ?? []).toEqual([])
    expect(node.attrs['scale']).toBeCloseTo(0.01 / (0.004 * 8), 12)
  })
})

describe('a product with 0', () => {
  it('keeps the range of its operand, and is a factor of 0', () => {
    const { node, graph } = lowered({
      op: 'Mul',
      inputs: ['x', 'c'],
      ranges: { x: { min: -1.27, max: 1.27 }, y: { min: 0, max: 1e-5 } },
      constants: { c: { shape: [1], data: [0] } },
    })
    expect(node.attrs).toMatchObject({ multipliers: [0] })
    expect(graph.values.get('y')!.type.quant!.scale).toBeCloseTo(0.01, 9)
  })
})

describe('an addition that rounds to nothing between floats', () => {
  it('goes with the codes it was made on', () => {
    const value = (name: string): Value => ({ name, type: { dtype: 'f32', shape: [1, 4] } })
    const eps: Value = {
      ...value('eps'),
      type: { dtype: 'f32', shape: [1] },
      constant: { dtype: 'f32', shape: [1], data: Float32Array.of(1e-6) },
    }
    const graph: Graph = {
      name: 'tiny',
      inputs: [{ name: 'x' }],
      outputs: ['z'],
      nodes: [
        { op: 'ReduceMean', inputs: ['x'], outputs: ['m'], attrs: { axes: [1], keepdims: true } },
        { op: 'Add', inputs: ['m', 'eps'], outputs: ['s'], attrs: {} },
        { op: 'Div', inputs: ['x', 's'], outputs: ['z'], attrs: {} },
      ],
      values: new Map(
        [value('x'), eps, value('z'), ...['m', 's'].map((name): Value => ({ name, type: { dtype: 'f32', shape: [1, 1] } }))].map((each) => [
          each.name,
          each,
        ]),
      ),
      ops: allOps,
      properties: { stage: 'float' },
    }
    const range = { threshold: 2, min: 0, max: 2 }
    const table = new Map(['x', 'm', 's', 'z'].map((name) => [name, range]))
    const { nodes } = resolve(graph, table, new Map(), bm1684x(), { mode: 'INT8' }).graph
    const from = nodes.find(({ op }) => op === 'Div')!.inputs[1]
    const cast = nodes.find(({ outputs }) => outputs[0] === from)!
    expect(cast.op).toBe('Cast')
    expect(nodes.find(({ outputs }) => outputs[0] === cast.inputs[0])!.op).toBe('ReduceMean')
  })
})
