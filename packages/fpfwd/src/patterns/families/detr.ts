import type { Family } from '../family.ts'

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
  ],
  keep: [
    { where: { any: '!Conv|Affine|Reshape|MatMul' }, keep: ['any'] },
    { where: { a: '!LayerNormalization|Reshape', product: 'MatMul(a)' }, keep: ['product'] },
    { where: { a: '*', b: '*', product: 'MatMul(a, b)' }, keep: ['product'] },
  ],
}
