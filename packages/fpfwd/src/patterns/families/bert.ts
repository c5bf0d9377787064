import type { Family, SmallGraph } from '../family.ts'
import { activations, scaledScores, silus, sums, sumsBeforeNorms } from './shared-rules.ts'

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

const feedForward: SmallGraph = { up: 'MatMul(norm2)', act: 'Gelu(up)', down: 'MatMul(act)' }

/** Attention as exports of today have it, with a mask that is added or chosen by, or without, whose sum takes what it began with: normalizations follow sums. */
const postNormed = scaledScores.flatMap((scores) =>
  ['masked', 'scores'].map(
    (last): SmallGraph => ({
      norm: 'LayerNormalization',
      query: 'MatMul(norm)',
      key: 'MatMul(norm)',
      value: 'MatMul(norm)',
      ...scores,
      ...(last === 'masked' ? { masked: 'Add|Where(scores)' } : {}),
      weights: `Softmax(${last})`,
      context: 'MatMul(weights, value~)',
      mixed: 'MatMul(context~)',
      sum: 'Add(mixed, norm)',
      norm2: 'LayerNormalization(sum)',
      ...feedForward,
    }),
  ),
)

/** BERT and its kin. */
export const bert: Family = {
  name: 'bert',
  knownBy: [{ block: { norm: 'LayerNormalization', ...attentionOf('norm'), ...feedForward } }, ...postNormed.map((block) => ({ block }))],
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
