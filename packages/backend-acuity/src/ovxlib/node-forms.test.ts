import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { layerForm } from '../network/layer-forms.ts'
import { nodeForm } from './node-forms.ts'

/** A node behind an operand of four axes; `c` is a constant of one number. */
const node = (text: string) => {
  const graph = parseGraph(`x: f32[1,4,6,8]; t: f32[1,4,6,8]; c: f32[1] = 0.5; ${text}; return y`)
  return [graph, graph.nodes.at(-1)!] as const
}
const list = (type: string, ...numbers: readonly number[]) => ({ list: numbers, type })
const each = (...numbers: readonly number[]) => ({ each: numbers })

// Innermost first, axes counted from the inside, pads left, right, top, bottom (spec/acuity.md 6.3); model files count from the outside, pads top, bottom, left, right (3.1).
describe.each([
  ['y = Abs(x)', 'ABS', {}, 'abs', undefined],
  ['y = Sub(x, t)', 'SUBTRACT', {}, 'subtract', { axis: 1, bias: false }],
  ['y = Mul(x, t)', 'MULTIPLY', { 'multiply.scale': 1 }, 'multiply', { axis: 1, bias: false }],
  ['y = Concat(x, t) {axis = 1}', 'CONCAT', { 'concat.axis': 2 }, 'concat', { dim: 1 }],
  ['y = Softmax(x) {axis = 3}', 'SOFTMAX', { 'softmax.axis': 0, 'softmax.beta': 1 }, 'softmax', { sf_axis: 3, beta: 1 }],
  [
    'y = Transpose(x) {perm = [0, 2, 3, 1]}',
    'PERMUTE',
    { 'permute.perm': list('vsi_size_t', 2, 0, 1, 3), 'permute.dim_num': 4 },
    'permute',
    { perm: [0, 2, 3, 1] },
  ],
  [
    'y = MaxPool(x) {kernel_shape = [3, 2], strides = [1, 2], pads = [1, 0, 1, 0]}',
    'POOL',
    {
      'pool.type': 'VX_CONVOLUTIONAL_NETWORK_POOLING_MAX',
      'pool.ksize': each(2, 3),
      'pool.stride': each(2, 1),
      'pool.pad': each(0, 0, 1, 1),
    },
    'pooling',
    { type: 'MAX', ksize_h: 3, ksize_w: 2, stride_h: 1, stride_w: 2, pad: [1, 1, 0, 0], padding: 'SAME' },
  ],
  [
    'y = AveragePool(x) {kernel_shape = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]}',
    'POOL',
    { 'pool.type': 'VX_CONVOLUTIONAL_NETWORK_POOLING_AVG', 'pool.round_type': 'VSI_NN_ROUND_FLOOR' },
    'pooling',
    { type: 'AVG', padding: 'VALID', round_type: 'floor' },
  ],
  [
    'y = ReduceMean(x) {axes = [2, 3], keepdims = false}',
    'REDUCE',
    { 'reduce.type': 'VSI_NN_REDUCE_MEAN', 'reduce.axis': list('vsi_size_t', 1, 0), 'reduce.axis_num': 2, 'reduce.keep_dim': 'FALSE' },
    'reducemean',
    { axis_list: [2, 3], keep_dims: false },
  ],
  [
    'y = Slice(x) {starts = [0, 1, 0, 0], ends = [1, 3, 6, 8], steps = [1, 1, 1, 2]}',
    'STRIDED_SLICE',
    {
      'strided_slice.begin_dims': list('int32_t', 0, 0, 1, 0),
      'strided_slice.end_dims': list('int32_t', 8, 6, 3, 1),
      'strided_slice.stride_dims': list('int32_t', 2, 1, 1, 1),
    },
    'stridedslice',
    { slice_begin: [0, 1, 0, 0], slice_end: [1, 3, 6, 8], slice_strides: [1, 1, 1, 2] },
  ],
  [
    'y = Pad(x) {pads = [0, 0, 1, 2, 0, 0, 3, 4], value = -2}',
    'PAD',
    { 'pad.front_size': list('uint32_t', 2, 1, 0, 0), 'pad.back_size': list('uint32_t', 4, 3, 0, 0), 'pad.const_val': -2 },
    'pad',
    { padding_mode: 'CONSTANT', padding_const: -2 },
  ],
  [
    'y = Resize(x) {mode = "linear", scale_h = 2, scale_w = 2, sizes = [12, 16], coordinate_transformation_mode = "half_pixel"}',
    'RESIZE',
    {
      'resize.type': 'VSI_NN_INTERPOLATION_BILINEAR',
      'resize.size': each(16, 12),
      'resize.half_pixel_centers': 'TRUE',
      'resize.align_corners': 'FALSE',
    },
    'image_resize',
    { type: 'bilinear', new_size: [12, 16], half_pixel: true, align_corners: false },
  ],
  [
    'y = Upsample(x) {scale_h = 2, scale_w = 2}',
    'RESIZE',
    { 'resize.type': 'VSI_NN_INTERPOLATION_NEAREST_NEIGHBOR', 'resize.size': each(16, 12) },
    'image_resize',
    { type: 'nearest', new_size: [12, 16] },
  ],
  [
    'y = MatMul(x, t) {transB = true}',
    'MATRIXMUL',
    { 'matrixmul.transpose[0]': 'FALSE', 'matrixmul.transpose[1]': 'TRUE' },
    'matmul',
    { transpose_a: false, transpose_b: true },
  ],
  [
    'y = Reshape(x) {shape = [4, 48]}',
    'RESHAPE2',
    { 'reshape2.size': list('vsi_size_t', 48, 4), 'reshape2.dim_num': 2 },
    'reshape',
    { shape: [4, 48] },
  ],
  ['y = Squeeze(x) {axes = [0]}', 'RESHAPE2', { 'reshape2.size': list('vsi_size_t', 8, 6, 4) }, 'reshape', { shape: [4, 6, 8] }],
  ['y = Relu(x)', 'RELU', {}, 'relu', undefined],
  ['y = Relu(x) {reluLimit = 6}', 'RELUN', { 'relun.clamp_top': 6, 'relun.clamp_bottom': 0 }, 'relun', { relu_clamp_top: 6 }],
  ['y = Clip(x) {min = -1, max = 2}', 'CLIP', { 'clip.min': -1, 'clip.max': 2 }, 'clipbyvalue', { clip_value_min: -1, clip_value_max: 2 }],
  ['y = LeakyRelu(x) {alpha = 0.1}', 'LEAKY_RELU', { 'activation.leaky_ratio': 0.1 }, 'leakyrelu', { leaky_ratio: 0.1 }],
  ['y = Tanh(x)', 'TANH', { 'tanh.scale_a': 1, 'tanh.scale_b': 1 }, 'tanh', { hyperbolic_tan_scale_a: 1, hyperbolic_tan_scale_b: 1 }],
  ['y = HardSwish(x)', 'SWISH', { 'swish.type': 'VSI_NN_HSWISH', 'swish.beta': 1 }, 'hard_swish', undefined],
  [
    'y = HardSigmoid(x) {alpha = 0.25}',
    'HARD_SIGMOID',
    { 'hard_sigmoid.alpha': 0.25, 'hard_sigmoid.beta': 0.5 },
    'hard_sigmoid',
    { alpha: 0.25 },
  ],
  ['y = Gelu(x)', 'GELU', { 'gelu.approximate': 'FALSE' }, 'gelu', { approximate: false }],
  ['y = Gelu(x) {approximate = "tanh"}', 'GELU', { 'gelu.approximate': 'TRUE' }, 'gelu', { approximate: true }],
  ['y = Mish(x)', 'MISH', {}, 'mish', undefined],
  ['y = Elu(x) {alpha = 0.5}', 'ELU', { 'elu.alpha': 0.5 }, 'elu', { alpha: 0.5 }],
  ['y = Swish(x) {alpha = 2}', 'SWISH', { 'swish.type': 'VSI_NN_SWISH', 'swish.beta': 2 }, 'swish', { beta: 2 }],
  ['y = Div(x, t)', 'DIVIDE', { 'divide.scale': 1 }, 'real_div', undefined],
  ['y = Softplus(x)', 'SOFTRELU', {}, 'softrelu', undefined],
  [
    'y = Softmax(x) {axis = 3, log = true}',
    'LOG_SOFTMAX',
    { 'log_softmax.axis': 0, 'log_softmax.betaValue': 1 },
    'log_softmax',
    { sf_axis: 3, beta: 1 },
  ],
  [
    'y = DepthToSpace(x) {block_h = 2, block_w = 2}',
    'DEPTH2SPACE',
    { 'depth2space.block_size': 2, 'depth2space.mode': 'VSI_NN_DEPTH2SPACE_DCR' },
    'depth2space',
    { block_size: 2, mode: 'DCR' },
  ],
  [
    'w: f32[4,2,3,2] = 1; y = ConvTranspose(x, w) {strides = [2, 1], pads = [1, 0, 0, 1], output_padding = [1, 0]}',
    'DECONVOLUTION',
    { 'deconv.ksize': each(2, 3), 'deconv.pad': each(0, 1, 1, 0), 'deconv.weights': 2, 'deconv.output_padding': each(0, 1) },
    'deconvolution',
    { weights: 2, ksize_h: 3, ksize_w: 2, pad: [1, 0, 0, 1], output_padding_h: 1, output_padding_w: 0 },
  ],
  ['y = Silu(x)', 'SWISH', { 'swish.type': 'VSI_NN_SWISH', 'swish.beta': 1 }, 'swish', { beta: 1 }],
])('%s', (text, op, params, layer, parameters) => {
  it('in sources', () => {
    const made = nodeForm(...node(text))
    expect(made.op).toBe(op)
    expect(made.params).toMatchObject(params)
  })
  it('in a model file', () => {
    const made = layerForm(...node(text))
    expect(made.op).toBe(layer)
    if (parameters !== undefined) expect(made.parameters).toMatchObject(parameters)
  })
})

