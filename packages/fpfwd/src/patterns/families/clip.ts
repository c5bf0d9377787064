import type { Family, SmallGraph } from '../family.ts'
import { activations, sums, sumsBeforeNorms } from './shared-rules.ts'

/** GELU as CLIP has it: `x * sigmoid(1.702 x)`. */
const quickGelu: SmallGraph = { up: 'MatMul', scaled: 'MulConst(up)', gate: 'Sigmoid(scaled)', gated: 'Mul(up, gate)' }

/** An encoder of pictures or of texts, whatever its scores are scaled and masked by: what follows the attention tells it. */
const encoder: SmallGraph = {
  weights: 'Softmax',
  value: 'MatMul',
  context: 'MatMul(weights~, value~)',
  mixed: 'MatMul(context~)',
  sum: 'Add(mixed~)',
  norm: 'LayerNormalization(sum)',
  ...quickGelu,
  up: 'MatMul(norm)',
  down: 'MatMul(gated)',
  out: 'Add(down, sum)',
}

/** CLIP encoders: with its own GELU, or with normalizations in front of the last product of attention and of the layers behind it. */
export const clip: Family = {
  name: 'clip',
  knownBy: [
    {
      block: {
        norm: 'LayerNormalization',
        query: 'MatMul(norm)',
        key: 'MatMul(norm)',
        value: 'MatMul(norm)',
        scores: 'MatMul(query~, key~)',
        scaled: 'MulConst(scores)',
        weights: 'Softmax(scaled)',
        context: 'MatMul(weights, value~)',
        innerNorm: 'LayerNormalization(context~)',
        mixed: 'MatMul(innerNorm)',
        sum: 'Add(mixed)',
        norm2: 'LayerNormalization(sum)',
        up: 'MatMul(norm2)',
        act: 'Gelu(up)',
        innerNorm2: 'LayerNormalization(act)',
        down: 'MatMul(innerNorm2)',
        out: 'Add(down)',
      },
    },
    { block: encoder },
  ],
  keep: [sumsBeforeNorms, activations, { where: quickGelu, keep: ['scaled', 'gate', 'gated'] }, sums],
}
