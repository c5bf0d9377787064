import type { AttrSpec, OpDefinition, OpSet } from '@q/ir'
import { float, int, ints, many, none, opSet, own, text } from '@q/ir'

/** Number of the ONNX operator set the translated models use. */
export const onnxOpset = 21

/** Version of the contributed operators. */
export const onnxDomains = { 'com.microsoft': 1 } as const

const standard = (name: string, attrs: Readonly<Record<string, AttrSpec>> = {}): OpDefinition => ({
  name,
  inputs: { xs: many(own()) },
  outputs: { y: none() },
  attrs,
  infer: () => {
    throw new Error(`${name} is only written, its types are given`)
  },
})

const window = { strides: ints([]), pads: ints([]), dilations: ints([]) } as const
const convolution = { ...window, group: int(1), kernel_shape: ints([]) } as const

/** The standard operators that translations use; operands are ONNX's, in order. */
export const onnxOps: OpSet = opSet([
  ...[
    'Abs',
    'Acos',
    'Add',
    'And',
    'Atanh',
    'Ceil',
    'Clip',
    'Cos',
    'Cosh',
    'Div',
    'Equal',
    'Erf',
    'Exp',
    'Expand',
    'Floor',
    'Greater',
    'GreaterOrEqual',
    'Identity',
    'Less',
    'LessOrEqual',
    'Log',
    'MatMul',
    'MatMulInteger',
    'Max',
    'Min',
    'Mish',
    'Mul',
    'Neg',
    'Not',
    'Or',
    'DequantizeLinear',
    'PRelu',
    'Pow',
    'QuantizeLinear',
    'Reciprocal',
    'Relu',
    'Reshape',
    'Round',
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
    'Slice',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Sub',
    'Tan',
    'Tanh',
    'Tile',
    'Where',
    'Xor',
    'HardSwish',
  ].map((name) => standard(name)),
  standard('AveragePool', { ...window, kernel_shape: ints(), count_include_pad: int(0) }),
  standard('BatchNormalization', { epsilon: float() }),
  standard('Cast', { to: int() }),
  standard('Concat', { axis: int() }),
  standard('Conv', convolution),
  standard('ConvInteger', convolution),
  standard('QLinearConv', convolution),
  standard('ConvTranspose', { ...convolution, output_padding: ints([]) }),
  standard('CumSum', {}),
  standard('DepthToSpace', { blocksize: int(), mode: text(['DCR', 'CRD']) }),
  standard('Elu', { alpha: float() }),
  standard('Gather', { axis: int() }),
  standard('GatherElements', { axis: int() }),
  standard('GatherND', { batch_dims: int(0) }),
  standard('Gelu', { approximate: text(['none', 'tanh']) }),
  standard('HardSigmoid', { alpha: float(), beta: float() }),
  standard('InstanceNormalization', { epsilon: float() }),
  standard('LayerNormalization', { axis: int(), epsilon: float() }),
  standard('LRN', { size: int(), alpha: float(), beta: float(), bias: float() }),
  standard('LeakyRelu', { alpha: float() }),
  standard('LogSoftmax', { axis: int() }),
  standard('MaxPool', { ...window, kernel_shape: ints() }),
  standard('Pad', { mode: text(['constant', 'reflect', 'edge', 'wrap']) }),
  ...['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map((name) =>
    standard(name, { keepdims: int(1) }),
  ),
  ...['ArgMax', 'ArgMin'].map((name) => standard(name, { axis: int(), keepdims: int(1), select_last_index: int(0) })),
  standard('Resize', {
    mode: text(['nearest', 'linear']),
    coordinate_transformation_mode: text(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']),
    nearest_mode: text(['floor', 'round_prefer_floor', 'round_prefer_ceil', 'ceil'], 'floor'),
  }),
  standard('ScatterElements', { axis: int() }),
  standard('ScatterND', {}),
  standard('Softmax', { axis: int() }),
  standard('SpaceToDepth', { blocksize: int() }),
  standard('TopK', { axis: int(), largest: int(1), sorted: int(1) }),
  standard('Transpose', { perm: ints() }),
  standard('com.microsoft.QLinearAdd'),
])

/** Element type numbers of ONNX's `Cast`. */
export const onnxTypeNumber = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
  bf16: 16,
} as const
