import type { GraphDraft } from '@q/ir/graph'
import { applyRules, type RuleSet } from '../net/rules.ts'
import { mergeConcats, mergeSlices } from '../passes/merge-moves.ts'
import { dropNothing, fusePad, mergeTransposes, plainZeros } from './drop-nothing.ts'
import { foldBatchNorm } from './fold-batch-norm.ts'
import { fuseConvBias, fuseGemm } from './fuse-bias.ts'
import { keepReduced } from './keep-reduced.ts'
import { reductionRules } from './merge-reductions.ts'

const rules: RuleSet = {
  Transpose: [mergeTransposes],
  BatchNormalization: [foldBatchNorm],
  Add: [plainZeros, fuseConvBias, fuseGemm],
  Slice: [dropNothing, mergeSlices],
  Concat: [dropNothing, mergeConcats],
  Conv: [fusePad],
  AveragePool: [fusePad],
  Unsqueeze: [dropNothing, keepReduced],
  ...reductionRules,
  ...Object.fromEntries(
    ['Pad', 'Tile', 'Reshape', 'Flatten', 'Expand', 'Split', 'Sum', 'Max', 'Min', 'Mean', 'Squeeze'].map((op) => [op, [dropNothing]]),
  ),
}

/** Transpositions that do nothing go; those that do nothing together stay as one, as TPU-MLIR 1.30.2 leaves them. */
const needless: RuleSet = { Transpose: [dropNothing] }

/** Simplifies a network that still carries ONNX names: what ONNX simplifiers do before a vendor's importer sees the file. */
export function simplify(net: GraphDraft): void {
  applyRules(net, needless)
  applyRules(net, rules)
}
