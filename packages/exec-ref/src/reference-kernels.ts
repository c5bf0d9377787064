import { rounded } from './compute/round-result.ts'
import type { Kernel } from './kernel.ts'
import { attention, qAttention } from './ops/attention.ts'
import * as binary from './ops/binary.ts'
import { cast, dequantizeLinear, quantizeLinear } from './ops/cast.ts'
import { conv, convTranspose, qConv, qConvTranspose } from './ops/conv.ts'
import { gather, gatherElements, gatherND, scatterElements, scatterND } from './ops/gather.ts'
import { gridSample } from './ops/grid-sample.ts'
import { matMul, qMatMul } from './ops/mat-mul.ts'
import { movementKernels } from './ops/movement.ts'
import { normalizationKernels } from './ops/normalization.ts'
import { averagePool, maxPool, qAveragePool } from './ops/pool.ts'
import * as arithmetic from './ops/quantized-arithmetic.ts'
import { qConcat, qReduce } from './ops/quantized-collection.ts'
import { qPixelNormalization } from './ops/quantized-normalization.ts'
import * as reduce from './ops/reduce.ts'
import { lut, lutAxis, qCompareConstant, requantize, requantizeAxis } from './ops/requantize.ts'
import { resize } from './ops/resize.ts'
import { rope } from './ops/rope.ts'
import { qSoftmax, softmax } from './ops/softmax.ts'
import { lutLayerNormalization, lutLrn, lutSoftmax, mantissaLut, slopeLut } from './ops/table-functions.ts'
import { abs, affine, pRelu, relu, unaryKernels } from './ops/unary.ts'

/** Operators whose float results are rounded to the element type of the result. */
const computing: Readonly<Record<string, Kernel>> = {
  ...normalizationKernels,
  Conv: conv,
  ConvTranspose: convTranspose,
  MatMul: matMul,
  Attention: attention,
  Relu: relu,
  Abs: abs,
  PRelu: pRelu,
  Affine: affine,
  MaxPool: maxPool,
  AveragePool: averagePool,
  Softmax: softmax,
  Resize: resize,
  GridSample: gridSample,
  Rope: rope,
  CumSum: reduce.cumSum,
  ReduceMax: reduce.reduceMax,
  ReduceMin: reduce.reduceMin,
  ReduceMean: reduce.reduceMean,
  ReduceSum: reduce.reduceSum,
  ReduceProd: reduce.reduceProd,
  ReduceL1: reduce.reduceL1,
  ReduceL2: reduce.reduceL2,
  LutReduceL2: reduce.reduceL2,
}

/** Operators that copy, choose or compare, and those that round by themselves. */
const copying: Readonly<Record<string, Kernel>> = {
  ...movementKernels,
  Where: binary.where,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterND: scatterND,
  ScatterElements: scatterElements,
  Equal: binary.equal,
  NotEqual: binary.notEqual,
  Greater: binary.greater,
  GreaterOrEqual: binary.greaterOrEqual,
  Less: binary.less,
  LessOrEqual: binary.lessOrEqual,
  And: binary.and,
  Or: binary.or,
  Xor: binary.xor,
  ArgMax: reduce.argMax,
  ArgMin: reduce.argMin,
  TopK: reduce.topK,
  Cast: cast,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  QConv: qConv,
  QConvTranspose: qConvTranspose,
  QMatMul: qMatMul,
  QAveragePool: qAveragePool,
  QSoftmax: qSoftmax,
  QPixelNormalization: qPixelNormalization,
  QAttention: qAttention,
  QConcat: qConcat,
  QReduce: qReduce,
  QAdd: arithmetic.qAdd,
  QSub: arithmetic.qSub,
  QMax: arithmetic.qMax,
  QMin: arithmetic.qMin,
  QMul: arithmetic.qMul,
  QLeakyRelu: arithmetic.qLeakyRelu,
  QPRelu: arithmetic.qPRelu,
  QAffine: arithmetic.qAffine,
  QAddConstant: arithmetic.qAddConstant,
  QLimitConstant: arithmetic.qLimitConstant,
  QCompareConstant: qCompareConstant,
  Requantize: requantize,
  RequantizeAxis: requantizeAxis,
  Lut: lut,
  LutAxis: lutAxis,
  SlopeLut: slopeLut,
  MantissaLut: mantissaLut,
  LutLayerNormalization: lutLayerNormalization,
  LutLRN: lutLrn,
  LutSoftmax: lutSoftmax,
}

/** The kernel of every operator of `@q/ir`, by operator name. */
export const referenceKernels: ReadonlyMap<string, Kernel> = new Map([
  ...[...unaryKernels, ...binary.binaryKernels].map(([name, kernel]): [string, Kernel] => [name, rounded(kernel)]),
  ...Object.entries(computing).map(([name, kernel]): [string, Kernel] => [name, rounded(kernel)]),
  ...Object.entries(copying),
])
