import { describe, expect, it } from 'vitest'
import { decodeF16Array } from '../../number/f16.ts'
import type { Graph } from '../types.ts'
import { graph } from './graph-tag.ts'
import { parseGraph } from './parse-graph.ts'
import { printGraph } from './print-graph.ts'

const everything = `graph "net 1" {stage = "quantized", epsilon = 1e-7, sizes = [1, -2], words = ["a", "b c"], on = true}
x: f32[1,3,8,8] as {"sourceDtype":"u8","preprocess":{"mean":[0.5,1],"pixelFormat":"rgb"}}
"my input:0": i8[1,8]{scale 0.05, zero -3, expressed bf16}
w: f32[2,2] = [0.1, -0, 1e+30, NaN]
half: f16[2] = [0.5, -65504]
ids: i64[2] = [9007199254740993, -1]
same: i8[3] = 7
big: f32[4,3,1,1] = constant
per: i8[2]{scale 0.5, zero 0, axis 0, scales [0.5, 0.25], zeros [0, 1], saturate [-7, 7]} = [1, 2]
y: f32[1,4,8,8]{min -1.5, max 2} = Conv(x, big, _) {strides = [1, 1], pads = [0, 0, 0, 0]}
/a/b.1: f16[1,4,8,8] = Relu(y) {unrounded = true} from [y_Relu, "old name"]
v: f32[2,1], i: f32[2,1] = TopK(w) {k = 1}
return /a/b.1, v
`

describe('text form', () => {
  it('prints what it read', () => {
    const read = parseGraph(everything)
    expect(printGraph(read)).toBe(everything)
  })

  it('loses nothing', () => {
    const read = parseGraph(everything)
    const again = parseGraph(printGraph(read))
    expect({ ...again, values: [...again.values] }).toEqual({ ...read, values: [...read.values] })
  })

  it('reads each part as what it says', () => {
    const read = parseGraph(everything)
    expect(read.name).toBe('net 1')
    expect(read.properties).toEqual({ stage: 'quantized', epsilon: 1e-7, sizes: [1, -2], words: ['a', 'b c'], on: true })
    expect(read.inputs).toEqual([
      { name: 'x', sourceDtype: 'u8', preprocess: { mean: [0.5, 1], pixelFormat: 'rgb' } },
      { name: 'my input:0' },
    ])
    expect(read.values.get('my input:0')?.type).toEqual({
      dtype: 'i8',
      shape: [1, 8],
      quant: { scale: 0.05, zeroPoint: -3, expressed: 'bf16' },
    })
    expect(read.values.get('w')?.constant?.data).toEqual(Float32Array.of(0.1, -0, 1e30, Number.NaN))
    expect([...decodeF16Array(read.values.get('half')!.constant!.data as Uint16Array)]).toEqual([0.5, -65504])
    expect(read.values.get('ids')?.constant?.data).toEqual(BigInt64Array.of(9007199254740993n, -1n))
    expect(read.values.get('same')?.constant?.data).toEqual(Int8Array.of(7, 7, 7))
    expect(read.values.get('big')).toEqual({ name: 'big', type: { dtype: 'f32', shape: [4, 3, 1, 1] }, isConstant: true })
    expect(read.values.get('y')?.type).toEqual({ dtype: 'f32', shape: [1, 4, 8, 8], range: { min: -1.5, max: 2 } })
    expect(read.nodes[0]?.inputs).toEqual(['x', 'big', undefined])
    expect(read.nodes[1]).toEqual({
      op: 'Relu',
      inputs: ['y'],
      outputs: ['/a/b.1'],
      attrs: { unrounded: true },
      origin: ['y_Relu', 'old name'],
    })
    expect(read.outputs).toEqual(['/a/b.1', 'v'])
  })

  it('leaves long constants out unless told', () => {
    const long = graph`x: f32[20]; w: f32[20] = ${Array.from({ length: 20 }, (_, i) => i)}; y = Add(x, w)`
    expect(printGraph(long)).toContain('w: f32[20] = constant\n')
    expect(printGraph(long, { longestConstant: 20 })).toContain('w: f32[20] = [0, 1, 2, 3')
  })

  it('keeps every float32', () => {
    const data = Float32Array.from({ length: 500 }, (_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 60) - 30)))
    const made: Graph = {
      ...graph`x: f32[500]`,
      values: new Map([['w', { name: 'w', type: { dtype: 'f32', shape: [500] }, constant: { dtype: 'f32', shape: [500], data } }]]),
      inputs: [],
    }
    expect(parseGraph(printGraph(made, { longestConstant: 500 })).values.get('w')?.constant?.data).toEqual(data)
  })

  it('infers types that are not written, and returns what no node uses', () => {
    const made = graph`x: f32[1,3,8,8]; w: f32[4,3,3,3] = 0.5; y = Conv(x, w) {strides = [2, 2], pads = [1, 1, 1, 1]}`
    expect(made.values.get('y')?.type).toEqual({ dtype: 'f32', shape: [1, 4, 4, 4] })
    expect(made.outputs).toEqual(['y'])
  })

  it('skips comments and empty lines', () => {
    expect(parseGraph('# a comment\n\n x: f32[2] # another\n;;y = Relu(x)').nodes).toHaveLength(1)
  })

  it.each([
    ['an element type that is not there', 'x: f8[1]', 'line 1, column 6'],
    ['a list that does not end', 'x: f32[1]\ny = Reshape(x) {shape = [1', 'line 2, column 27'],
    ['elements that do not fill the shape', 'x: f32[3] = [1, 2]', 'line 1, column 19'],
    ['a number the type cannot hold', 'x: i8[1] = [200]', 'line 1, column 17'],
    ['rubbish behind a statement', 'x: f32[3] !', 'line 1, column 11'],
    ['a name alone', 'x', 'line 1, column 2'],
    ['broken JSON', 'x: f32[1] as {"a":}', 'line 1, column 20'],
    ['a note it does not know', 'x: i8[1]{skale 1}', 'line 1, column 10'],
  ])('refuses %s and says where', (_, text, place) => {
    expect(() => parseGraph(text)).toThrow(expect.objectContaining({ code: 'GRAPH_TEXT', at: [place] }))
  })

  it('refuses a value it does not know, with the nearest it does', () => {
    expect(() => parseGraph('input: f32[1]; y = Relu(inptu)')).toThrow(
      expect.objectContaining({ code: 'GRAPH_TEXT_NAME', at: ['inptu'], hint: 'did you mean input?' }),
    )
  })

  it('refuses a value that is written twice', () => {
    expect(() => parseGraph('x: f32[1]; y = Relu(x); y = Abs(x)')).toThrow(expect.objectContaining({ code: 'GRAPH_TEXT_NAME', at: ['y'] }))
  })
})
