import type { Family, SmallGraph } from '../family.ts'
import { activations, silus, sumsBeforeNorms } from './shared-rules.ts'

const behindContext: SmallGraph = {
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed~)',
  norm2: 'LayerNormalization(sum)',
  up: 'MatMul(norm2)',
  act: 'Gelu(up)',
  down: 'MatMul(act)',
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
