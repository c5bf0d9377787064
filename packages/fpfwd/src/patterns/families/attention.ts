import type { Family } from '../family.ts'

/** Plain attention, without a mask: no layer has to stay in float, the ranges of its layers are symmetric. */
export const attention: Family = {
  name: 'attention',
  knownBy: [
    {
      block: {
        query: 'MatMul',
        key: 'MatMul',
        value: 'MatMul',
        scores: 'MatMul(query~, key~)',
        scaled: 'MulConst(scores)',
        weights: 'Softmax(scaled)',
        context: 'MatMul(weights, value~)',
        mixed: 'MatMul(context~)',
      },
    },
  ],
  keep: [],
}
