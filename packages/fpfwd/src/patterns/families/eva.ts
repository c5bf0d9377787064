import type { Family, KeepRule, SmallGraph } from '../family.ts'
import { activations, sums, sumsBeforeNorms } from './shared-rules.ts'

/** Queries, keys and values of one product. */
const together: SmallGraph = { norm: 'LayerNormalization', all: 'MatMul(norm)' }
/** Of a product each. */
const apart: SmallGraph = { norm: 'LayerNormalization', query: 'MatMul(norm)', key: 'MatMul(norm)', value: 'MatMul(norm)' }

/** Elements turned by their place, computed step by step: `x * cos + turned(x) * sin`, joined with the first token. */
const turnedBy = (name: string, from: string): SmallGraph => ({
  [`${name}Even`]: `Mul(${from}~)`,
  [`${name}Minus`]: `MulConst(${from}~)`,
  [`${name}Pair`]: `Concat(${name}Minus~)`,
  [`${name}Odd`]: `Mul(${name}Pair~)`,
  [`${name}Sum`]: `Add(${name}Even, ${name}Odd)`,
  [name]: `Concat(${name}Sum)`,
})

const attentionOf = ({
  queries,
  keys,
  value,
}: {
  readonly queries: string
  readonly keys: string
  readonly value: string
}): SmallGraph => ({
  scores: `MatMul(${queries}~, ${keys}~)`,
  weights: 'Softmax(scores)',
  context: `MatMul(weights~, ${value}~)`,
  mixed: 'MatMul(context~)',
})

/** A product gated by another one; `inner` is what the last product takes. */
const gatedBy = (inner: SmallGraph, last: string): SmallGraph => ({
  sum: 'Add(mixed)',
  norm2: 'LayerNormalization(sum)',
  gate: 'MatMul(norm2)',
  up: 'MatMul(norm2)',
  act: 'Silu(gate)',
  gated: 'Mul(act, up)',
  ...inner,
  down: `MatMul(${last})`,
})
const plainGate = gatedBy({}, 'gated')
/** Gate and gated of one product. */
const packedGate: SmallGraph = {
  sum: 'Add(mixed)',
  norm2: 'LayerNormalization(sum)',
  both: 'MatMul(norm2)',
  act: 'Silu(both~)',
  gated: 'Mul(act, both~)',
  down: 'MatMul(gated)',
}
const normedGate = gatedBy({ innerNorm: 'LayerNormalization(gated)' }, 'innerNorm')

const everySum: readonly KeepRule[] = [sumsBeforeNorms, activations, sums]

/** EVA: places turn queries and keys; the last product of each block stays in float too. */
export const eva: Family = {
  name: 'eva',
  knownBy: [plainGate, packedGate].map((gate) => ({
    block: {
      ...together,
      ...turnedBy('turnedQuery', 'all'),
      ...turnedBy('turnedKey', 'all'),
      queries: 'MulConst(turnedQuery)',
      ...attentionOf({ queries: 'queries', keys: 'turnedKey', value: 'all' }),
      ...gate,
    },
  })),
  keep: [...everySum, { where: { act: 'Silu', gated: 'Mul(act)', down: 'MatMul(gated)' }, keep: ['down'], oneUser: ['act'] }],
}

/** EVA with products apart and a normalization inside the gate, or with turning as one operator. */
export const evaNormed: Family = {
  name: 'eva-normed',
  knownBy: [
    {
      block: {
        ...apart,
        ...turnedBy('turnedQuery', 'query'),
        ...turnedBy('turnedKey', 'key'),
        queries: 'MulConst(turnedQuery)',
        ...attentionOf({ queries: 'queries', keys: 'turnedKey', value: 'value' }),
        ...normedGate,
      },
    },
    {
      block: {
        ...together,
        turnedQuery: 'Rope(all~)',
        turnedKey: 'Rope(all~)',
        queries: 'MulConst(turnedQuery)',
        ...attentionOf({ queries: 'queries', keys: 'turnedKey', value: 'all' }),
        ...plainGate,
      },
    },
  ],
  keep: everySum,
}

const scaledBoth: SmallGraph = {
  ...apart,
  turnedQuery: 'Rope(query~)',
  turnedKey: 'Rope(key~)',
  queries: 'MulConst(turnedQuery~)',
  keys: 'MulConst(turnedKey~)',
}

/** EVA-02: queries and keys are scaled; sums and what follows the softmax stay in float, SiLU does not. */
export const eva02: Family = {
  name: 'eva02',
  knownBy: [
    { block: { ...scaledBoth, ...attentionOf({ queries: 'queries', keys: 'keys', value: 'value' }), ...normedGate } },
    {
      block: {
        ...scaledBoth,
        scores: 'MatMul(queries~, keys~)',
        weights: 'Softmax(scores)',
        corrected: 'Mul(weights)',
        weighted: 'MatMul(corrected, value~)',
        context: 'Mul(weighted)',
        mixed: 'MatMul(context~)',
        ...normedGate,
      },
    },
  ],
  keep: [
    sums,
    { where: { act: 'Gelu' }, keep: ['act'] },
    { where: { weights: 'Softmax', value: '*', context: 'MatMul(weights, value)' }, keep: ['context'] },
    {
      where: { weights: 'Softmax', corrected: 'Mul(weights)' },
      keep: ['corrected'],
      onlyFrom: { corrected: ['Softmax'] },
    },
  ],
}
