import { bool, defineOp, float, int, ints, like, one, type OpSet, opSet, own, text } from '@q/ir'
import type { AttrSpec } from '@q/ir'

/** Attributes that standard ONNX operators are written with at opset 21; operators without any are listed by name. */
const attributes: Readonly<Record<string, Readonly<Record<string, AttrSpec>>>> = {
  ArgMax: { axis: int(), keepdims: bool(), select_last_index: bool() }, ArgMin: { axis: int(), keepdims: bool(), select_last_index: bool() },
  AveragePool: { kernel_shape: ints(), strides: ints(), pads: ints(), count_include_pad: bool() },
  Cast: { to: int() }, Concat: { axis: int() },
  Conv: { strides: ints(), pads: ints(), dilations: ints(), group: int() },
  ConvTranspose: { strides: ints(), pads: ints(), dilations: ints(), output_padding: ints(), group: int() },
  DepthToSpace: { blocksize: int(), mode: text(['DCR', 'CRD']) }, SpaceToDepth: { blocksize: int() },
  Elu: { alpha: float() }, LeakyRelu: { alpha: float() }, HardSigmoid: { alpha: float(), beta: float() }, Gelu: { approximate: text(['none', 'tanh']) },
  Gather: { axis: int() }, GatherElements: { axis: int() }, GatherND: { batch_dims: int() }, ScatterElements: { axis: int() },
  InstanceNormalization: { epsilon: float() }, LayerNormalization: { axis: int(), epsilon: float() },
  LRN: { size: int(), alpha: float(), beta: float(), bias: float() }, LogSoftmax: { axis: int() }, Softmax: { axis: int() },
  MaxPool: { kernel_shape: ints(), strides: ints(), pads: ints() }, Pad: { mode: text(['constant', 'reflect', 'edge']) },
  Resize: { mode: text(['nearest', 'linear']), coordinate_transformation_mode: text(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']), nearest_mode: text(['floor', 'round_prefer_floor']) },
  TopK: { axis: int(), largest: bool(), sorted: bool() }, Transpose: { perm: ints() },
  ...Object.fromEntries(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map((op) => [op, { keepdims: bool() }])),
}

const plain = [
  'Abs', 'Acos', 'Add', 'And', 'Atanh', 'Ceil', 'Clip', 'Cos', 'Cosh', 'CumSum', 'Div', 'Equal', 'Erf', 'Exp', 'Floor', 'Greater', 'GreaterOrEqual', 'HardSwish',
  'Identity', 'Less', 'LessOrEqual', 'Log', 'MatMul', 'Max', 'Min', 'Mish', 'Mul', 'Not', 'Or', 'PRelu', 'Pow', 'Reciprocal', 'Relu', 'Reshape', 'Round', 'ScatterND',
  'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Slice', 'Softplus', 'Softsign', 'Sqrt', 'Sub', 'Tan', 'Tanh', 'Tile', 'Unsqueeze', 'Where', 'Xor',
]

/** The standard operators that canonical graphs are written with. */
export const standardOps: OpSet = opSet([...Object.entries(attributes), ...plain.map((name) => [name, {}] as const)].map(([name, attrs]) =>
  defineOp({ name, inputs: { x: one(own()) }, outputs: { y: own() }, attrs, infer: ({ x }) => ({ y: like(x) }) })))
