import type { Family, KeepRule, SmallGraph } from '../family.ts'
import { detectorTails } from './shared-rules.ts'
import { boxes, pools } from './yolo.ts'

/** Attention inside a convolutional block. */
const attention: SmallGraph = {
  all: 'Conv',
  scores: 'MatMul(all~, all~)',
  scaled: 'MulConst(scores)',
  weights: 'Softmax(scaled)',
  context: 'MatMul(weights~, all~)',
  place: 'Conv(all~)',
  placed: 'Add(context~, place)',
  mixed: 'Conv(placed)',
  sum: 'Add(mixed)',
  wide: 'Conv(sum)',
  act: 'Silu(wide)',
  narrow: 'Conv(act)',
  out: 'Add(narrow, sum)',
}

/** The boxes of three scales, moved to their anchors. */
const moved = {
  boxes: 'Concat',
  left: 'Slice(boxes)',
  right: 'Slice(boxes)',
  low: 'Sub(left)',
  high: 'Add(right)',
  corners: 'Concat(low, high)',
} as const

/** What leads to the boxes, and to the scores that stand beside them, stays in the usual float type. */
const heads: readonly KeepRule[] = [
  { where: moved, chainsTo: ['boxes'], oneUser: ['left', 'right', 'low', 'high'] },
  {
    where: { ...moved, scaled: 'Mul|MulConst(corners)', scores: 'Concat', chances: 'Sigmoid(scores)', found: 'Concat(scaled, chances)' },
    chainsTo: ['scores'],
  },
]

/** YOLO 26: heads in float, and the tails behind the last convolutions in the float type with most digits. */
export const yolo26: Family = {
  name: 'yolo26',
  knownBy: [pools, boxes].map((block) => ({ block: attention, and: [{ block }, { block: moved }] })),
  keep: [...heads, ...detectorTails.map((rule) => ({ ...rule, widest: true }))],
}
