import type { Graph, Node, Tensor, TensorType, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { parseMlir, readTop, writeTop } from '../index.ts'

const f32 = (...shape: number[]): TensorType => ({ dtype: 'f32', shape })
const weight = (name: string, ...shape: number[]): Value => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k)
  return { name, type: f32(...shape), constant: { dtype: 'f32', shape, data } }
}

function graphOf(nodes: readonly Node[], values: readonly Value[]): Graph {
  return {
    name: 'net',
    inputs: [{ name: 'x' }],
    outputs: [nodes.at(-1)!.outputs[0]!],
    nodes,
    values: new Map(values.map((value) => [value.name, value])),
    ops: allOps,
    properties: { stage: 'float' },
  }
}

const x: Value = { name: 'x', type: f32(1, 4, 3, 3) }
const y = (...shape: number[]): Value => ({ name: 'y', type: f32(...shape) })
const last = (text: string) => parseMlir(text).operations.at(-1)!

describe('writeTop', () => {
  it.each([
    ['Add', ['x', 'c'], 'top.AddConst', {}],
    ['Mul', ['x', 'c'], 'top.MulConst', {}],
    ['Sub', ['x', 'c'], 'top.SubConst', { is_reverse: false }],
    ['Sub', ['c', 'x'], 'top.SubConst', { is_reverse: true }],
    ['Div', ['c', 'x'], 'top.Reciprocal', {}],
    ['Max', ['x', 'c'], 'top.MaxConst', {}],
    ['Greater', ['c', 'x'], 'top.CompareConst', { inversed: true, mode: 'Greater' }],
  ])('writes %s of %j with a constant as %s and reads it back', (op, inputs, name, attributes) => {
    const constant: Value = {
      name: 'c',
      type: { dtype: 'f64', shape: [1] },
      constant: { dtype: 'f64', shape: [1], data: Float64Array.of(0.1) },
    }
    const { text, weights } = writeTop(graphOf([{ op, inputs, outputs: ['y'], attrs: {} }], [x, constant, y(1, 4, 3, 3)]))
    const written = last(text)
    expect(written.name).toBe(name)
    expect(written.attributes.get('const_val')).toEqual({ kind: 'float', type: 'f64', value: 0.1 })
    for (const [key, value] of Object.entries(attributes)) expect(written.attributes.get(key)).toMatchObject({ value })
    expect(weights.size).toBe(0)
    const graph = readTop(text)
    expect(graph.nodes[0]!.op).toBe(op)
    const made = graph.nodes[0]!.inputs.find((input) => input !== 'x')!
    expect(graph.nodes[0]!.inputs.indexOf('x')).toBe(inputs.indexOf('x'))
    expect(graph.values.get(made)!.constant).toEqual({ dtype: 'f64', shape: [1], data: Float64Array.of(0.1) })
  })

  it('writes a constant branch of a choice as an attribute', () => {
    const branch: Value = { name: 'c', type: f32(1), constant: { dtype: 'f32', shape: [1], data: Float32Array.of(-10000) } }
    const { text } = writeTop(graphOf([{ op: 'Where', inputs: ['x', 'c', 'x'], outputs: ['y'], attrs: {} }], [x, branch, y(1, 4, 3, 3)]))
    const written = last(text)
    expect(written.operandTypes.map(({ kind }) => kind)).toEqual(['tensor', 'none', 'tensor'])
    expect(written.attributes.get('x_const_val')).toMatchObject({ value: -10000 })
    expect(readTop(text).nodes[0]!.inputs).toEqual(['x', 'y_x_const_val', 'x'])
  })

  it('lays the weights of a grouped transposed convolution out as the vendor does', () => {
    const w = weight('w', 4, 3, 1, 1)
    const node: Node = { op: 'ConvTranspose', inputs: ['x', 'w'], outputs: ['y'], attrs: { strides: [1, 1], pads: [0, 0, 0, 0], group: 2 } }
    const { text, weights } = writeTop(graphOf([node], [x, w, y(1, 6, 3, 3)]))
    expect(weights.get('w')).toEqual({
      dtype: 'f32',
      shape: [3, 4, 1, 1],
      data: Float32Array.of(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11),
    } satisfies Tensor)
    expect(readTop(text, weights).values.get('w')!.constant).toEqual(w.constant)
  })

  it('writes weights before their first user, in the order of the values', () => {
    const nodes: readonly Node[] = [
      { op: 'Add', inputs: ['x', 'b'], outputs: ['s'], attrs: {} },
      { op: 'Mul', inputs: ['s', 'a'], outputs: ['y'], attrs: {} },
    ]
    const { text } = writeTop(
      graphOf(nodes, [weight('a', 1, 4, 1, 1), weight('b', 1, 4, 1, 1), x, { name: 's', type: x.type }, y(1, 4, 3, 3)]),
    )
    expect(parseMlir(text).operations.map(({ location }) => location?.[0])).toEqual(['x', 'b', 's', 'a', 'y'])
  })

  it('a slice that goes backwards to the first element ends before it, and is read so', () => {
    const attrs = { starts: [0, 0, 2, 2], ends: [1, 4, -1, 0], steps: [1, 1, -1, -2] }
    const { text } = writeTop(graphOf([{ op: 'Slice', inputs: ['x'], outputs: ['y'], attrs }], [x, y(1, 4, 3, 1)]))
    expect(text).toContain('ends = [1, 4, -9223372036854775808, 0]')
    expect(readTop(text).nodes[0]!.attrs).toMatchObject(attrs)
  })

  it('keeps infinite slices finite', () => {
    const node: Node = {
      op: 'Slice',
      inputs: ['x'],
      outputs: ['y'],
      attrs: { starts: [0, 1, 0, 0], ends: [1, 3, 3, 3], steps: [1, 1, 1, 1] },
    }
    const { text } = writeTop(graphOf([node], [x, y(1, 2, 3, 3)]))
    expect(last(text).attributes.get('hasparamConvert_axes')).toEqual({ kind: 'ints', values: [1] })
    const huge = text.replace('ends = [1, 3, 3, 3]', 'ends = [9223372036854775807, -1, 2147482624, 3]')
    expect(readTop(huge).nodes[0]!.attrs['ends']).toEqual([1, 3, 3, 3])
  })

  it("refuses what the vendor's tools would take in silence", () => {
    const relu: Node = { op: 'Relu', inputs: ['x'], outputs: ['y'], attrs: {} }
    expect(() => writeTop(graphOf([relu], [x, y(1, 4, 3, 4)]))).toThrowError(expect.objectContaining({ code: 'GRAPH_SHAPE' }))
    expect(() => writeTop(graphOf([relu, relu], [x, y(1, 4, 3, 3)]))).toThrowError(
      expect.objectContaining({ code: 'MLIR_DUPLICATE_NAME', at: ['y'] }),
    )
    expect(() => writeTop(graphOf([relu], [x]))).toThrowError(expect.objectContaining({ code: 'GRAPH_VALUE', found: 'y' }))
    const lying: Value = { name: 'w', type: f32(1, 4, 1, 1), constant: { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) } }
    expect(() => writeTop(graphOf([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }], [x, lying, y(1, 4, 3, 3)]))).toThrowError(
      expect.objectContaining({ code: 'WEIGHT_SIZE', at: ['w'] }),
    )
  })

  it('writes scales of weights, and refuses names that are none', () => {
    const graph = graphOf([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }], [x, weight('w', 1, 4, 1, 1), y(1, 4, 3, 3)])
    const { text } = writeTop(graph, { weightScales: new Map([['w', [0.5, 0.25]]]) })
    expect(text).toContain('"top.Weight"() {scale = [5.000000e-01, 2.500000e-01]} : () -> tensor<1x4x1x1xf32>')
    expect(() => writeTop(graph, { weightScales: new Map([['v', [1]]]) })).toThrowError(
      expect.objectContaining({ code: 'WEIGHT_UNKNOWN', hint: 'did you mean w?' }),
    )
    expect(() => writeTop(graph, { weightScales: new Map([['w', [0]]]) })).toThrowError(expect.objectContaining({ code: 'WEIGHT_SCALES' }))
  })

  it('refuses integer operators', () => {
    const lut: Node = { op: 'Lut', inputs: ['x', 't'], outputs: ['y'], attrs: {} }
    expect(() => writeTop(graphOf([lut], [x, weight('t', 256), y(1, 4, 3, 3)]))).toThrowError(
      expect.objectContaining({ code: 'MLIR_OPERATOR', at: ['y'] }),
    )
  })
})

