import { describe, expect, it } from 'vitest'
import { f32, node, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import { defineTarget, type Target } from '../contracts/target.ts'
import type { Node, Range } from '../graph/types.ts'
import { importRanges } from './import-ranges.ts'

const base = defineTarget({
  name: 'toy',
  modes: ['INT8'],
  schemes: smallSchemes,
  asymmetricSchemes: { INT8: { ...smallSchemes.INT8, activations: { bits: 8, sign: 'by-range', zeroPoint: 'by-range' } } },
  defaultFloat: 'F32',
  floatModes: ['F32'],
  ops: {},
  rangeSteps: [],
  tolerance: {},
  rangeImport: { Abs: 'symmetric', Softmax: 'unit', Sigmoid: 'unit-unless-log', Mul: 'product', Sub: 'difference' },
  nonNegativeOps: ['Sigmoid', 'Relu'],
})

const x = f32(1, 4)
const number = { type: f32(1), constant: [2] }

/** The range of `y`, made by `last` from the inputs `x` and `z`. */
function rangeOf(
  last: Node,
  row: readonly [number, number, number] | undefined,
  { asymmetric = false, target = base as Target, before = [] as readonly Node[] } = {},
): Range | undefined {
  const made = Object.fromEntries([...before, last].flatMap(({ outputs }) => outputs.map((name) => [name, { type: x }])))
  const graph = smallGraph({
    stage: 'float',
    values: { x: { type: x }, z: { type: x }, two: number, ...made },
    nodes: [...before, last],
    outputs: ['y'],
  })
  const table = new Map(row === undefined ? [] : [['y', { threshold: row[0], min: row[1], max: row[2] }]])
  return importRanges(graph, table, target, { mode: 'INT8', asymmetric, highPrecision: false }).values.get('y')!.type.range
}

describe('ranges from the table', () => {
  it('are symmetric around zero when the layer has negative values', () => {
    expect(rangeOf(node('Relu', ['x'], ['y']), [3, -1, 2.5])).toEqual({ min: -3, max: 3 })
  })

  it('start at zero when it has none', () => {
    expect(rangeOf(node('Relu', ['x'], ['y']), [3, 0, 2.5])).toEqual({ min: 0, max: 3 })
  })

  it('are those observed when quantization is asymmetric', () => {
    expect(rangeOf(node('Add', ['x', 'z'], ['y']), [3, -1, 2.5], { asymmetric: true })).toEqual({ min: -1, max: 2.5 })
  })

  it('are known of Softmax and Sigmoid without a row', () => {
    expect(rangeOf(node('Softmax', ['x'], ['y']), undefined)).toEqual({ min: 0, max: 1 })
    expect(rangeOf(node('Sigmoid', ['x'], ['y']), [9, -9, 9])).toEqual({ min: 0, max: 1 })
    expect(rangeOf(node('Sigmoid', ['x'], ['y'], { log: true }), [9, -9, 0])).toEqual({ min: -9, max: 9 })
  })

  it('of Abs are signed', () => {
    expect(rangeOf(node('Abs', ['x'], ['y']), [3, 0, 3])).toEqual({ min: -3, max: 3 })
  })

  it('are those observed where signed codes have zero points', () => {
    const codes = { ...smallSchemes.INT8, activations: { bits: 8, sign: 'signed', zeroPoint: 'by-range' } } as const
    const target = { ...base, schemes: { ...smallSchemes, INT8: codes } }
    expect(rangeOf(node('Add', ['x', 'z'], ['y']), [6, -6, 0.5], { target })).toEqual({ min: -6, max: 0.5 })
    expect(rangeOf(node('Relu', ['x'], ['y']), [1, 0, 1], { target })).toEqual({ min: 0, max: 1 })
  })

  it('of a square and of a product of gates are unsigned whatever was seen', () => {
    expect(rangeOf(node('Mul', ['x', 'x'], ['y']), [3, -1e-3, 3])).toEqual({ min: 0, max: 3 })
    const gates = [node('Sigmoid', ['x'], ['a']), node('Relu', ['z'], ['b'])]
    expect(rangeOf(node('Mul', ['a', 'b'], ['y']), [3, -1e-3, 3], { before: gates })).toEqual({ min: 0, max: 3 })
    expect(rangeOf(node('Mul', ['x', 'z'], ['y']), [3, -1e-3, 3])).toEqual({ min: -3, max: 3 })
  })

  it('of a product with a number are as observed', () => {
    expect(rangeOf(node('Mul', ['x', 'two'], ['y']), [3, -1, 3])).toEqual({ min: -3, max: 3 })
  })

  it('of a difference always have a negative bound, a fused ReLU or not', () => {
    expect(rangeOf(node('Sub', ['x', 'z'], ['y']), [3, 0, 3])).toEqual({ min: -1e-5, max: 3 })
    expect(rangeOf(node('Sub', ['x', 'z'], ['y'], { relu: true }), [3, 0, 3])).toEqual({ min: -1e-5, max: 3 })
  })

  it('start at zero behind a fused ReLU', () => {
    expect(rangeOf(node('Add', ['x', 'z'], ['y'], { relu: true }), [3, -0.5, 3])).toEqual({ min: 0, max: 3 })
  })

  it('stay open without a row', () => {
    expect(rangeOf(node('Relu', ['x'], ['y']), undefined)).toBeUndefined()
  })

  it('are made signed for a target that has signed codes only', () => {
    const signed = { ...smallSchemes.INT8, activations: { bits: 8, sign: 'signed', zeroPoint: 'none' } } as const
    const target = { ...base, schemes: { INT8: signed } }
    expect(rangeOf(node('Relu', ['x'], ['y']), [3, 0, 3], { target })).toEqual({ min: -3, max: 3 })
  })

  it('of a row count as soon as one of its numbers is not zero', () => {
    const asymmetric = true
    expect(rangeOf(node('Relu', ['x'], ['y']), [0, -1, 1], { asymmetric })).toEqual({ min: -1, max: 1 })
    expect(rangeOf(node('Relu', ['x'], ['y']), [0, 0, 1], { asymmetric })).toEqual({ min: 0, max: 1 })
    expect(rangeOf(node('Relu', ['x'], ['y']), [0, -1, 0], { asymmetric })).toEqual({ min: -1, max: 0 })
    expect(rangeOf(node('Relu', ['x'], ['y']), [1, 0, 0])).toEqual({ min: 0, max: 1 })
    expect(rangeOf(node('Relu', ['x'], ['y']), [0, 0, 0])).toBeUndefined()
  })

  it('of products and differences are symmetric in asymmetric mode too', () => {
    expect(rangeOf(node('Mul', ['x', 'z'], ['y']), [3, -1, 2], { asymmetric: true })).toEqual({ min: -3, max: 3 })
    expect(rangeOf(node('Sub', ['x', 'z'], ['y']), [3, -1, 2], { asymmetric: true })).toEqual({ min: -3, max: 3 })
    expect(rangeOf(node('Mul', ['x', 'z'], ['y'], { relu: true }), [3, -1, 2])).toEqual({ min: 0, max: 3 })
    expect(rangeOf(node('Mul', ['x', 'z'], ['y']), [3, 0, 2])).toEqual({ min: 0, max: 3 })
    expect(rangeOf(node('Add', ['x', 'z'], ['y'], { relu: true }), [3, -1, 2], { asymmetric: true })).toEqual({ min: 0, max: 2 })
  })

  it('of a product of one gate and another tensor are as observed', () => {
    const gate = [node('Sigmoid', ['x'], ['a'])]
    expect(rangeOf(node('Mul', ['a', 'z'], ['y']), [3, -1, 3], { before: gate })).toEqual({ min: -3, max: 3 })
    expect(rangeOf(node('Mul', ['z', 'a'], ['y']), [3, -1, 3], { before: gate })).toEqual({ min: -3, max: 3 })
  })

  it('are read for inputs, those of whole numbers too', () => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: { type: x }, i: { type: x }, y: { type: x } },
      nodes: [node('Add', ['x', 'i'], ['y'])],
      outputs: ['y'],
    })
    const inputs = graph.inputs.map((input) =>
      input.name === 'i' ? { ...input, sourceDtype: 'i64' as const } : { ...input, sourceDtype: 'f32' as const },
    )
    const row = { threshold: 3, min: -1, max: 2 }
    const table = new Map([
      ['x', row],
      ['i', row],
      ['y', row],
    ])
    const { values } = importRanges({ ...graph, inputs }, table, base, { mode: 'INT8', asymmetric: false, highPrecision: false })
    expect(['x', 'i', 'y'].map((name) => values.get(name)!.type.range)).toEqual([
      { min: -3, max: 3 },
      { min: -3, max: 3 },
      { min: -3, max: 3 },
    ])
  })

  it('in a float mode are read as the first integer mode stores its codes', () => {
    const signed = { ...smallSchemes.INT8, activations: { bits: 8, sign: 'signed', zeroPoint: 'none' } } as const
    const target: Target = { ...base, modes: ['F16', 'INT8'], schemes: { F16: smallSchemes.F16, INT8: signed } }
    const graph = smallGraph({
      stage: 'float',
      values: { x: { type: x }, y: { type: x } },
      nodes: [node('Relu', ['x'], ['y'])],
      outputs: ['y'],
    })
    const table = new Map([['y', { threshold: 3, min: 0, max: 3 }]])
    const range = (each: Target) =>
      importRanges(graph, table, each, { mode: 'F16', asymmetric: false, highPrecision: false }).values.get('y')!.type.range
    expect(range(target)).toEqual({ min: -3, max: 3 })
    expect(range({ ...target, modes: ['F16'] })).toEqual({ min: 0, max: 3 })
  })

  it('of a layer that never changed are refused when quantization is asymmetric', () => {
    expect(() => rangeOf(node('Relu', ['x'], ['y']), [1, 1, 1], { asymmetric: true })).toThrowError(
      expect.objectContaining({ code: 'RANGE_INVALID', at: ['y'] }),
    )
  })

  it.each([
    [1, 2, 1],
    [3, 0, -1],
    [Number.NaN, -1, 1],
    [2, Number.NaN, 1],
    [2, -1, Number.NaN],
  ])('of %d from %d to %d are refused, whatever the operator makes of rows', (...row) => {
    const refused = expect.objectContaining({ code: 'RANGE_INVALID', at: ['y'], found: `${row[1]} to ${row[2]}` })
    expect(() => rangeOf(node('Relu', ['x'], ['y']), row)).toThrowError(refused)
    expect(() => rangeOf(node('Softmax', ['x'], ['y'], { axis: 1 }), row)).toThrowError(refused)
  })

  it('are the threshold where a table says that neither end was observed', () => {
    expect(rangeOf(node('Relu', ['x'], ['y']), [3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toEqual({ min: 0, max: 3 })
  })
})
