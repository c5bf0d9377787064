import type { Family } from '../family.ts'

/** A box as the decoder writes it down again: away from its limits, as a logarithm, moved, and back. */
const refined = {
  clipped: 'Clip',
  rest: 'SubConst(clipped)',
  restClipped: 'Clip(rest)',
  ratio: 'Div(restClipped)',
  logarithm: 'Log(ratio)',
  moved: 'Add(logarithm)',
  box: 'Sigmoid(moved)',
} as const

/** Boxes that are told by centre and size, made boxes told by their corners: with all that follows, the tail of the network. */
const corners = {
  x: 'Slice',
  y: 'Slice',
  width: 'Slice',
  height: 'Slice',
  halfWidth: 'MulConst(width~)',
  halfHeight: 'MulConst(height~)',
  left: 'Sub(x~, halfWidth~)',
  top: 'Sub(y~, halfHeight~)',
  right: 'Add(x~, halfWidth~)',
  bottom: 'Add(y~, halfHeight~)',
  box: 'Concat(left~, top~, right~, bottom~)',
} as const

/** RT-DETR: attention to places of the picture that the network itself computes. */
export const rtDetr: Family = {
  name: 'rt-detr',
  knownBy: [
    {
      block: {
        value: 'MatMul',
        attention: 'MatMul',
        weights: 'Softmax(attention~)',
        sampled: 'GridSample(value~)',
        levels: 'Concat(sampled~)',
        weighted: 'Mul(levels~, weights~)',
        total: 'ReduceSum(weighted)',
        mixed: 'MatMul(total~)',
        sum: 'Add(mixed)',
        norm: 'LayerNormalization(sum)',
      },
    },
  ],
  keep: [
    {
      where: {
        best: 'TopK',
        index: 'Unsqueeze(best)',
        tiled: 'Tile(index)',
        places: 'Add',
        chosen: 'GatherElements(places, tiled)',
        box: 'Sigmoid(chosen)',
      },
      keep: ['best', 'index', 'tiled', 'places', 'box'],
    },
    { where: { best: 'TopK', index: 'Unsqueeze(best)', tiled: 'Tile(index)' }, keep: ['tiled'] },
    {
      where: { best: 'TopK', share: 'MulConst(best)', row: 'Floor(share)', start: 'MulConst(row)', column: 'Sub(best, start)' },
      keep: ['best', 'share', 'row', 'start', 'column'],
      widest: true,
    },
    {
      where: {
        placed: 'Add',
        query: 'MatMul(placed~)',
        key: 'MatMul(placed~)',
        value: 'MatMul',
        queries: 'MulConst(query~)',
        scores: 'MatMul(queries~, key~)',
        weights: 'Softmax(scores)',
        context: 'MatMul(weights, value~)',
        mixed: 'MatMul(context~)',
        sum: 'Add(mixed~)',
      },
      keep: ['placed', 'query', 'key', 'value', 'queries', 'scores', 'weights', 'context', 'mixed', 'sum'],
    },
    {
      where: {
        attention: 'MatMul',
        weights: 'Softmax(attention~)',
        offsets: 'MatMul',
        places: 'Add(offsets~)',
        sampled: 'GridSample(places~)',
        levels: 'Concat(sampled~)',
        weighted: 'Mul(levels~, weights~)',
        total: 'ReduceSum(weighted)',
        mixed: 'MatMul(total~)',
        sum: 'Add(mixed)',
      },
      keep: ['attention', 'weights', 'offsets', 'places', 'sampled', 'levels', 'weighted', 'total', 'mixed', 'sum'],
    },
    { where: { norm: 'LayerNormalization', up: 'MatMul(norm)', down: 'MatMul(up)', sum: 'Add(norm, down)' }, keep: ['sum'] },
    { where: refined, keep: Object.keys(refined) },
    { where: corners, after: ['x', 'y', 'width', 'height'] },
  ],
}
