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

  // The chip simulator picks garbage where such a layer is half floats.
  it('picking by tuples is float32 in every mode', () => {
    const picked = 'graph g {stage = "float"}; x: f32[2,2,3]; i: f32[2,1] = [1, 0]; y = GatherND(x, i)'
    expect(['INT8', 'F16', 'F32'].map((mode) => lowered(picked, { x: 2, y: 2 }, mode)['y'])).toEqual(['f32', 'f32', 'f32'])
  })

  it('group normalization is float32 where codes were asked for, half floats where those were', () => {
    const normalized = 'graph g {stage = "float"}; x: f32[1,4,2,2]; y = GroupNormalization(x) {num_groups = 2}'
    expect(['INT8', 'F16', 'BF16', 'F32'].map((mode) => lowered(normalized, { x: 2, y: 2 }, mode)['y'])).toEqual([
      'f32',
      'f16',
      'f32',
      'f32',
    ])
  })

  it('attention keeps codes, and its floats are half ones in every mode', () => {
    expect(bm1684x().target.ops['Attention']).toEqual({ INT8: 'INT8', W4INT8: 'INT8', F16: 'F16', BF16: 'BF16', F32: 'F16' })
  })

  it('what only moves elements is of the type that its operand is of', () => {
    const moved = 'graph g {stage = "float"}; x: f32[1,4]; a = Exp(x); b = Reshape(a) {shape = [4,1]}; c = Squeeze(b) {axes = [1]}'
    const graph = parseGraph(moved)
    const rows = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2)]))
    const { values } = resolve(graph, rows, new Map([['a', 'F32']]), bm1684x(), { mode: 'INT8' }).graph
    expect(['a', 'b', 'c'].map((name) => values.get(name)!.type.dtype)).toEqual(['f32', 'f32', 'f32'])
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

  /** Element type and scale of the result that is called `name` once it is lowered. */
  const scaleOf = (text: string, rows: Readonly<Record<string, ReturnType<typeof row>>>, name = 'y') => {
    const { values } = resolve(parseGraph(text), new Map(Object.entries(rows)), new Map(), bm1684x(), { mode: 'INT8' }).graph
    const { dtype, quant } = values.get(name)!.type
    return [dtype, quant!.scale]
  }

  it('a difference keeps its sign, softmax and sigmoid end at 1, a magnitude is signed where its operand is: whatever their rows say', () => {
    const nothingBelow = { threshold: 4, min: 0, max: 4 }
    const two = 'graph g {stage = "float"}; a: f32[1,4]; b: f32[1,4]; y = Sub(a, b)'
    expect(scaleOf(two, { a: nothingBelow, b: nothingBelow, y: nothingBelow })).toEqual(['i8', 4 / 127])
    const curve = (made: string, name = 'y') =>
      scaleOf(`graph g {stage = "float"}; x: f32[1,4,1,1]; y = ${made}`, { x: row(2), y: row(7) }, name)
    expect(curve('Softmax(x) {axis = 1}')).toEqual(['u8', 1 / 255])
    expect(curve('Sigmoid(x)')).toEqual(['u8', 1 / 255])
    expect(curve('Sigmoid(x) {log = true}')).toEqual(['i8', 7 / 127])
    const magnitude = 'graph g {stage = "float"}; x: f32[1,4]; y = Abs(x)'
    expect(scaleOf(magnitude, { x: row(2), y: nothingBelow })).toEqual(['i8', 4 / 127])
    expect(scaleOf(magnitude, { x: nothingBelow, y: nothingBelow })).toEqual(['u8', 4 / 255])
  })

  const nodeOf = (text: string, rows: Readonly<Record<string, number>>, mode = 'INT8') => {
    const table = new Map(Object.entries(rows).map(([name, threshold]) => [name, row(threshold)]))
    return resolve(parseGraph(text), table, new Map(), bm1684x(), { mode }).graph.nodes
  }

  it('an operand of a sum is never shifted to the left, a product may be', () => {
    const sum = 'graph g {stage = "float"}; a: f32[1,4]; b: f32[1,4]; y = Add(a, b)'
    expect(nodeOf(sum, { a: 64, b: 1, y: 1 }).find(({ op }) => op === 'QAdd')!.attrs).toMatchObject({
      multipliers: [64, 1],
      shifts: [0, 0],
    })
    const product = 'graph g {stage = "float"}; a: f32[1,4]; b: f32[1,4]; y = Mul(a, b)'
    expect(nodeOf(product, { a: 127, b: 127, y: 127 / 4 }).find(({ op }) => op === 'QMul')!.attrs).toMatchObject({
      multipliers: [1],
      shifts: [-2],
    })
  })

  it('halves go up in sums, away from zero in transposed convolutions, weights and casts', () => {
    const attrs = '{strides = [1,1], pads = [0,0,0,0]}'
    const weighted = (op: string) => {
      const text = `graph g {stage = "float"}; x: f32[1,1,2,2]; w: f32[1,1,1,2] = [127, -2.5]; y = ${op}(x, w) ${attrs}`
      const rows = new Map(['x', 'y'].map((name) => [name, row(2)]))
      const { nodes, values } = resolve(parseGraph(text), rows, new Map(), bm1684x(), { mode: 'INT8' }).graph
      const codes = [...values.values()].flatMap(({ constant }) =>
        constant?.shape.join() === '1,1,1,2' ? Array.from(constant.data, Number) : [],
      )
      return [nodes.find(({ outputs }) => outputs[0] === 'y')!.attrs.rounding, codes]
    }
    expect([weighted('Conv'), weighted('ConvTranspose')]).toEqual([
      ['half-up', [127, -3]],
      ['half-away-from-zero', [127, -3]],
    ])
    const cast = (mode: string, op: string) =>
      nodeOf('graph g {stage = "float"}; x: f32[1,4]; y = Relu(x)', { x: 2, y: 2 }, mode).find((node) => node.op === op)
    expect([cast('INT8', 'QuantizeLinear')!.attrs.rounding, cast('F16', 'Cast')!.attrs.rounding]).toEqual([
      'half-away-from-zero',
      'half-away-from-zero',
    ])
    const wide = nodeOf('graph g {stage = "float"}; x: f32[1,4]; a = Relu(x); y = Div(a, a)', { x: 2, a: 2, y: 2 }, 'F16')
    expect(wide.filter(({ op }) => op === 'Cast').map(({ attrs: { to, rounding } }) => [to, rounding])).toEqual([
      ['f16', 'half-away-from-zero'],
      ['f32', 'half-away-from-zero'],
    ])
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
