import type { Family, KeepRule, SmallGraph } from '../family.ts'

/** A box as the decoder writes it down again: inside its limits, as a logarithm, moved, and back. */
const refined = {
  limited: 'Relu|Clip',
  rest: 'SubConst(limited)',
  restClipped: 'Clip(rest)',
  ratio: 'Div(restClipped)',
  logarithm: 'Log(ratio)',
  moved: 'Add(logarithm)',
  box: 'Sigmoid(moved)',
} as const
const refinedFrom = {
  limited: 'Relu|Clip',
  clipped: 'Clip(limited)',
  ratio: 'Div(clipped)',
  logarithm: 'Log(ratio)',
  moved: 'Add(logarithm)',
  box: 'Sigmoid(moved)',
} as const

/** One side of boxes that are told by centre and size, made boxes told by their corners: with all that follows, the tail of the network. */
const corners = {
  centre: 'Slice',
  size: 'Slice',
  half: 'MulConst(size~)',
  low: 'Sub(centre~, half~)',
  high: 'Add(centre~, half~)',
  box: 'Concat(low~, high~)',
} as const

/** Attention of queries to each other, as the decoder begins. */
const toEachOther = {
  placed: 'Add',
  query: 'MatMul(placed~)',
  key: 'MatMul(placed~)',
  value: 'MatMul',
  scaled: 'MulConst(query~)',
  scores: 'MatMul(scaled~, key~)',
  weights: 'Softmax(scores)',
  context: 'MatMul(weights, value~)',
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed~)',
} as const

/** Places that the network looks at: steps away from a box, as large as the box is. */
const steps = (scalings: number): SmallGraph => ({
  placed: 'Add',
  offsets: 'MatMul(placed~)',
  ...Object.fromEntries(
    Array.from({ length: scalings }, (_, i) => [`scaled${i + 1}`, `Mul|MulConst|Div|DivConst(${i === 0 ? 'offsets~' : `scaled${i}`})`]),
  ),
})

/** Attention to places of the picture: scores of the places, and what lies there. */
const sampling = (scalings: number): KeepRule => {
  const where: SmallGraph = {
    ...steps(scalings),
    places: `Add(scaled${scalings})`,
    wide: 'Mul|MulConst(places)',
    moved: 'Add|AddConst|Sub|SubConst(wide)',
    attention: 'MatMul(placed~)',
    weights: 'Softmax(attention~)',
    value: 'MatMul',
    sampled: 'GridSample(value~, moved~)',
    levels: 'Concat(sampled~)',
    weighted: 'Mul(levels~, weights~)',
    total: 'ReduceSum(weighted)',
    mixed: 'MatMul(total~)',
    sum: 'Add(mixed)',
  }
  return { where, keep: Object.keys(where), ways: true }
}
const scalings = [1, 2, 3]

/** The box that steps start from, and its size. */
const box: SmallGraph = { box: 'Unsqueeze', spot: 'Slice(box)' }
const references: readonly KeepRule[] = [
  ...scalings.map((count) => ({ where: { ...steps(count), ...box, places: `Add(scaled${count}, spot)` }, keep: ['box', 'spot'] })),
  { where: { offsets: 'MatMul', box: 'Unsqueeze', size: 'Slice(box)', scaled: 'Mul(offsets~, size)' }, keep: ['size'] },
  {
    where: { ...steps(1), box: 'Unsqueeze', size: 'Slice(box)', scaled: 'Mul(scaled1, size)' },
    keep: ['size'],
  },
]

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
    { where: toEachOther, keep: Object.keys(toEachOther), ways: true },
    // The values are made of the queries without their places, turned as those with them are.
    {
      where: { queries: '*', turned: 'Transpose(queries)', ...toEachOther, placed: 'Add(queries)', value: 'MatMul(turned)' },
      keep: ['turned'],
    },
    ...scalings.map(sampling),
    ...references,
    { where: { norm: 'LayerNormalization', up: 'MatMul(norm)', down: 'MatMul(up)', sum: 'Add(norm, down)' }, keep: ['sum'] },
    { where: refined, keep: Object.keys(refined) },
    { where: refinedFrom, keep: ['clipped'] },
    { where: corners, after: ['centre', 'size'] },
  ],
}
