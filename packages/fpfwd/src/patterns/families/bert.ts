import type { Family, SmallGraph } from '../family.ts'
import { activations, silus, sums, sumsBeforeNorms } from './shared-rules.ts'

/** Attention with a mask; queries, keys and values are products of their own, scores are scaled. */
const attentionOf = (features: string): SmallGraph => ({
  query: `MatMul(${features})`,
  key: `MatMul(${features})`,
  value: `MatMul(${features})`,
  scores: 'MatMul(query~, key~)',
  scaled: 'MulConst(scores)',
  masked: 'Add(scaled)',
  weights: 'Softmax(masked)',
  context: 'MatMul(weights, value~)',
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed)',
  norm2: 'LayerNormalization(sum)',
})

/** BERT and its kin. */
export const bert: Family = {
  name: 'bert',
  knownBy: [
    {
      block: { norm: 'LayerNormalization', ...attentionOf('norm'), up: 'MatMul(norm2)', act: 'Gelu(up)', down: 'MatMul(act)' },
    },
  ],
  keep: [sumsBeforeNorms, activations, { where: { act: 'Gelu', down: 'MatMul(act)' }, keep: ['down'] }],
}

/** BERT with a factor for each channel behind every normalization, as smoothing of activations leaves it. */
export const smoothedBert: Family = {
  name: 'smoothed-bert',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        factors: 'Mul(norm)',
        ...attentionOf('factors'),
        factors2: 'Mul(norm2)',
        up: 'MatMul(factors2)',
        act: 'Gelu(up)',
        down: 'MatMul(act)',
      },
    },
  ],
  keep: [
    silus,
    sums,
    {
      where: { norm: 'LayerNormalization', factors: 'Mul(norm)' },
      keep: ['factors'],
      onlyFrom: { factors: ['LayerNormalization'] },
    },
  ],
}
