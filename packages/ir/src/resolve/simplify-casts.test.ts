import { describe, expect, it } from 'vitest'
import { codes, f16, f32, node, smallGraph } from '../conformance/small-graph.ts'
import type { Node, TensorType } from '../graph/types.ts'
import { simplifyCasts } from './simplify-casts.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false }
const half = codes('i8', [1], 0.5)
const simplified = (values: Readonly<Record<string, TensorType>>, nodes: readonly Node[], outputs = ['y']) => {
  const typed = Object.fromEntries(Object.entries(values).map(([name, type]) => [name, { type }]))
  const graph = simplifyCasts.run(smallGraph({ values: typed, nodes, outputs }), settings, new Map())
  return [...graph.nodes.map(({ op, inputs, outputs: made }) => `${made} = ${op}(${inputs})`), `return ${graph.outputs}`]
}

describe('casts that do nothing', () => {
  it('to the type that the value has', () => {
    const nodes = [node('Cast', ['x'], ['a']), node('Relu', ['a'], ['y'])]
    expect(simplified({ x: f32(1), a: f32(1), y: f32(1) }, nodes)).toEqual(['y = Relu(x)', 'return y'])
  })

  it('there and back', () => {
    const there = [node('DequantizeLinear', ['x'], ['a']), node('QuantizeLinear', ['a'], ['b']), node('QRelu', ['b'], ['y'])]
    expect(simplified({ x: half, a: f32(1), b: half, y: half }, there)).toEqual(['y = QRelu(x)', 'return y'])
    const floats = [node('Cast', ['x'], ['a']), node('Cast', ['a'], ['b']), node('Relu', ['b'], ['y'])]
    expect(simplified({ x: f32(1), a: f16(1), b: f32(1), y: f32(1) }, floats)).toEqual(['y = Relu(x)', 'return y'])
  })
})

describe('casts that do something', () => {
  const there = [node('DequantizeLinear', ['x'], ['a']), node('QuantizeLinear', ['a'], ['b']), node('QRelu', ['b'], ['y'])]
  const kept = ['a = DequantizeLinear(x)', 'b = QuantizeLinear(a)', 'y = QRelu(b)', 'return y']

  it('back to another scale, zero point, element type or other ends', () => {
    expect(simplified({ x: half, a: f32(1), b: codes('i8', [1], 0.25), y: half }, there)).toEqual(kept)
    expect(simplified({ x: half, a: f32(1), b: codes('i8', [1], 0.5, 1), y: half }, there)).toEqual(kept)
    expect(simplified({ x: half, a: f32(1), b: codes('u8', [1], 0.5), y: half }, there)).toEqual(kept)
    const fewer: TensorType = { ...half, quant: { ...half.quant!, saturate: [-8, 7] } }
    expect(simplified({ x: half, a: f32(1), b: fewer, y: half }, there)).toEqual(kept)
  })

  it('to plain integers and back: they cut fractions', () => {
    const nodes = [node('Cast', ['x'], ['a']), node('Cast', ['a'], ['b']), node('Relu', ['b'], ['y'])]
    const whole: TensorType = { dtype: 'i32', shape: [1] }
    expect(simplified({ x: f32(1), a: whole, b: f32(1), y: f32(1) }, nodes)).toEqual([
      'a = Cast(x)',
      'b = Cast(a)',
      'y = Relu(b)',
      'return y',
    ])
  })

  it('behind a value that something else uses too: only the way back goes', () => {
    const both = [...there, node('Relu', ['a'], ['z'])]
    const values = { x: half, a: f32(1), b: half, y: half, z: f32(1) }
    expect(simplified(values, both, ['y', 'z'])).toEqual([
      'a = DequantizeLinear(x)',
      'b = QuantizeLinear(a)',
      'y = QRelu(b)',
      'z = Relu(a)',
      'return y,z',
    ])
  })

  it('behind an operator that is no cast', () => {
    const nodes = [node('Relu', ['x'], ['a']), node('Cast', ['a'], ['y'])]
    expect(simplified({ x: f32(1), a: f16(1), y: f32(1) }, nodes)).toEqual(['a = Relu(x)', 'y = Cast(a)', 'return y'])
  })
})
