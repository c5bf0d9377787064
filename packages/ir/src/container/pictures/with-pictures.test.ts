import { describe, expect, it } from 'vitest'
import { nullBackend } from '../../conformance/null-backend.ts'
import type { Graph, Node, Preprocess, TensorType, Value } from '../../graph/types.ts'
import { verifyQuantized } from '../../graph/verify-quantized.ts'
import { allOps } from '../../ops/op-set.ts'
import type { PictureFamily } from './fused.ts'
import { withPictures } from './with-pictures.ts'

const forms = ['RGB_PLANAR', 'BGR_PACKED', 'BGR_PLANAR', 'GRAYSCALE'] as const
const base = nullBackend()
const family: PictureFamily = {
  backend: { ...base, target: { ...base.target, pictures: { forms, alignment: { row: 4, plane: 32 } } } },
}
const preprocess: Preprocess = {
  pixelFormat: 'rgb',
  channelFormat: 'nchw',
  resizeDims: [],
  keepAspectRatio: false,
  keepRatioMode: 'letterbox',
  padValue: 0,
  padType: 'center',
  mean: [10, 20, 30],
  scale: [1, 2, 0.25],
  yuvType: '',
}

const shape = [1, 3, 2, 2]
const codes: TensorType = { dtype: 'i8', shape, quant: { scale: 2, zeroPoint: 0, expressed: 'f32' } }
const node = (text: string, attrs: Node['attrs'] = {}): Node => {
  const [, output, op, inputs] = /^(\w+) = (\w+)\(([\w, ]*)\)$/.exec(text)!
  return { op: op!, inputs: inputs!.split(', '), outputs: [output!], attrs }
}

/** `x` as codes into a node, which gives the result. */
function network(
  node_: Node,
  { more = {}, given = preprocess }: { readonly more?: Record<string, Value>; readonly given?: Preprocess } = {},
): Graph {
  const values: Record<string, Value> = {
    x: { name: 'x', type: { dtype: 'f32', shape } },
    x_i8: { name: 'x_i8', type: codes },
    ...more,
    y: { name: 'y', type: node_.op === 'QConv' ? { ...codes, shape: [1, 1, 2, 2] } : codes },
  }
  return {
    name: 'net',
    inputs: [{ name: 'x', preprocess: given }],
    outputs: ['y'],
    nodes: [node('x_i8 = QuantizeLinear(x)'), node_],
    values: new Map(Object.entries(values)),
    ops: allOps,
    properties: { stage: 'quantized' },
  }
}

const moved = node('y = Relu(x_i8)')
const weights: Value = {
  name: 'w',
  type: { dtype: 'i8', shape: [1, 3, 1, 1] },
  constant: { dtype: 'i8', shape: [1, 3, 1, 1], data: Int8Array.of(1, 2, 3) },
}
const conv = node('y = QConv(x_i8, w)', { strides: [1, 1], pads: [0, 0, 0, 0], multipliers: [1], shifts: [0] })
const shown = ({ nodes }: Graph) => nodes.map(({ op, inputs, outputs }) => `${outputs[0]} = ${op}(${inputs.join(', ')})`)
const rowOf = (graph: Graph, channel: number) =>
  Array.from(
    (graph.values.get('x_preprocess_scale_lut_x_preprocess_table')!.constant!.data as Int8Array).slice(256 * channel, 256 * channel + 256),
  )