describe('readTop', () => {
  const relu = writeTop(graphOf([{ op: 'Relu', inputs: ['x'], outputs: ['y'], attrs: {} }], [x, y(1, 4, 3, 3)])).text

  it('refuses an operation without a name, and two of one name', () => {
    expect(() => readTop(relu.replace('loc(#loc2)', 'loc(unknown)'))).toThrowError(expect.objectContaining({ code: 'MLIR_NAMELESS' }))
    expect(() => readTop(relu.replace('loc(#loc2)', 'loc(#loc1)'))).toThrowError(
      expect.objectContaining({ code: 'MLIR_DUPLICATE_NAME', at: ['line 5', 'x'] }),
    )
  })

  it('renames a weight that is called like a layer', () => {
    const { text } = writeTop(
      graphOf([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }], [x, weight('w', 1, 4, 1, 1), y(1, 4, 3, 3)]),
    )
    const graph = readTop(text.replace('loc("w")', 'loc("y")'), new Map([['y', weight('w', 1, 4, 1, 1).constant!]]))
    expect(graph.nodes[0]).toMatchObject({ inputs: ['x', 'y_weight'], outputs: ['y'] })
  })

  it('takes weights stored flat and refuses other sizes', () => {
    const { text } = writeTop(
      graphOf([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }], [x, weight('w', 1, 4, 1, 1), y(1, 4, 3, 3)]),
    )
    const flat = readTop(text, new Map([['w', weight('w', 4).constant!]]))
    expect(flat.values.get('w')!.constant!.shape).toEqual([1, 4, 1, 1])
    expect(() => readTop(text, new Map([['w', weight('w', 5).constant!]]))).toThrowError(expect.objectContaining({ code: 'WEIGHT_SIZE' }))
  })
})
