import type { Family, KeepRule, SmallGraph } from '../family.ts'
import { activations, sumsBeforeNorms } from './shared-rules.ts'

const attentionOf = (mask: SmallGraph, scores: string): SmallGraph => ({
  norm: 'LayerNormalization',
  query: 'MatMul(norm)',
  key: 'MatMul(norm)',
  value: 'MatMul(norm)',
  scores: 'MatMul(query~, key~)',
  ...mask,
  weights: `Softmax(${scores}~)`,
  context: 'MatMul(weights~, value~)',
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed)',
  norm2: 'LayerNormalization(sum)',
  up: 'MatMul(norm2)',
  scaled: 'MulConst(up)',
  gate: 'Sigmoid(scaled)',
  gated: 'Mul(up, gate)',
  down: 'MatMul(gated)',
  out: 'Add(down, sum)',
})

const vision = attentionOf({}, 'scores')
const text = attentionOf({ masked: 'Add(scores~)', masked2: 'Add(masked~)' }, 'masked2')

/** Features divided by their length. */
const unitLength: SmallGraph = {
  magnitude: 'Abs',
  squared: 'Mul(magnitude)',
  total: 'ReduceSum|ReduceMean(squared)',
  length: 'Sqrt(total)',
  unit: 'Div(length)',
}

const each = (operators: string): KeepRule => ({ where: { layer: operators }, keep: ['layer'] })

/** OpenCLIP with both its encoders, as it compares pictures with texts. */
export const openclip: Family = {
  name: 'openclip',
  knownBy: [{ block: vision, and: [{ block: text }, { block: unitLength, least: 2, most: 2 }] }],
  keep: [
    sumsBeforeNorms,
    activations,
    { where: { product: 'MatMul' }, after: ['product'], which: 'last' },
    { where: text, keep: ['up', 'scaled', 'gate', 'gated', 'down'], which: 'first' },
    each(
      'Abs|ReduceSum|ReduceMean|ReduceMax|ReduceMin|ReduceProd|ReduceL1|ReduceL2|Sqrt|Softmax|Gather|Slice|Squeeze|ArgMax|ArgMin|Concat|Div',
    ),
    { where: { squared: 'Mul', total: 'ReduceSum|ReduceMean|ReduceMax|ReduceL2(squared)' }, keep: ['squared'], oneUser: ['squared'] },
    { where: { unit: 'Div', turned: 'Transpose(unit)' }, keep: ['turned'] },
    { where: { sum: 'Add', next: 'Add|Slice|Gather(sum)' }, keep: ['sum'], oneUser: ['sum'] },
    { where: { before: 'Add', sum: 'Add(before)' }, keep: ['sum'], onlyFrom: { sum: ['Add'] } },
  ],
}
