import { type Attrs, attributesOf, type Graph, type Node, QError } from '@q/ir'

/** How a layer stands in a model file: its operator and its parameters. */
export interface LayerForm {
  readonly op: string
  readonly parameters?: Readonly<Record<string, unknown>>
}

/** What a form is made of. */
export interface FormInput {
  readonly node: Node
  /** With defaults. */
  readonly attrs: Attrs
  /** Of the operand at a place. */
  readonly shapeOf: (place: number) => readonly number[]
  /** Of the result. */
  readonly result: readonly number[]
  readonly isConstant: (place: number) => boolean
}

type Form = (input: FormInput) => LayerForm

const plain =
  (op: string, parameters?: Readonly<Record<string, unknown>>): Form =>
  () => ({ op, ...(parameters === undefined ? {} : { parameters }) })

const list = (value: unknown): readonly number[] => value as readonly number[]
const reshaped: Form = ({ result }) => ({ op: 'reshape', parameters: { shape: result } })

/** Top, bottom, left, right, of pads in the order of ONNX. */
const windowPads = (pads: readonly number[]): readonly number[] => [pads[0]!, pads[2]!, pads[1]!, pads[3]!]

/** Windows lie over two axes here: a model file has no other. */
function window(attrs: Attrs, kernel: readonly number[]): Readonly<Record<string, unknown>> {
  const [strides, pads] = [list(attrs['strides']), windowPads(list(attrs['pads']))]
  return {
    ksize_h: kernel[0],
    ksize_w: kernel[1],
    stride_h: strides[0],
    stride_w: strides[1],
    pad_h: pads[0],
    pad_w: pads[2],
    pad: pads,
    padding: pads.some((pad) => pad > 0) ? 'SAME' : 'VALID',
  }
}

const convolution: Form = ({ node, attrs, shapeOf }) => {
  const [weights, , ...kernel] = shapeOf(1) as [number, number, ...number[]]
  const dilations = list(attrs['dilations'])
  return {
    op: 'convolution',
    parameters: {
      weights,
      bias: node.inputs[2] !== undefined,
      group_number: attrs['group'],
      regularize: false,
      ...window(attrs, kernel),
      dilation: dilations.length === 0 ? 1 : [1, 1, ...dilations],
      pad_method: 'auto',
    },
  }
}

const deconvolution: Form = ({ node, attrs, shapeOf, result }) => {
  const [, , ...kernel] = shapeOf(1) as [number, number, ...number[]]
  const more = list(attrs['output_padding'])
  return {
    op: 'deconvolution',
    parameters: {
      weights: result[1],
      bias: node.inputs[2] !== undefined,
      group_number: attrs['group'],
      regularize: false,
      ...window(attrs, kernel),
      pad_method: 'auto',
      output_shape: result,
      output_padding_h: more[0] ?? 0,
      output_padding_w: more[1] ?? 0,
    },
  }
}

const pooling =
  (type: 'MAX' | 'AVG'): Form =>
  ({ attrs }) => ({
    op: 'pooling',
    parameters: {
      type,
      ...window(attrs, list(attrs['kernel_shape'])),
      round_type: 'floor',
      ...(type === 'AVG' ? { count_include_pad: attrs['count_include_pad'] } : {}),
      global_pooling: false,
    },
  })

const product: Form = ({ node, attrs, shapeOf, isConstant, result }) =>
  isConstant(1)
    ? {
        op: 'fullconnect',
        parameters: { weights: result.at(-1), bias: node.inputs[2] !== undefined, axis: shapeOf(0).length - 1, regularize: false },
      }
    : { op: 'matmul', parameters: { transpose_a: attrs['transA'], transpose_b: attrs['transB'] } }

const resize =
  (type: 'nearest' | 'bilinear'): Form =>
  ({ result, attrs }) => {
    const how = String(attrs['coordinate_transformation_mode'] ?? 'asymmetric')
    return {
      op: 'image_resize',
      parameters: {
        type,
        new_size: result.slice(-2),
        align_corners: how === 'align_corners',
        half_pixel: how === 'half_pixel' || how === 'pytorch_half_pixel',
      },
    }
  }

const reduction =
  (op: string): Form =>
  ({ attrs }) => ({ op, parameters: { axis_list: attrs['axes'], keep_dims: attrs['keepdims'] } })

