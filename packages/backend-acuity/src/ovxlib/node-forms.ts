import { type Attrs, attributesOf, type Graph, type Node, QError } from '@q/ir'
import type { OvxNode, OvxParam } from './ovx-graph.ts'

type Made = Pick<OvxNode, 'op' | 'params'>

interface FormInput {
  readonly attrs: Attrs
  readonly shapeOf: (place: number) => readonly number[]
  readonly result: readonly number[]
  readonly isConstant: (place: number) => boolean
}

const numbers = (value: unknown): readonly number[] => value as readonly number[]
const plain = (op: string) => (): Made => ({ op, params: {} })
/** Axes count from the innermost one. */
const fromInside = (axis: number, rank: number): number => rank - 1 - (axis < 0 ? axis + rank : axis)
const reversed = (list: readonly number[], type: string): OvxParam => ({ list: list.toReversed(), type })

/** Over two axes: width before height; pads left, right, top, bottom. */
function window(of: string, attrs: Attrs, kernel: readonly number[]): Readonly<Record<string, OvxParam>> {
  const [top, left, bottom, right] = numbers(attrs['pads']) as [number, number, number, number]
  return {
    [`${of}.ksize`]: { each: kernel.toReversed() },
    [`${of}.stride`]: { each: numbers(attrs['strides']).toReversed() },
    [`${of}.pad`]: { each: [left, right, top, bottom] },
    [`${of}.pad_type`]: 'VSI_NN_PAD_AUTO',
  }
}

const reshape = ({ result }: FormInput): Made => ({
  op: 'RESHAPE2',
  params: { 'reshape2.size': reversed(result, 'vsi_size_t'), 'reshape2.dim_num': result.length },
})

const pool =
  (type: string) =>
  ({ attrs }: FormInput): Made => ({
    op: 'POOL',
    params: {
      'pool.type': type,
      'pool.round_type': 'VSI_NN_ROUND_FLOOR',
      ...window('pool', attrs, numbers(attrs['kernel_shape'])),
    },
  })

const reduce =
  (type: string) =>
  ({ attrs, shapeOf }: FormInput): Made => {
    const axes = numbers(attrs['axes']).map((axis) => fromInside(axis, shapeOf(0).length))
    return {
      op: 'REDUCE',
      params: {
        'reduce.type': type,
        'reduce.axis': { list: axes, type: 'vsi_size_t' },
        'reduce.axis_num': axes.length,
        'reduce.keep_dim': attrs['keepdims'] === true ? 'TRUE' : 'FALSE',
      },
    }
  }

const resize = ({ attrs, result }: FormInput): Made => {
  const how = String(attrs['coordinate_transformation_mode'] ?? 'asymmetric')
  return {
    op: 'RESIZE',
    params: {
      'resize.type': attrs['mode'] === 'linear' ? 'VSI_NN_INTERPOLATION_BILINEAR' : 'VSI_NN_INTERPOLATION_NEAREST_NEIGHBOR',
      'resize.factor': 0,
      'resize.size': { each: result.slice(-2).toReversed() },
      'resize.align_corners': how === 'align_corners' ? 'TRUE' : 'FALSE',
      'resize.half_pixel_centers': how.endsWith('half_pixel') ? 'TRUE' : 'FALSE',
    },
  }
}

