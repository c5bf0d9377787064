import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x } from './bm1684x.ts'

const row = (threshold: number) => ({ threshold, min: -threshold, max: threshold })
/** The element types of the results of a float graph's layers once it is lowered. */
function lowered(text: string, rows: Readonly<Record<string, number>>, mode: string, more = {}): Readonly<Record<string, string>> {
  const graph = parseGraph(text)
  const table = new Map(Object.entries(rows).map(([name, threshold]) => [name, row(threshold)]))
  const { values } = resolve(graph, table, new Map(), bm1684x(), { mode, ...more }).graph
  return Object.fromEntries(graph.nodes.map(({ outputs: [name] }) => [name!, values.get(name!)!.type.dtype]))
}

// TPU-MLIR 1.30.2 for this chip: what a layer is computed in when nobody asks for anything else.
describe('the mode a layer is computed in', () => {
  const sum = 'graph g {stage = "float"}; a: f32[1,4]; b: f32[1,4]; y = Add(a, b)'
  const difference = 'graph g {stage = "float"}; a: f32[1,4]; b: f32[1,4]; y = Sub(a, b)'

  it('a sum of operands that differ by more than 64 is half floats, in INT8', () => {
    expect(lowered(sum, { a: 65, b: 1, y: 66 }, 'INT8')).toEqual({ y: 'f16' })
    expect(lowered(sum, { a: 64, b: 1, y: 65 }, 'INT8')).toEqual({ y: 'i8' })
  })

  it('a difference that is smaller than an operand is half floats, in INT8', () => {
    expect(lowered(difference, { a: 4, b: 3, y: 3.5 }, 'INT8')).toEqual({ y: 'f16' })
    expect(lowered(difference, { a: 4, b: 3, y: 4 }, 'INT8')).toEqual({ y: 'i8' })
  })

  const ops = {
    Softmax: 'Softmax(x) {axis = 1}',
    AveragePool: 'AveragePool(x) {kernel_shape = [2,2], strides = [2,2], pads = [0,0,0,0]}',
    Gelu: 'Gelu(x)',
    Relu: 'Relu(x)',
    ReduceMean: 'ReduceMean(x) {axes = [3], keepdims = true}',
    Div: 'Div(x, z)',
  }
  const one = (op: keyof typeof ops, mode: string, more = {}) =>
    lowered(`graph g {stage = "float"}; x: f32[1,4,4,4]; z: f32[1,4,4,4]; y = ${ops[op]}`, { x: 2, z: 2, y: 2 }, mode, more)['y']

  it('high precision keeps average pools, softmax and GELU in float32 and nothing else', () => {
    const highPrecision = true
    expect((['Softmax', 'AveragePool', 'Gelu', 'Relu'] as const).map((op) => one(op, 'INT8', { highPrecision }))).toEqual([
      'f32',
      'f32',
      'f32',
      'i8',
    ])
    expect((['AveragePool', 'Gelu'] as const).map((op) => one(op, 'INT8'))).toEqual(['i8', 'i8'])
  })

  it('operators without an INT8 form are half floats or float32', () => {
    expect([one('ReduceMean', 'INT8'), one('Div', 'INT8')]).toEqual(['f16', 'f32'])
  })

  it('in F16, curves and average pools are float32', () => {
    expect([one('Relu', 'F16'), one('Gelu', 'F16'), one('AveragePool', 'F16'), one('Relu', 'F32')]).toEqual(['f16', 'f32', 'f32', 'f32'])
  })

  it('a comparison with a number gives the codes 0 and 1 with the scale 1, whatever its range', () => {
    const graph = parseGraph('graph g {stage = "float"}; x: f32[1,4]; c: f32[1] = 0.5; g = Greater(x, c); y = Mul(g, x)')
    const rows = new Map([
      ['x', row(2)],
      ['g', row(7)],
      ['y', row(4)],
    ])
    const { values, nodes } = resolve(graph, rows, new Map(), bm1684x(), { mode: 'INT8' }).graph
    // 1 * (2 / 127) / (4 / 127) is one half.
    expect(nodes.find(({ outputs }) => outputs[0] === 'y')!.attrs).toMatchObject({ multipliers: [1], shifts: [1] })
    expect(values.get('g')!.type.quant).toMatchObject({ scale: 1, zeroPoint: 0 })
  })
})

describe('what the family says of itself', () => {
  const { target } = bm1684x()

  it('a product of gates and rectified values is never negative, whatever its row says', () => {
    const products = 'graph g {stage = "float"}; x: f32[1,4]; s = Sigmoid(x); r = Relu(x); y = Mul(s, r); z = Mul(x, s)'
    expect(lowered(products, { x: 4, s: 1, r: 4, y: 3, z: 3 }, 'INT8')).toMatchObject({ y: 'u8', z: 'i8' })
  })

  it('every filter of a convolution has a scale of its own', () => {
    const graph = parseGraph(
      'graph g {stage = "float"}; x: f32[1,1,2,2]; w: f32[2,1,1,2] = [0.93, -0.417, 0.2325, -0.10425]; y = Conv(x, w) {strides = [1,1], pads = [0,0,0,0]}',
    )
    const made = resolve(
      graph,
      new Map([
        ['x', row(2)],
        ['y', row(2)],
      ]),
      new Map(),
      bm1684x(),
      { mode: 'INT8' },
    ).graph
    const conv = made.nodes.find(({ outputs }) => outputs[0] === 'y')!
    const factors = (conv.attrs.multipliers as readonly number[]).map((m, i) => m / 2 ** (conv.attrs.shifts as readonly number[])[i]!)
    expect(Array.from(made.values.get(conv.inputs[1]!)!.constant!.data, Number)).toEqual([127, -57, 127, -57])
    expect(factors[0]! / factors[1]!).toBeCloseTo(4, 5)
  })

  it('casts are called by sign and width of the codes they make', () => {
    const names = (['i8', 'u8', 'i16', 'u16', 'i32'] as const).map((dtype) => target.casts!.suffixes![dtype])
    expect(names).toEqual(['si8', 'ui8', 'si16', 'ui16', 'si32'])
  })

  it('every mode is compared with a tolerance, and a finer one more strictly', () => {
    const { INT8: codes, F16: half, F32: full } = target.tolerance as Record<string, readonly [number, number]>
    for (const i of [0, 1] as const) {
      expect(codes![i]).toBeGreaterThan(0.5)
      expect(half![i]).toBeGreaterThanOrEqual(codes![i])
      expect(full![i]).toBeGreaterThanOrEqual(half![i])
      expect(full![i]).toBeLessThan(1)
    }
  })
})
