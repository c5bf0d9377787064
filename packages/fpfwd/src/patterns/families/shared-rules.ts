import type { KeepRule, SmallGraph } from '../family.ts'

/** The sum in front of a normalization. */
export const sumsBeforeNorms: KeepRule = { where: { sum: 'Add', norm: 'LayerNormalization(sum)' }, keep: ['sum'] }

/** SiLU and GELU. */
export const activations: KeepRule = { where: { act: 'Silu|Gelu' }, keep: ['act'] }

/** SiLU alone, where GELU is quantized. */
export const silus: KeepRule = { where: { act: 'Silu' }, keep: ['act'] }

/** Every sum of two layers. */
export const sums: KeepRule = { where: { sum: 'Add' }, keep: ['sum'] }

/**
 * Convolutions, but those of a Softmax: by these detectors take the mean of a distribution of distances. What the convolution computes with
 * may be moved.
 */
const convolutions: SmallGraph = {
  source: '!Softmax|Reshape|Transpose|Slice|Split|Squeeze|Unsqueeze|Gather',
  convolution: 'Conv|ConvTranspose(source~)',
}

const tailOf = (features: string, scores: string): KeepRule => ({
  where: { features, scores: `${scores}(features)`, joined: 'Concat|Reshape(scores)' },
  after: ['scores'],
  oneUser: ['scores'],
  notLeadingTo: { joined: ['Silu', 'LeakyRelu', 'MaxPool', 'AveragePool', convolutions] },
})

/**
 * The tails of detectors behind their last convolutions, from which no further features are reached, by a convolution or pooling: attention, channels that
 * are shuffled and dense blocks begin as a tail does.
 *
 * TPU-MLIR 1.30.2 finds only the last convolutions behind SiLU and LeakyRelu, and asks only that no Conv follows at once; those behind a
 * fused Relu have the same tails. What ends in a Relu itself is no last convolution.
 */
export const detectorTails: readonly KeepRule[] = [
  tailOf('Silu|LeakyRelu', 'Conv'),
  { ...tailOf('Conv+relu', 'Conv-relu'), beyondVendor: true },
]

/**
 * Scores of attention, scaled at one of the places where exports have it: the scores themselves, the queries, or, as PyTorch exports its
 * attention, queries and keys.
 */
export const scaledScores: readonly SmallGraph[] = [
  { product: 'MatMul(query~, key~)', scores: 'MulConst(product)' },
  { queries: 'MulConst(query~)', scores: 'MatMul(queries~, key~)' },
  { queries: 'MulConst(query~)', keys: 'MulConst(key~)', scores: 'MatMul(queries~, keys~)' },
]
