import type { Graph, Node, Preprocess, TensorType, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { readTpu, writeTpu } from '../index.ts'

describe('an input that takes pictures', () => {
  const bytes = (...shape: readonly number[]): TensorType => ({ dtype: 'u8', shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } })
  const preprocess: Preprocess = {
    pixelFormat: 'bgr',
    channelFormat: 'nchw',
    resizeDims: [2, 3],
    keepAspectRatio: false,
    keepRatioMode: 'letterbox',
    padValue: 0,
    padType: 'center',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    yuvType: '',
    picture: { form: 'BGR_PLANAR', rowBytes: 4 },
  }
  const table: Value = {
    name: 't',
    type: { dtype: 'i8', shape: [1, 3, 16, 16] },
    constant: { dtype: 'i8', shape: [1, 3, 16, 16], data: new Int8Array(768) },
  }
  const node = (op: string, inputs: readonly string[], output: string, attrs: Node['attrs']): Node => ({
    op,
    inputs,
    outputs: [output],
    attrs,
  })
  const typed = (name: string, type: TensorType): readonly [string, Value] => [name, { name, type }]
  const graph: Graph = {
    name: 'net',
    outputs: ['y'],
    ops: allOps,
    properties: { stage: 'quantized', chip: 'a-chip', mode: 'INT8' },
    inputs: [{ name: 'x', sourceDtype: 'u8', preprocess }],
    nodes: [
      node('StridedCopy', ['x'], 'plain', { shape: [1, 3, 2, 3], inputStrides: [192, 64, 4, 1] }),
      node('LutAxis', ['plain', 't'], 'y', {}),
    ],
    values: new Map([
      typed('x', bytes(1, 3, 1, 64)),
      typed('plain', bytes(1, 3, 2, 3)),
      ['t', table],
      typed('y', { dtype: 'i8', shape: [1, 3, 2, 3], quant: { scale: 0.5, zeroPoint: 0, expressed: 'f32' } }),
    ]),
  }

  it('is written with the form of its frames, and read back with the length of their rows', () => {
    const { text, weights } = writeTpu(graph)
    expect(text).toContain('(%arg0: tensor<1x3x2x3xui8>')
    expect(text).toContain('{input_stride = [192, 64, 4, 1], output_stride = [192, 6, 3, 1], shape = [1, 3, 2, 3]} : (tensor<1x3x1x64x')
    expect(text).toMatch(/aligned = true, .*customization_format = "BGR_PLANAR"/)
    expect(text).toMatch(/"tpu.ScaleLut".*bias = \[0.0*e?\+?0*, /)
    const read = readTpu(text, weights)
    expect(read.inputs).toEqual(graph.inputs)
    expect(read.nodes.at(-1)).toMatchObject({ op: 'LutAxis', inputs: ['plain', 't'] })
  })

  it('whose copies leave gaps is refused', () => {
    const text = writeTpu(graph).text.replace('output_stride = [192, 6, 3, 1]', 'output_stride = [192, 8, 4, 1]')
    expect(() => readTpu(text)).toThrowError(expect.objectContaining({ code: 'MLIR_FORM' }))
  })

  it('of another form is refused', () => {
    const text = writeTpu(graph).text.replace('BGR_PLANAR', 'YUV_NV12')
    expect(() => readTpu(text)).toThrowError(expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE', found: 'YUV_NV12' }))
  })
})
