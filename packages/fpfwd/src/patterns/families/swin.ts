import type { Family, SmallGraph } from '../family.ts'
import { activations, scaledScores, sums, sumsBeforeNorms } from './shared-rules.ts'

const block = (windows: SmallGraph, scores: SmallGraph, values: string): SmallGraph => ({
  norm: 'LayerNormalization',
  ...windows,
  ...scores,
  biased: 'Add(scores)',
  weights: 'Softmax(biased)',
  context: `MatMul(weights, ${values}~)`,
  mixed: 'MatMul(context~)',
  merged: 'Transpose(mixed~)',
  sum: 'Add(merged~)',
  norm2: 'LayerNormalization(sum~)',
  up: 'MatMul(norm2)',
  act: 'Gelu(up)',
  down: 'MatMul(act)',
})

/** Features, or such as are made wide enough for whole windows. */
const entries: readonly SmallGraph[] = [{ windows: 'Transpose(norm~)' }, { padded: 'Pad(norm~)', windows: 'Transpose(padded~)' }]
/** Queries and keys of one product, with the values. */
const together: readonly SmallGraph[] = [
  { all: 'MatMul(windows~)', queries: 'MulConst(all~)', scores: 'MatMul(queries~, all~)' },
  { all: 'MatMul(windows~)', queries: 'MulConst(all~)', keys: 'MulConst(all~)', scores: 'MatMul(queries~, keys~)' },
]
/** Of a product each. */
const apart = scaledScores.map(
  (scores): SmallGraph => ({ query: 'MatMul(windows~)', key: 'MatMul(windows~)', value: 'MatMul(windows~)', ...scores }),
)

/** Swin: attention inside windows, whose scores get a bias by place. */
export const swin: Family = {
  name: 'swin',
  knownBy: entries.flatMap((windows) => [
    ...together.map((scores) => ({ block: block(windows, scores, 'all') })),
    ...apart.map((scores) => ({ block: block(windows, scores, 'value') })),
  ]),
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
