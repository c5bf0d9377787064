import type { GraphDraft } from '@q/ir/graph'
import { rankOf } from '../convert/normalizations.ts'
import { applyRules, type RuleSet } from '../net/rules.ts'
import { looseGelu } from '../patterns/gelu.ts'
import { perChannelAffine } from './affine.ts'
import { blocksToDepth } from './blocks-to-depth.ts'
import { dropRepeats } from './drop-repeats.ts'
import { factorIntoTable, factorsIntoColumns } from './factors-into-constants.ts'
import { fuseRelu } from './fuse-relu.ts'
import { groupNorm } from './group-norm.ts'
import { joinSlices } from './join-slices.ts'
import { boundedFactor, boundedTerms } from './masks.ts'
import { matMulBias } from './matmul-bias.ts'
import { affineIntoMatMul, mergeAffines, numbersIntoAffine } from './merge-affine.ts'
import { mergeConvs } from './merge-convs.ts'
import { cancelMoves, copyForSlices, dropReshape, mergeConcats, mergeReshapes, mergeSlices } from './merge-moves.ts'
import { dropUnit, factorIntoWeights, factorThroughReshape, mergeFactors } from './merge-numbers.ts'
import { mergePatches } from './merge-patches.ts'
import { addWithoutReshapes, mergeConstants } from './merge-terms.ts'
import { mergeLastUsers } from './merge-users.ts'
import { movesAreReshape, permuteBeforeSoftmax } from './move-permutes.ts'
import { notEqual } from './not-equal.ts'
import { numberRight } from './numbers-right.ts'
import { patchesToDepth } from './patches-to-depth.ts'
import { permuteBehindSlices } from './permute-behind-slices.ts'
import { reshapeBeforeAdd } from './reshape-before-add.ts'
import { rmsNorm } from './rms-norm.ts'
import { rope } from './rope.ts'
import { ropeBehindPrefix } from './rope-behind-prefix.ts'
import { separateShared } from './separate-shared.ts'
import { silu, softsign } from './silu.ts'
import { sliceConv } from './slice-conv.ts'
import { spaceToDepth } from './space-to-depth.ts'
import { splitColumns } from './split-columns.ts'
import { splitPermute } from './split-permute.ts'
import { repeatConditions, where } from './where.ts'

const rules: RuleSet = {
  Relu: [fuseRelu],
  Mul: [
    silu,
    looseGelu,
    rmsNorm,
    numberRight,
    dropUnit,
    boundedFactor,
    mergeFactors,
    factorIntoWeights,
    factorThroughReshape,
    factorsIntoColumns,
    factorIntoTable,
    perChannelAffine,
    mergeConstants,
    dropRepeats,
  ],
  Add: [rope, matMulBias, numberRight, dropUnit, boundedTerms, perChannelAffine, mergeConstants, dropRepeats],
  Sub: [dropRepeats],
  Not: [notEqual],
  Max: [dropRepeats],
  Min: [dropRepeats],
  MatMul: [splitColumns, reshapeBeforeAdd],
  Div: [softsign],
  Affine: [mergeAffines, affineIntoMatMul, numbersIntoAffine],
  Slice: [mergeSlices],
  Reverse: [copyForSlices],
  Conv: [mergeConvs],
  Concat: [ropeBehindPrefix, joinSlices, mergeConcats, spaceToDepth, mergePatches],
  Reshape: [groupNorm, blocksToDepth, patchesToDepth, sliceConv, addWithoutReshapes, cancelMoves, mergeReshapes, dropReshape],
  Squeeze: [cancelMoves],
  Unsqueeze: [cancelMoves],
  Transpose: [permuteBehindSlices, permuteBeforeSoftmax, movesAreReshape, splitPermute],
  LayerNormalization: [reshapeBeforeAdd],
  RMSNormalization: [rankOf(false)],
  Where: [where],
}

/** The rewrites that decide which layers a calibration table has. */
export function runPasses(net: GraphDraft): void {
  separateShared(net)
  const mergeRepeated = (): void => {
    while (mergeLastUsers(net));
  }
  repeatConditions(net, mergeRepeated)
  do {
    mergeRepeated()
    applyRules(net, rules)
  } while (mergeLastUsers(net))
}
