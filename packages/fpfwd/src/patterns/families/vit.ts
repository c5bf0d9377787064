import type { Family, SmallGraph } from '../family.ts'
import { activations, scaledScores, silus, sumsBeforeNorms } from './shared-rules.ts'

const behindContext: SmallGraph = {
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed~)',
  norm2: 'LayerNormalization(sum)',
  up: 'MatMul(norm2)',
  act: 'Gelu(up)',
  down: 'MatMul(act)',
}

/** Queries, keys and values of a product each; what the block began with is added: normalizations lead to products. */
const apart = scaledScores.map(
  (scores): SmallGraph => ({
    features: '*',
    norm: 'LayerNormalization(features)',
    query: 'MatMul(norm~)',
    key: 'MatMul(norm~)',
    value: 'MatMul(norm~)',
    ...scores,
    weights: 'Softmax(scores)',
    context: 'MatMul(weights, value~)',
    ...behindContext,
    sum: 'Add(mixed~, features)',
  }),
)

/** Queries and keys of one product, both scaled. */
const bothScaled: SmallGraph = {
  norm: 'LayerNormalization',
  all: 'MatMul(norm~)',
  queries: 'MulConst(all~)',
  keys: 'MulConst(all~)',
  scores: 'MatMul(queries~, keys~)',
  weights: 'Softmax(scores)',
  context: 'MatMul(weights, all~)',
  ...behindContext,
}

/** ViT: one product makes queries, keys and values; queries are scaled. Large ones keep all in front of the first block. */
export const vit: Family = {
  name: 'vit',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        all: 'MatMul(norm~)',
        queries: 'MulConst(all~)',
        scores: 'MatMul(queries~, all~)',
        weights: 'Softmax(scores)',
        context: 'MatMul(weights, all~)',
        ...behindContext,
      },
    },
    { block: bothScaled },
    ...apart.map((block) => ({ block })),
  ],
  keep: [sumsBeforeNorms, silus, { where: { norm: 'LayerNormalization' }, before: ['norm'], which: 'first', leastBlocks: 20 }],
}

/** DeiT: one product makes queries, keys and values; scores are scaled. */
export const deit: Family = {
  name: 'deit',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        all: 'MatMul(norm~)',
        scores: 'MatMul(all~, all~)',
        scaled: 'MulConst(scores)',
        weights: 'Softmax(scaled)',
        context: 'MatMul(weights, all~)',
        ...behindContext,
      },
    },
  ],
  keep: [sumsBeforeNorms, activations],
}