const forms: Readonly<Record<string, (input: FormInput) => Made>> = {
  Abs: plain('ABS'),
  Add: plain('ADD'),
  AveragePool: pool('VX_CONVOLUTIONAL_NETWORK_POOLING_AVG'),
  Concat: ({ attrs, result }) => ({ op: 'CONCAT', params: { 'concat.axis': fromInside(Number(attrs['axis']), result.length) } }),
  Conv: ({ attrs, shapeOf }) => {
    const [weights, , ...kernel] = shapeOf(1) as [number, number, ...number[]]
    const dilations = numbers(attrs['dilations'])
    return {
      op: 'CONV2D',
      params: {
        ...window('conv2d', attrs, kernel),
        'conv2d.weights': weights,
        'conv2d.group': Number(attrs['group']),
        'conv2d.dilation': { each: dilations.length === 0 ? [1, 1] : dilations.toReversed() },
        'conv2d.multiplier': 0,
      },
    }
  },
  Clip: ({ attrs }) => ({ op: 'CLIP', params: { 'clip.min': Number(attrs['min']), 'clip.max': Number(attrs['max']) } }),
  // Weights have their outputs first, and places beside the kernel are given as in a convolution.
  ConvTranspose: ({ attrs, shapeOf, result }) => {
    const [, , ...kernel] = shapeOf(1) as [number, number, ...number[]]
    const more = numbers(attrs['output_padding'])
    return {
      op: 'DECONVOLUTION',
      params: {
        ...window('deconv', attrs, kernel),
        'deconv.weights': result[1]!,
        'deconv.group': Number(attrs['group']),
        'deconv.output_padding': { each: more.length === 0 ? [0, 0] : more.toReversed() },
      },
    }
  },
  DepthToSpace: ({ attrs }) =>
    attrs['inverse'] === true
      ? { op: 'SPACE2DEPTH', params: { 'space2depth.block_size': { each: [Number(attrs['block_w']), Number(attrs['block_h'])] } } }
      : {
          op: 'DEPTH2SPACE',
          params: {
            'depth2space.block_size': Number(attrs['block_h']),
            'depth2space.mode': `VSI_NN_DEPTH2SPACE_${String(attrs['mode'])}`,
          },
        },
  Div: () => ({ op: 'DIVIDE', params: { 'divide.scale': 1 } }),
  Elu: ({ attrs }) => ({ op: 'ELU', params: { 'elu.alpha': Number(attrs['alpha']) } }),
  Exp: plain('EXP'),
  Floor: plain('FLOOR'),
  Gather: ({ attrs, shapeOf }) => ({
    op: 'GATHER',
    params: { 'gather.axis': fromInside(Number(attrs['axis']), shapeOf(0).length), 'gather.batch_dims': 0 },
  }),
  Gelu: ({ attrs }) => ({ op: 'GELU', params: { 'gelu.approximate': attrs['approximate'] === 'tanh' ? 'TRUE' : 'FALSE' } }),
  HardSigmoid: ({ attrs }) => ({
    op: 'HARD_SIGMOID',
    params: { 'hard_sigmoid.alpha': Number(attrs['alpha']), 'hard_sigmoid.beta': Number(attrs['beta']) },
  }),
  HardSwish: () => ({ op: 'SWISH', params: { 'swish.type': 'VSI_NN_HSWISH', 'swish.beta': 1 } }),
  // Headers and descriptions of the library call the member differently: the sources choose.
  LayerNormalization: ({ attrs }) => ({
    op: 'LAYER_NORM',
    params: { 'VNN_LAYER_NORM.eps': Number(attrs['epsilon']), 'VNN_LAYER_NORM.axis': 0 },
  }),
  LeakyRelu: ({ attrs }) => ({ op: 'LEAKY_RELU', params: { 'activation.leaky_ratio': Number(attrs['alpha']) } }),
  Log: plain('LOG'),
  MatMul: ({ attrs, result, isConstant }) =>
    isConstant(1)
      ? { op: 'FCL2', params: { 'fcl.weights': result.at(-1)!, 'fcl.axis': 0 } }
      : {
          op: 'MATRIXMUL',
          params: {
            'matrixmul.transpose[0]': attrs['transA'] === true ? 'TRUE' : 'FALSE',
            'matrixmul.transpose[1]': attrs['transB'] === true ? 'TRUE' : 'FALSE',
          },
        },
  Max: plain('MAXIMUM'),
  MaxPool: pool('VX_CONVOLUTIONAL_NETWORK_POOLING_MAX'),
  Min: plain('MINIMUM'),
  Mish: plain('MISH'),
  Mul: () => ({ op: 'MULTIPLY', params: { 'multiply.scale': 1 } }),
  Pad: ({ attrs, result }) => {
    const pads = numbers(attrs['pads'])
    return {
      op: 'PAD',
      params: {
        'pad.front_size': reversed(pads.slice(0, result.length), 'uint32_t'),
        'pad.back_size': reversed(pads.slice(result.length), 'uint32_t'),
        'pad.dim_num': result.length,
        'pad.const_val': Number(attrs['value']),
        'pad.mode': 'VSI_NN_PAD_MODE_CONSTANT',
      },
    }
  },
  Pow: plain('POW'),
  PRelu: ({ result }) => ({ op: 'PRELU', params: { 'prelu.axis': fromInside(1, result.length) } }),
  ReduceMax: reduce('VSI_NN_REDUCE_MAX'),
  ReduceMean: reduce('VSI_NN_REDUCE_MEAN'),
  ReduceMin: reduce('VSI_NN_REDUCE_MIN'),
  ReduceSum: reduce('VSI_NN_REDUCE_SUM'),
  Relu: ({ attrs }) => reluNode(Number(attrs['reluLimit'])),
  Reshape: reshape,
  Resize: resize,
  Rsqrt: plain('RSQRT'),
  Sigmoid: plain('SIGMOID'),
  Silu: () => ({ op: 'SWISH', params: { 'swish.type': 'VSI_NN_SWISH', 'swish.beta': 1 } }),
  Sin: plain('SIN'),
  Slice: ({ attrs, shapeOf }) => {
    const shape = shapeOf(0)
    const rank = shape.length
    const ends = numbers(attrs['ends']).map((end, axis) => Math.min(end < 0 ? end + shape[axis]! : end, shape[axis]!))
    return {
      op: 'STRIDED_SLICE',
      params: {
        'strided_slice.begin_dims': reversed(numbers(attrs['starts']), 'int32_t'),
        'strided_slice.begin_dims_num': rank,
        'strided_slice.end_dims': reversed(ends, 'int32_t'),
        'strided_slice.end_dims_num': rank,
        'strided_slice.stride_dims': reversed(numbers(attrs['steps']), 'int32_t'),
        'strided_slice.stride_dims_num': rank,
        'strided_slice.begin_mask': 0,
        'strided_slice.end_mask': 0,
        'strided_slice.shrink_axis_mask': 0,
        'strided_slice.new_axis_mask': 0,
      },
    }
  },
  Softmax: ({ attrs, result }) => {
    const axis = fromInside(Number(attrs['axis']), result.length)
    return attrs['log'] === true
      ? { op: 'LOG_SOFTMAX', params: { 'log_softmax.axis': axis, 'log_softmax.betaValue': 1 } }
      : { op: 'SOFTMAX', params: { 'softmax.axis': axis, 'softmax.beta': 1 } }
  },
  Softplus: plain('SOFTRELU'),
  Sqrt: plain('SQRT'),
  Squeeze: reshape,
  Sub: plain('SUBTRACT'),
  Swish: ({ attrs }) => ({ op: 'SWISH', params: { 'swish.type': 'VSI_NN_SWISH', 'swish.beta': Number(attrs['alpha']) } }),
  Tanh: () => ({ op: 'TANH', params: { 'tanh.scale_a': 1, 'tanh.scale_b': 1 } }),
  Tile: ({ attrs }) => {
    const repeats = numbers(attrs['repeats'])
    return { op: 'TILE', params: { 'tile.multiples': reversed(repeats, 'int32_t'), 'tile.multiples_num': repeats.length } }
  },
  Transpose: ({ attrs }) => {
    const perm = numbers(attrs['perm'])
    const inside = perm.map((axis) => perm.length - 1 - axis).toReversed()
    return { op: 'PERMUTE', params: { 'permute.perm': { list: inside, type: 'vsi_size_t' }, 'permute.dim_num': perm.length } }
  },
  Unsqueeze: reshape,
  Upsample: resize,
}

