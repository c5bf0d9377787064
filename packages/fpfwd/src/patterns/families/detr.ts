import type { Family, SmallGraph } from '../family.ts'
import { scaledScores } from './shared-rules.ts'

/** Attention of features with their places to each other, what is found being features without; with a mask or without. */
const encoders: readonly SmallGraph[] = [{ scores: 'MatMul(query~, key~)' }, ...scaledScores].flatMap((scores) =>
  [{ weights: 'Softmax(scores~)' }, { masked: 'Add|Where(scores~)', weights: 'Softmax(masked~)' }].map(
    (weights): SmallGraph => ({
      features: '*',
      placed: 'Add(features)',
      query: 'MatMul(placed~)',
      key: 'MatMul(placed~)',
      value: 'MatMul(features~)',
      ...scores,
      ...weights,
      context: 'MatMul(weights~, value~)',
      mixed: 'MatMul(context~)',
      sum: 'Add(mixed~, features)',
      norm: 'LayerNormalization(sum)',
      up: 'MatMul(norm~)',
      down: 'MatMul(up)',
      out: 'Add(down~, norm)',
    }),
  ),
)

/** DETR: places are added to what queries and keys are made of. Nearly all but convolutions and plain products stays in float. */
export const detr: Family = {
  name: 'detr',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        placed: 'Add(norm)',
        query: 'MatMul(placed)',
        key: 'MatMul(placed)',
        value: 'MatMul(norm)',
        queries: 'MulConst(query~)',
        scores: 'MatMul(queries~, key~)',
        weights: 'Softmax(scores)',
        context: 'MatMul(weights, value~)',
        mixed: 'MatMul(context~)',
        sum: 'Add(mixed~)',
        norm2: 'LayerNormalization(sum)',
        up: 'MatMul(norm2)',
        down: 'MatMul(up)',
      },
    },
    ...encoders.map((block) => ({ block })),
  ],
  keep: [
    { where: { any: '!Conv|Affine|Reshape|MatMul' }, keep: ['any'] },
    { where: { a: '!LayerNormalization|Reshape', product: 'MatMul(a)' }, keep: ['product'] },
    { where: { a: '*', b: '*', product: 'MatMul(a, b)' }, keep: ['product'] },
  ],
}
