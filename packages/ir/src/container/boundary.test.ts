import { describe, expect, it } from 'vitest'
import type { Graph, TensorType, Value } from '../graph/types.ts'
import { quantizedOps } from '../ops/index.ts'
import { atBoundary, checkBoundary } from './boundary.ts'

const codes = (dtype: 'i8' | 'u8', scale = 0.5): TensorType => ({ dtype, shape: [4], quant: { scale, zeroPoint: 0, expressed: 'f32' } })
const floats = (dtype: 'f32' | 'f16' = 'f32', min = -2): TensorType => ({ dtype, shape: [4], range: { min, max: 4 } })

/** A network of casts and Relus; values by name, nodes as `y = Op(x)`. */
function network(types: Readonly<Record<string, TensorType>>, nodes: readonly string[], outputs: readonly string[]): Graph {
  const made = nodes.map((text) => {
    const [, output, op, inputs] = /^(\w+) = (\w+)\(([\w, ]*)\)$/.exec(text)!
    return { op: op!, inputs: inputs!.split(', '), outputs: [output!], attrs: {} }
  })
  const given = Object.keys(types).filter((name) => !made.some((node) => node.outputs[0] === name))
  return {
    name: 'net',
    inputs: given.map((name) => ({ name })),
    outputs,
    nodes: made,
    values: new Map(Object.entries(types).map(([name, type]): [string, Value] => [name, { name, type }])),
    ops: quantizedOps,
    properties: {},
  }
}

const shown = ({ nodes, outputs }: Graph) => [
  ...nodes.map((node) => `${node.outputs[0]} = ${node.op}(${node.inputs.join(', ')})`),
  outputs.join(', '),
]
const typeIn = (graph: Graph, name: string) => graph.values.get(name)?.type

const coded = network(
  { x: floats(), x_i8: codes('i8'), y: codes('u8'), y_f32: { dtype: 'f32', shape: [4] } },
  ['x_i8 = QuantizeLinear(x)', 'y = Relu(x_i8)', 'y_f32 = DequantizeLinear(y)'],
  ['y_f32'],
)

const inHalf = network(
  { x: floats('f32', 0), x_f16: { dtype: 'f16', shape: [4] }, y: floats('f16'), y_f32: { dtype: 'f32', shape: [4] } },
  ['x_f16 = Cast(x)', 'y = Relu(x_f16)', 'y_f32 = Cast(y)'],
  ['y_f32'],
)

describe('atBoundary', () => {
  it('takes the casts at the ends away, and gives inputs and results their types', () => {
    const made = atBoundary(coded, { inputs: 'all', outputs: 'all' })
    expect(shown(made)).toEqual(['y = Relu(x)', 'y'])
    expect([typeIn(made, 'x'), typeIn(made, 'x_i8'), typeIn(made, 'y_f32')]).toEqual([codes('i8'), undefined, undefined])
  })

  it('reaches through what reshapes an input', () => {
    const types = { x: floats(), r: floats(), r_i8: codes('i8'), y: codes('i8') }
    const made = atBoundary(network(types, ['r = Reshape(x)', 'r_i8 = QuantizeLinear(r)', 'y = Relu(r_i8)'], ['y']), { inputs: 'all' })
    expect(shown(made)).toEqual(['r = Reshape(x)', 'y = Relu(r)', 'y'])
    expect([typeIn(made, 'x'), typeIn(made, 'r')]).toEqual([codes('i8'), codes('i8')])
  })

  it('leaves an input alone that is used as floats too, and a result that no cast makes', () => {
    const types = { x: floats(), x_i8: codes('i8'), y: codes('i8'), z: floats() }
    const shared = network(types, ['x_i8 = QuantizeLinear(x)', 'y = Relu(x_i8)', 'z = Relu(x)'], ['y', 'z'])
    expect(atBoundary(shared, { inputs: 'all', outputs: 'all' })).toEqual(shared)
  })

  it('changes those alone that a list names, from 1', () => {
    const types = { a: floats(), b: floats(), a_i8: codes('i8'), b_i8: codes('i8'), y: codes('i8') }
    const two = network(types, ['a_i8 = QuantizeLinear(a)', 'b_i8 = QuantizeLinear(b)', 'y = QAdd(a_i8, b_i8)'], ['y'])
    expect(shown(atBoundary(two, { inputs: [2] }))).toEqual(['a_i8 = QuantizeLinear(a)', 'y = QAdd(a_i8, b)', 'y'])
  })

  it('makes 8-bit codes of floats, signed where their range has negative numbers', () => {
    const made = atBoundary(inHalf, { inputs: 'all', outputs: 'all', codedInputs: true, codedOutputs: true })
    expect(shown(made)).toEqual(['x_cast_int8 = DequantizeLinear(x)', 'y = Relu(x_cast_int8)', 'y_int8 = QuantizeLinear(y)', 'y_int8'])
    expect(typeIn(made, 'x')).toEqual({ dtype: 'u8', shape: [4], quant: { scale: 4 / 255, zeroPoint: 0, expressed: 'f16' } })
    expect(typeIn(made, 'y_int8')).toEqual({ dtype: 'i8', shape: [4], quant: { scale: 4 / 127, zeroPoint: 0, expressed: 'f16' } })
  })

  it('casts float32 results to bfloat16 numbers', () => {
    const made = atBoundary(coded, { bf16Outputs: true })
    expect(shown(made).slice(-2)).toEqual(['y_f32_bf16 = Cast(y_f32)', 'y_f32_bf16'])
  })

  it('refuses codes of floats without a range, and two results in one', () => {
    const values = new Map(inHalf.values).set('y', { name: 'y', type: { dtype: 'f16', shape: [4] } })
    expect(() => atBoundary({ ...inHalf, values }, { outputs: 'all', codedOutputs: true })).toThrow(
      expect.objectContaining({ code: 'BOUNDARY_RANGE', at: ['y'] }),
    )
    const twice = network(
      { ...Object.fromEntries([...coded.values].map(([name, { type }]) => [name, type])), z: floats() },
      [...shown(coded).slice(0, -1), 'z = DequantizeLinear(y)'],
      ['y_f32', 'z'],
    )
    expect(() => atBoundary(twice, { outputs: 'all' })).toThrow(expect.objectContaining({ code: 'BOUNDARY_TWICE', at: ['y'] }))
  })
})

it('checkBoundary refuses a place that the network does not have', () => {
  expect(() => checkBoundary(coded, { inputs: [2] })).toThrow(expect.objectContaining({ code: 'BOUNDARY_PLACE', found: '2', wanted: '1' }))
  expect(() => checkBoundary(coded, { inputs: [1], outputs: 'all' })).not.toThrow()
})