/** A ReLU, with a limit or without. */
export const reluNode = (limit: number): Made =>
  limit > 0 ? { op: 'RELUN', params: { 'relun.clamp_top': limit, 'relun.clamp_bottom': 0 } } : { op: 'RELU', params: {} }

/** What of a node the sources cannot say, although its operator has a form. */
function refusedPart(
  { op, inputs }: Node,
  attrs: Attrs,
  { rank, weights }: { readonly rank: number; readonly weights: readonly number[] },
): string | undefined {
  const group = Number(attrs['group'] ?? 1)
  if (op === 'ConvTranspose' && group > 1 && (group !== weights[0] || weights[1] !== 1))
    return `ConvTranspose in ${group} groups of more than a channel`
  if (op === 'Sigmoid' && attrs['log'] === true) return 'a logarithm of Sigmoid'
  if (op === 'Pad' && attrs['mode'] !== 'constant') return `Pad in the mode ${String(attrs['mode'])}`
  if (op === 'Pad' && !Number.isInteger(attrs['value'])) return `Pad with ${String(attrs['value'])}, which is no whole number`
  if (op === 'Gelu' && attrs['approximate'] === 'sigmoid') return 'Gelu by a sigmoid'
  if (op === 'LayerNormalization' && ![-1, rank - 1].includes(Number(attrs['axis']))) return 'LayerNormalization over several axes'
  if (op === 'LayerNormalization' && (inputs[1] === undefined || inputs[2] === undefined))
    return 'LayerNormalization without a scale or a bias'
  return undefined
}

/** A node of the library, without its tensors. @throws QError `ACUITY_EXPORT` for one that the sources cannot say */
export function nodeForm(graph: Graph, node: Node): Made {
  const attrs = attributesOf(node, graph.ops.get(node.op)!)
  const typeOf = (name: string | undefined) => graph.values.get(name!)!
  const form = forms[node.op]
  const refused =
    form === undefined
      ? node.op
      : refusedPart(node, attrs, {
          rank: typeOf(node.outputs[0]).type.shape.length,
          weights: graph.values.get(node.inputs[1] ?? '')?.type.shape ?? [],
        })
  if (form === undefined || refused !== undefined)
    throw new QError('ACUITY_EXPORT', `${node.outputs[0]!} cannot be said in sources for the library`, {
      at: [graph.name, node.outputs[0]!],
      found: refused ?? node.op,
      wanted: Object.keys(forms).join(', '),
      hint: 'cut the network in front of it: import onnx with --outputs',
    })
  return form({
    attrs,
    shapeOf: (place) => typeOf(node.inputs[place]).type.shape,
    result: typeOf(node.outputs[0]).type.shape,
    isConstant: (place) => typeOf(node.inputs[place]).constant !== undefined,
  })
}
