import type { KeepRule, SmallGraph } from '../family.ts'

/** The sum in front of a normalization. */
export const sumsBeforeNorms: KeepRule = { where: { sum: 'Add', norm: 'LayerNormalization(sum)' }, keep: ['sum'] }

/** SiLU and GELU. */
export const activations: KeepRule = { where: { act: 'Silu|Gelu' }, keep: ['act'] }

/** SiLU alone, where GELU is quantized. */
export const silus: KeepRule = { where: { act: 'Silu' }, keep: ['act'] }

/** Every sum of two layers. */
export const sums: KeepRule = { where: { sum: 'Add' }, keep: ['sum'] }

const tailOf = (head: string): KeepRule => ({
  where: { features: head, scores: 'Conv(features)', joined: 'Concat|Reshape(scores)' },
  after: ['scores'],
  oneUser: ['scores'],
  notUsedBy: { joined: ['Conv'] },
  notLeadingTo: { joined: ['Silu', 'LeakyRelu', 'Conv+relu'] },
})

/**
 * The tails of detectors behind their last convolutions, from which no further features are reached: attention in the body of YOLO v12 begins as a tail does.
 *
 * TPU-MLIR 1.30.2 finds only the last convolutions behind SiLU and LeakyRelu; those behind a fused Relu have the same tails.
 */
export const detectorTails: readonly KeepRule[] = [tailOf('Silu|LeakyRelu'), { ...tailOf('Conv+relu'), beyondVendor: true }]

/**
 * Scores of attention, scaled at one of the places where exports have it: the scores themselves, the queries, or, as PyTorch exports its
 * attention, queries and keys.
 */
export const scaledScores: readonly SmallGraph[] = [
  { product: 'MatMul(query~, key~)', scores: 'MulConst(product)' },
  { queries: 'MulConst(query~)', scores: 'MatMul(queries~, key~)' },
  { queries: 'MulConst(query~)', keys: 'MulConst(key~)', scores: 'MatMul(queries~, keys~)' },
]
