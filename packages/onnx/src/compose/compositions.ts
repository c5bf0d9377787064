import * as activations from './activations.ts'
import { attention } from './attention.ts'
import type { Compose } from './body.ts'
import * as borders from './borders.ts'
import * as choices from './choices.ts'
import { einsum } from './einsum.ts'
import * as losses from './losses.ts'
import * as normalizations from './normalizations.ts'
import * as places from './places.ts'
import * as pools from './pools.ts'
import * as quantization from './quantization.ts'
import { resize } from './resize.ts'
import { rotaryEmbedding } from './rotary-embedding.ts'
import { wrapped } from './wrapped.ts'

/**
 * ONNX operators that are read as nodes of other operators, always or in some forms: those have no form of their own in a canonical graph, and
 * what they compute can be said exactly with what it has.
 */
export const compositions: Readonly<Record<string, Compose>> = {
  Abs: wrapped,
  Add: wrapped,
  AffineGrid: borders.affineGrid,
  Attention: attention,
  AveragePool: pools.averagePoolBySums,
  BatchNormalization: normalizations.computedBatchNormalization,
  BitShift: activations.bitShift,
  CastLike: activations.castLike,
  Celu: activations.celu,
  CenterCropPad: borders.centerCropPad,
  Col2Im: borders.col2Im,
  Compress: places.compress,
  ConvInteger: quantization.convInteger,
  CumSum: choices.cumSum,
  DequantizeLinear: quantization.dequantizeLinear,
  DynamicQuantizeLinear: quantization.dynamicQuantizeLinear,
  Einsum: einsum,
  GlobalLpPool: pools.globalLpPool,
  GroupNormalization: normalizations.computedGroupNormalization,
  Hardmax: choices.hardmax,
  IsInf: activations.isInf,
  IsNaN: activations.isNaN,
  LayerNormalization: normalizations.layerNormalization,
  LpNormalization: normalizations.lpNormalization,
  LpPool: pools.lpPool,
  MatMulInteger: quantization.matMulInteger,
  MaxPool: pools.dilatedMaxPool,
  MaxUnpool: pools.maxUnpool,
  MeanVarianceNormalization: normalizations.meanVarianceNormalization,
  Mul: wrapped,
  Neg: wrapped,
  NegativeLogLikelihoodLoss: losses.negativeLogLikelihoodLoss,
  OneHot: choices.oneHot,
  Pad: borders.wrappedPad,
  QLinearMatMul: quantization.qLinearMatMul,
  QuantizeLinear: quantization.quantizeLinear,
  Range: choices.range,
  Resize: resize,
  ReverseSequence: places.reverseSequence,
  RMSNormalization: normalizations.rmsNormalizationOfRows,
  RotaryEmbedding: rotaryEmbedding,
  Selu: activations.selu,
  Shrink: activations.shrink,
  SoftmaxCrossEntropyLoss: losses.softmaxCrossEntropyLoss,
  Sub: wrapped,
  ThresholdedRelu: activations.thresholdedRelu,
  Trilu: choices.trilu,
  Upsample: resize,
}
