/**
 * Rewritings of ONNX Runtime that make another graph of some that only look alike, by graphs that were run with and without them (e2e/faithful-graphs.test.ts), and their siblings. Nothing needs
 * them here: what they look for is written as one operator by a translation. Names that a version of the runtime does not know are nothing to it.
 */
const unfaithful = [
  // Any exponent is a square to the first two, and a constant 1e-5 beside the right one is the right one to those with an error function.
  ...['LayerNormFusionL1', 'LayerNormFusionL2', 'GeluFusionL1', 'GeluFusionL2'],
  ...['SimplifiedLayerNormFusion', 'SkipLayerNormFusion', 'EmbedLayerNormFusion', 'AttentionFusion', 'GroupQueryAttentionFusion'],
  ...['BiasGeluFusion', 'FastGeluFusion', 'BiasSoftmaxFusion'],
  // Zeros around a MaxPool are taken for its own padding, which is the lowest number.
  'Pad_Fusion',
  // A matrix before a vector is taken as it stood before it was transposed.
  'MatmulTransposeFusion',
  // Of two scales behind each other one is left, and codes are those of neither.
  'DoubleQDQPairsRemover',
  // Constants are multiplied and added among themselves: what is finite becomes infinite, what is left of a difference is lost.
  ...['ConvAddFusion', 'ConvMulFusion', 'ConvBNFusion', 'MatMul_BatchNormalization_Fusion', 'MatMulScaleFusion', 'DivMulFusion'],
  // They go by the look of numbers and shapes too.
  ...['NoopElimination', 'ReshapeFusion'],
]

/**
 * Session options under which ONNX Runtime computes what a model says, adding in an order of its own: it chooses layouts, folds constants and applies activations behind sums, and takes nothing
 * for another operator by its look. QuantizeLinear and DequantizeLinear are computed as they stand; fusing them with their neighbours would choose other kernels.
 */
export const faithfulGraphs = {
  graphOptimizationLevel: 'all',
  extra: { session: { disable_quant_qdq: '1' }, optimization: { disable_specified_optimizers: unfaithful.join(';') } },
} as const
