import { rankOf } from '../convert/arrangement.ts'
import type { Net } from '../net/net.ts'
import { applyRules, type RuleSet } from '../net/rules.ts'
import { mergeEqual } from '../simplify/merge-equal.ts'
import { perChannelAffine } from './affine.ts'
import { fuseRelu } from './fuse-relu.ts'
import { matMulBias } from './matmul-bias.ts'
import { mergeAffines } from './merge-affine.ts'
import { mergeConvs } from './merge-convs.ts'
import { cancelMoves, dropReshape, mergeReshapes } from './merge-moves.ts'
import { dropUnit, factorIntoWeights, mergeFactors } from './merge-numbers.ts'
import { movesAreReshape, permuteBeforeSoftmax } from './move-permutes.ts'
import { rmsNorm } from './rms-norm.ts'
import { silu } from './silu.ts'
import { sliceConv } from './slice-conv.ts'
import { spaceToDepth } from './space-to-depth.ts'
import { where } from './where.ts'

const rules: RuleSet = {
  Relu: [fuseRelu],
  Mul: [silu, rmsNorm, dropUnit, mergeFactors, factorIntoWeights, perChannelAffine],
  Add: [dropUnit, matMulBias, perChannelAffine],
  Affine: [mergeAffines],
  Conv: [mergeConvs],
  Concat: [spaceToDepth],
  Reshape: [sliceConv, cancelMoves, mergeReshapes, dropReshape], Squeeze: [cancelMoves], Unsqueeze: [cancelMoves],
  Transpose: [permuteBeforeSoftmax, movesAreReshape],
  RMSNormalization: [rankOf(false)],
  Where: [where],
}

/** The rewrites that decide which layers a calibration table has. */
export function runPasses(net: Net): void {
  applyRules(net, rules)
  while (mergeEqual(net)) applyRules(net, rules)
}