describe('withPictures', () => {
  it('makes the codes of each channel by a table, halves up', () => {
    const graph = withPictures(network(moved), {}, family)
    expect(shown(graph)).toEqual([
      'x_preprocess_scale_lut = LutAxis(x_raw, x_preprocess_scale_lut_x_preprocess_table)',
      'y = Relu(x_preprocess_scale_lut)',
    ])
    expect(graph.inputs).toEqual([
      {
        name: 'x_raw',
        sourceDtype: 'u8',
        preprocess: { ...preprocess, resizeDims: [2, 2], mean: [0, 0, 0], scale: [1, 1, 1], picture: { form: 'RGB_PLANAR' } },
      },
    ])
    expect(rowOf(graph, 0).slice(0, 4)).toEqual([-5, -4, -4, -3])
    expect(rowOf(graph, 1)[255]).toBe(127)
    expect(rowOf(graph, 2)[255]).toBe(28)
    expect(() => verifyQuantized(graph)).not.toThrow()
  })

  it('turns the weights of a convolution where the picture has its channels in reverse', () => {
    const graph = withPictures(network(conv, { more: { w: weights } }), { form: 'BGR_PACKED' }, family)
    expect(shown(graph)).toEqual([
      'x_preprocess_transpose = Transpose(x_raw)',
      'x_preprocess_scale_lut = LutAxis(x_preprocess_transpose, x_preprocess_scale_lut_x_preprocess_table)',
      'y = QConv(x_preprocess_scale_lut, y_w_swap_channel)',
    ])
    expect(graph.values.get('y_w_swap_channel')?.constant?.data).toEqual(Int8Array.of(3, 2, 1))
    expect(graph.values.has('w')).toBe(false)
    expect(rowOf(graph, 2)[10]).toBe(0)
    expect(() => verifyQuantized(graph)).not.toThrow()
  })

  it('turns the codes themselves where something else takes them', () => {
    expect(shown(withPictures(network(moved), { form: 'BGR_PLANAR' }, family)).slice(-2)).toEqual([
      'x_preprocess_swapaxis = Reverse(x_preprocess_scale_lut)',
      'y = Relu(x_preprocess_swapaxis)',
    ])
  })

  it('crops the middle, and takes frames without their padding', () => {
    const large = network(moved, { given: { ...preprocess, resizeDims: [5, 6] } })
    const planar = withPictures(large, { aligned: true }, family)
    expect(planar.values.get('x_raw')?.type.shape).toEqual([1, 3, 1, 64])
    expect(planar.inputs[0]?.preprocess?.picture).toEqual({ form: 'RGB_PLANAR', rowBytes: 8 })
    expect(
      planar.nodes.slice(0, 2).map(({ op, attrs }) => [op, attrs['shape'] ?? attrs['starts'], attrs['inputStrides'] ?? attrs['ends']]),
    ).toEqual([
      ['StridedCopy', [1, 3, 5, 6], [192, 64, 8, 1]],
      ['Slice', [0, 0, 1, 2], [1, 3, 3, 4]],
    ])
    const packed = withPictures(large, { form: 'BGR_PACKED', aligned: true }, family)
    expect(shown(packed).slice(0, 4)).toEqual([
      'x_raw_preprocess_csc_slice = Slice(x_raw)',
      'x_raw_preprocess_csc = Reshape(x_raw_preprocess_csc_slice)',
      'x_preprocess_transpose = Transpose(x_raw_preprocess_csc)',
      'x_preprocess_slice = Slice(x_preprocess_transpose)',
    ])
    expect(() => verifyQuantized(planar)).not.toThrow()
    expect(() => verifyQuantized(packed)).not.toThrow()
  })

  it('makes the codes of a single channel by one table', () => {
    const gray: Preprocess = { ...preprocess, pixelFormat: 'gray', mean: [10], scale: [2] }
    const made = network(moved, { given: gray })
    const [one, ofOne]: readonly TensorType[] = [
      { dtype: 'f32', shape: [1, 1, 2, 2] },
      { ...codes, shape: [1, 1, 2, 2] },
    ]
    const values = new Map(made.values).set('x', { name: 'x', type: one! })
    for (const name of ['x_i8', 'y']) values.set(name, { name, type: ofOne! })
    const graph = withPictures({ ...made, values }, { aligned: true }, family)
    expect(shown(graph)).toEqual([
      'x_raw_preprocess_csc_slice = Slice(x_raw)',
      'x_raw_preprocess_csc = Reshape(x_raw_preprocess_csc_slice)',
      'x_preprocess_lut = Lut(x_raw_preprocess_csc, x_preprocess_lut_x_preprocess_table)',
      'y = Relu(x_preprocess_lut)',
    ])
    expect(() => verifyQuantized(graph)).not.toThrow()
  })

  it('refuses what the chip does not take, and what the network does not say', () => {
    const code = (expected: string) => expect.objectContaining({ code: expected })
    const { preprocess: _, ...bare } = network(moved).inputs[0]!
    expect(() => withPictures({ ...network(moved), inputs: [bare] }, {}, family)).toThrow(code('PICTURE_NONE'))
    expect(() => withPictures(network(moved), { form: 'GRAYSCALE' }, family)).toThrow(code('PICTURE_FORM'))
    expect(() => withPictures(network(moved), { form: 'RGB_PACKED' }, family)).toThrow(code('PICTURE_FORM'))
    expect(() => withPictures(network(moved, { given: { ...preprocess, channelFormat: 'nhwc' } }), { form: 'RGB_PLANAR' }, family)).toThrow(
      code('PICTURE_INPUT'),
    )
    const plain: PictureFamily = { backend: { ...base, target: { ...base.target, pictures: { forms } } } }
    expect(() => withPictures(network(moved), { aligned: true }, plain)).toThrow(code('PICTURE_ALIGNED'))
  })
})