it.each([
  [
    'w: f32[4,2,1,1]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}',
    'ConvTranspose in 2 groups of more than a channel',
  ],
  ['y = Pad(x) {pads = [0, 0, 1, 1, 0, 0, 1, 1], mode = "reflect"}', 'Pad in the mode reflect'],
  ['y = Pad(x) {pads = [0, 0, 1, 1, 0, 0, 1, 1], value = 0.5}', 'Pad with 0.5, which is no whole number'],
  ['y = Gelu(x) {approximate = "sigmoid"}', 'Gelu by a sigmoid'],
  ['y = Sigmoid(x) {log = true}', 'a logarithm of Sigmoid'],
  ['s: f32[8] = 1; b: f32[8] = 0; y = LayerNormalization(x, s, b) {axis = 2}', 'LayerNormalization over several axes'],
  ['y = LayerNormalization(x)', 'LayerNormalization without a scale or a bias'],
  ['y = Softsign(x)', 'Softsign'],
])('%s is refused in sources', (text, found) => {
  expect(() => nodeForm(...node(text))).toThrow(expect.objectContaining({ code: 'ACUITY_EXPORT', found, at: ['graph', 'y'] }))
})

it.each([
  ['y = DepthToSpace(x) {block_h = 2, block_w = 1}', 'DepthToSpace with blocks that are not square'],
  ['y = DepthToSpace(x) {block_h = 2, block_w = 2, channelsLast = true}', 'DepthToSpace with channels last or columns before rows'],
  ['y = DepthToSpace(x) {block_h = 2, block_w = 2, inverse = true, mode = "CRD"}', 'SpaceToDepth in the order CRD'],
  [
    'w: f32[4,2,1,1] = 1; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [2, 1]}',
    'ConvTranspose with dilations',
  ],
  ['p: i64[1]; y = Gather(x, p)', 'Gather with computed indices'],
  ['p: i64[1] = 1; y = Gather(x, p) {keepdims = false}', 'Gather of a single index, whose axis goes'],
  ['s: f32[4]; y = PRelu(x, s)', 'PRelu with computed weights'],
  ['u: f32[1,4,6]; y = MaxPool(u) {kernel_shape = [2], strides = [2], pads = [0, 0]}', 'MaxPool over 1 axes'],
  ['u: f32[1,1,2,2]; v: f32[1,1,1,1]; y = Conv(u, v) {strides = [1, 1], pads = [0, 0, 0, 0]}', 'Conv with computed weights'],
])('%s is refused in a model file', (text, found) => {
  expect(() => layerForm(...node(text))).toThrow(expect.objectContaining({ code: 'ACUITY_OPERATOR', found }))
})
