import type { Net } from '../net/net.ts'
import { applyRules, type RuleSet } from '../net/rules.ts'
import { dropNothing, dropUnits, fusePad, mergeTransposes } from './drop-nothing.ts'
import { foldBatchNorm } from './fold-batch-norm.ts'
import { fuseConvBias, fuseGemm } from './fuse-bias.ts'
import { mergeEqual } from './merge-equal.ts'

const rules: RuleSet = {
  Transpose: [dropNothing, mergeTransposes],
  BatchNormalization: [foldBatchNorm],
  Add: [dropUnits, fuseConvBias, fuseGemm], Sub: [dropUnits], Mul: [dropUnits], Div: [dropUnits],
  Conv: [fusePad],
  ...Object.fromEntries(['Pad', 'Tile', 'Slice', 'Reshape', 'Flatten', 'Expand', 'Concat', 'Split', 'Sum', 'Max', 'Min', 'Mean', 'Squeeze', 'Unsqueeze'].map((op) => [op, [dropNothing]])),
}

/** Simplifies a network that still carries ONNX names: what ONNX simplifiers do before a vendor's importer sees the file. */
export function simplify(net: Net): void {
  applyRules(net, rules)
  while (mergeEqual(net)) applyRules(net, rules)
}
