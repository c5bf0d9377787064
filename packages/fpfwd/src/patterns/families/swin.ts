import type { Family } from '../family.ts'
import { activations, sums, sumsBeforeNorms } from './shared-rules.ts'

/** Swin: attention inside windows, whose scores get a bias by place. */
export const swin: Family = {
  name: 'swin',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        windows: 'Transpose(norm~)',
        all: 'MatMul(windows~)',
        queries: 'MulConst(all~)',
        scores: 'MatMul(queries~, all~)',
        biased: 'Add(scores)',
        weights: 'Softmax(biased)',
        context: 'MatMul(weights, all~)',
        mixed: 'MatMul(context~)',
        merged: 'Transpose(mixed~)',
        sum: 'Add(merged~)',
        norm2: 'LayerNormalization(sum~)',
        up: 'MatMul(norm2)',
        act: 'Gelu(up)',
        down: 'MatMul(act)',
      },
    },
  ],
  keep: [
    sumsBeforeNorms,
    activations,
    sums,
    {
      where: { turned: 'Transpose', flat: 'Reshape(turned)', norm: 'LayerNormalization(flat)' },
      keep: ['turned'],
    },
    { where: { blocks: 'DepthToSpace' }, keep: ['blocks'] },
  ],
}
