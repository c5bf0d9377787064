import { floatOps } from '@q/ir'
import { signatures } from '../signature/signatures.ts'
import { cast, clip, einsum, elementwise, gemm, matMul, pRelu, remainder, truth, where } from './arithmetic.ts'
import {
  alongAxis,
  byTuples,
  concat,
  depthToSpace,
  expand,
  flatten,
  gather,
  pad,
  reshape,
  slice,
  split,
  squeeze,
  tile,
  transpose,
  unsqueeze,
} from './arrangement.ts'
import { conv, convTranspose } from './conv.ts'
import { kept, type Normalize } from './form.ts'
import {
  batchNormalization,
  byEpsilon,
  dropout,
  groupNormalization,
  layerNormalization,
  lrn,
  nothing,
  rmsNormalization,
} from './normalization.ts'
import { averagePool, maxPool } from './pool.ts'
import { arg, cumSum, reduction, softmax, topK } from './reduction.ts'
import { gridSample, resize } from './resize.ts'

const each = (rule: Normalize, ...ops: readonly string[]): Readonly<Record<string, Normalize>> =>
  Object.fromEntries(ops.map((op) => [op, rule]))

/** Operators of canonical graphs that are others than ONNX's of their names. */
const otherInFiles: ReadonlySet<string> = new Set(['Attention'])

/** Operators that files and canonical graphs have under the same name, with the attributes that both have. */
const sameInBoth: Readonly<Record<string, Normalize>> = Object.fromEntries(
  [...floatOps.values()].flatMap(({ name, attrs }) => {
    const signature = signatures.get(name)
    return signature === undefined || otherInFiles.has(name)
      ? []
      : [[name, kept(...Object.keys(attrs).filter((attr) => signature.attrs.has(attr)))]]
  }),
)

/** Every ONNX operator that can stand in a network, with the rule that brings it into its one form. */
export const forms: Readonly<Record<string, Normalize>> = {
  ...sameInBoth,
  ...each(elementwise, 'Add', 'Sub', 'Mul', 'Max', 'Min', 'Sum', 'Mean', 'Pow', 'Div'),
  ...each(truth, 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not'),
  ...each(
    reduction,
    'ReduceMax',
    'ReduceMin',
    'ReduceMean',
    'ReduceSum',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
  ),
  ...each(kept(), 'Neg', 'Reciprocal', 'GlobalAveragePool', 'GlobalMaxPool'),
  ...each(nothing, 'Identity'),
  ...each(resize, 'Resize', 'Upsample'),
  ...each(arg, 'ArgMax', 'ArgMin'),
  ...each(softmax, 'Softmax', 'LogSoftmax'),
  ...each(alongAxis, 'GatherElements', 'Scatter', 'ScatterElements'),
  ...each(byTuples, 'GatherND', 'ScatterND'),
  ...each(depthToSpace, 'DepthToSpace', 'SpaceToDepth'),
  ...each(byEpsilon, 'InstanceNormalization'),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  CumSum: cumSum,
  Dropout: dropout,
  Einsum: einsum,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GridSample: gridSample,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
  MatMul: matMul,
  MaxPool: maxPool,
  Mod: remainder,
  Pad: pad,
  PRelu: pRelu,
  Reshape: reshape,
  RMSNormalization: rmsNormalization,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  TopK: topK,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
}
