import type { Family } from '../family.ts'
import { activations, sums, sumsBeforeNorms } from './shared-rules.ts'

/** CLIP encoders with normalizations in front of the last product of attention and of the layers behind it. */
export const clip: Family = {
  name: 'clip',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        query: 'MatMul(norm)',
        key: 'MatMul(norm)',
        value: 'MatMul(norm)',
        scores: 'MatMul(query~, key~)',
        scaled: 'MulConst(scores)',
        weights: 'Softmax(scaled)',
        context: 'MatMul(weights, value~)',
        innerNorm: 'LayerNormalization(context~)',
        mixed: 'MatMul(innerNorm)',
        sum: 'Add(mixed)',
        norm2: 'LayerNormalization(sum)',
        up: 'MatMul(norm2)',
        act: 'Gelu(up)',
        innerNorm2: 'LayerNormalization(act)',
        down: 'MatMul(innerNorm2)',
        out: 'Add(down)',
      },
    },
  ],
  keep: [sumsBeforeNorms, activations, sums],
}