/** How each operator stands in a model file (spec/acuity.md 3.1). */
const forms: Readonly<Record<string, Form>> = {
  Abs: plain('abs'),
  Add: plain('add', { axis: 1, bias: false }),
  AveragePool: pooling('AVG'),
  Clip: ({ attrs }) => ({ op: 'clipbyvalue', parameters: { clip_value_min: attrs['min'], clip_value_max: attrs['max'] } }),
  Concat: ({ attrs }) => ({ op: 'concat', parameters: { dim: attrs['axis'] } }),
  Conv: convolution,
  ConvTranspose: deconvolution,
  DepthToSpace: ({ attrs }) =>
    attrs['inverse'] === true
      ? { op: 'space2depth', parameters: { block_size: [attrs['block_h'], attrs['block_w']] } }
      : { op: 'depth2space', parameters: { block_size: attrs['block_h'], mode: attrs['mode'] } },
  Div: plain('real_div'),
  Elu: ({ attrs }) => ({ op: 'elu', parameters: { alpha: attrs['alpha'] } }),
  Exp: plain('exp'),
  Floor: plain('floor'),
  Gather: ({ attrs }) => ({ op: 'gather', parameters: { axis: attrs['axis'], batch_dims: 0 } }),
  Gelu: ({ attrs }) => ({ op: 'gelu', parameters: { approximate: attrs['approximate'] !== 'none' } }),
  HardSigmoid: ({ attrs }) => ({ op: 'hard_sigmoid', parameters: { alpha: attrs['alpha'], beta: attrs['beta'] } }),
  HardSwish: plain('hard_swish'),
  LayerNormalization: ({ attrs, shapeOf }) => {
    const rank = shapeOf(0).length
    const first = Number(attrs['axis']) < 0 ? Number(attrs['axis']) + rank : Number(attrs['axis'])
    return {
      op: 'layernormalize',
      parameters: { eps: attrs['epsilon'], axis_list: Array.from({ length: rank - first }, (_, i) => first + i) },
    }
  },
  LeakyRelu: ({ attrs }) => ({ op: 'leakyrelu', parameters: { leaky_ratio: attrs['alpha'] } }),
  Log: plain('log'),
  MatMul: product,
  Max: plain('maximum'),
  MaxPool: pooling('MAX'),
  Min: plain('minimum'),
  Mish: plain('mish'),
  Mul: plain('multiply', { axis: 1, bias: false }),
  Pad: ({ attrs }) => ({
    op: 'pad',
    parameters: { padding_value: attrs['pads'], padding_mode: String(attrs['mode']).toUpperCase(), padding_const: attrs['value'] },
  }),
  Pow: plain('pow'),
  PRelu: plain('prelu'),
  ReduceMax: reduction('reducemax'),
  ReduceMean: reduction('reducemean'),
  ReduceMin: reduction('reducemin'),
  ReduceSum: reduction('reducesum'),
  Relu: ({ attrs }) => reluForm(Number(attrs['reluLimit'])),
  Reshape: reshaped,
  Resize: (input) => resize(input.attrs['mode'] === 'nearest' ? 'nearest' : 'bilinear')(input),
  Rsqrt: plain('rsqrt'),
  Sigmoid: plain('sigmoid'),
  Silu: plain('swish', { beta: 1 }),
  Sin: plain('sin'),
  Slice: ({ attrs }) => ({
    op: 'stridedslice',
    parameters: {
      slice_begin: attrs['starts'],
      slice_end: attrs['ends'],
      slice_strides: attrs['steps'],
      slice_begin_mask: 0,
      slice_end_mask: 0,
      slice_ellipsis_mask: 0,
      slice_new_axis_mask: 0,
      slice_shrink_axis_mask: 0,
    },
  }),
  Softmax: ({ attrs }) => ({ op: attrs['log'] === true ? 'log_softmax' : 'softmax', parameters: { sf_axis: attrs['axis'], beta: 1 } }),
  Softplus: plain('softrelu'),
  Sqrt: plain('sqrt'),
  Squeeze: reshaped,
  Sub: plain('subtract', { axis: 1, bias: false }),
  Swish: ({ attrs }) => ({ op: 'swish', parameters: { beta: attrs['alpha'] } }),
  Tanh: plain('tanh', { hyperbolic_tan_scale_a: 1, hyperbolic_tan_scale_b: 1 }),
  Tile: ({ attrs }) => ({ op: 'tile', parameters: { multiples: attrs['repeats'] } }),
  Transpose: ({ attrs }) => ({ op: 'permute', parameters: { perm: attrs['perm'] } }),
  Unsqueeze: reshaped,
  Upsample: resize('nearest'),
}

