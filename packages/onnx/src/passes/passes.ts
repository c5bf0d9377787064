import type { Net } from '../net/net.ts'
import { applyRules, type RuleSet } from '../net/rules.ts'
import { mergeEqual } from '../simplify/merge-equal.ts'
import { perChannelAffine } from './affine.ts'
import { fuseRelu } from './fuse-relu.ts'
import { mergeConvs } from './merge-convs.ts'
import { dropReshape, mergeReshapes } from './merge-moves.ts'
import { dropUnit, factorIntoWeights, mergeFactors } from './merge-numbers.ts'
import { rmsNorm } from './rms-norm.ts'
import { silu } from './silu.ts'

const rules: RuleSet = {
  Relu: [fuseRelu],
  Mul: [silu, rmsNorm, dropUnit, mergeFactors, factorIntoWeights, perChannelAffine],
  Add: [dropUnit, perChannelAffine],
  Conv: [mergeConvs],
  Reshape: [mergeReshapes, dropReshape],
}

/** The rewrites that decide which layers a calibration table has. */
export function runPasses(net: Net): void {
  applyRules(net, rules)
  while (mergeEqual(net)) applyRules(net, rules)
}
