import type { Family } from '../family.ts'
import { activations, sumsBeforeNorms } from './shared-rules.ts'

/** CSWin: attention inside stripes of two directions, and a convolution that adds places to the values. */
export const cswin: Family = {
  name: 'cswin',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        all: 'MatMul(norm)',
        queries: 'MulConst(all~)',
        scores: 'MatMul(queries~, all~)',
        weights: 'Softmax(scores)',
        context: 'MatMul(weights, all~)',
        places: 'Conv(all~)',
        placed: 'Add(context, places~)',
        both: 'Concat(placed~)',
        mixed: 'MatMul(both~)',
        sum: 'Add(mixed)',
        norm2: 'LayerNormalization(sum)',
        up: 'MatMul(norm2)',
        act: 'Gelu(up)',
        down: 'MatMul(act)',
      },
    },
  ],
  keep: [sumsBeforeNorms, activations],
}