/** A ReLU, with a limit or without. */
export const reluForm = (limit: number): LayerForm =>
  limit > 0 ? { op: 'relun', parameters: { relu_clamp_top: limit, relu_clamp_bottom: 0 } } : { op: 'relu' }

/** Operators whose weights and bias belong to the layer; those of others are layers of their own. */
export const weighted: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'LayerNormalization', 'MatMul', 'PRelu'])

/** How a node stands in a model file. @throws QError `ACUITY_OPERATOR` for an operator that model files are not known to have */
export function layerForm(graph: Graph, node: Node): LayerForm {
  const attrs = attributesOf(node, graph.ops.get(node.op)!)
  const typeOf = (name: string | undefined) => graph.values.get(name!)!
  const refusal = refusedPart(graph, node, attrs)
  const form = forms[node.op]
  if (form === undefined || refusal !== undefined) {
    throw new QError('ACUITY_OPERATOR', `${node.outputs[0]!} cannot be said in a model file of Acuity`, {
      at: [graph.name, node.outputs[0]!],
      found: refusal ?? node.op,
      wanted: Object.keys(forms).join(', '),
      hint: 'cut the network in front of it with --outputs, or export the model without this operator',
    })
  }
  return form({
    node,
    attrs,
    shapeOf: (place) => typeOf(node.inputs[place]).type.shape,
    result: typeOf(node.outputs[0]).type.shape,
    isConstant: (place) => typeOf(node.inputs[place]).constant !== undefined,
  })
}

/** What of a node has no form, although its operator has one. */
function refusedPart(graph: Graph, { op, inputs }: Node, attrs: Attrs): string | undefined {
  const rankOf = (place: number): number => graph.values.get(inputs[place]!)!.type.shape.length
  const isConstant = (place: number): boolean => graph.values.get(inputs[place]!)!.constant !== undefined
  const isConvolution = op === 'Conv' || op === 'ConvTranspose'
  if (isConvolution && rankOf(1) !== 4) return `${op} over ${rankOf(1) - 2} axes`
  if ((isConvolution || op === 'PRelu') && !isConstant(1)) return `${op} with computed weights`
  if (op === 'ConvTranspose' && list(attrs['dilations']).some((each) => each !== 1)) return 'ConvTranspose with dilations'
  if (op === 'Gather' && !isConstant(1)) return 'Gather with computed indices'
  if (op === 'Gather' && (attrs['keepdims'] !== true || rankOf(1) === 0)) return 'Gather of a single index, whose axis goes'
  if ((op === 'MaxPool' || op === 'AveragePool') && list(attrs['kernel_shape']).length !== 2)
    return `${op} over ${list(attrs['kernel_shape']).length} axes`
  if (op === 'MatMul' && (attrs['transY'] === true || attrs['headsAsBatch'] === true || list(attrs['heads']).length > 0))
    return 'MatMul with turned heads'
  if (op === 'MatMul' && isConstant(1) && (rankOf(1) !== 2 || attrs['transA'] === true))
    return `MatMul with weights of ${rankOf(1)} axes or a turned left operand`
  if (op === 'Gelu' && attrs['approximate'] === 'sigmoid') return 'Gelu by a sigmoid'
  if (op === 'Sigmoid' && attrs['log'] === true) return 'a logarithm of Sigmoid'
  if (op === 'DepthToSpace' && attrs['block_h'] !== attrs['block_w']) return 'DepthToSpace with blocks that are not square'
  if (op === 'DepthToSpace' && (attrs['channelsLast'] === true || attrs['swapColumnRow'] === true))
    return 'DepthToSpace with channels last or columns before rows'
  if (op === 'DepthToSpace' && attrs['inverse'] === true && attrs['mode'] !== 'DCR') return 'SpaceToDepth in the order CRD'
  return undefined
}
