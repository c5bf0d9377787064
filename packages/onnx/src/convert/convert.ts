import type { GraphDraft } from '@q/ir/graph'
import { addNumber } from '../net/constants.ts'
import { applyRules, eachNode, type Rule, type RuleSet } from '../net/rules.ts'
import { after, before, chain, clip, constantRight, mean, negation, power, reciprocal, subtraction } from './arithmetic.ts'
import {
  alignRank,
  backwards,
  expand,
  flatten,
  joinConcatParts,
  numberKept,
  numberRaised,
  raisedChoice,
  raisedRank,
  resize,
  softmax,
  spaceToDepth,
  split,
} from './arrangement.ts'
import { batchNorm } from './batch-norm.ts'
import { cast } from './cast.ts'
import { equation } from './einsum.ts'
import { flattenVolumes } from './flat-volume.ts'
import { frontIndices, gatherAll, gatherEvenly, gatherOne } from './gather.ts'
import { factorsOfGroups, plainNorm, rankOf, repeatedFactors } from './normalizations.ts'
import { pRelu } from './p-relu.ts'
import { composedReduction, globalPool, plainAxes, planar, singlePool, singleReduction, spatialPool } from './pools.ts'
import { gemm, vectorProduct } from './products.ts'
import { division, remainder, wholePower, wholeResult } from './quotients.ts'
import { reductionBehindTranspose } from './reduction-behind-transpose.ts'

/** What a pattern called a cast to a truth value and back. */
const notZero: Rule = (net, node) => {
  net.change(node, { op: 'NotEqual', inputs: [node.inputs[0], addNumber(net, `${node.outputs[0]}_const`, 0)], attrs: {} })
  return true
}

/** At least one of two truth values is a sum above 0: two layers, as TPU-MLIR 1.30.2 has them. */
const either: Rule = (net, node) => {
  const [result] = node.outputs as [string]
  const sum = before(net, node, `${result}_add`, 'Add', node.inputs as string[], result)
  const compared = after(net, node, 'compare')
  net.change(node, { op: 'Greater', inputs: [sum, addNumber(net, `${result}_const`, 0)], outputs: [compared], attrs: {} })
  return true
}

/** What a pattern called a GELU. */
const namedGelu: Rule = (net, node) => {
  net.change(node, { op: 'Gelu' })
  return true
}

const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Xor']

/** From ONNX operators to those of canonical graphs, one rule for each that is not the same in both. */
const conversions: RuleSet = {
  Neg: [negation],
  Reciprocal: [reciprocal],
  Sum: [chain('Add')],
  Mean: [mean],
  Max: [chain('Max'), raisedRank, constantRight, alignRank],
  Min: [chain('Min'), raisedRank, constantRight, alignRank],
  Add: [raisedRank, constantRight, alignRank],
  Mul: [raisedRank, constantRight, alignRank],
  Sub: [raisedRank, subtraction, alignRank],
  Div: [raisedRank, wholeResult, division, alignRank],
  Pow: [raisedRank, wholePower, power],
  Mod: [raisedRank, remainder],
  Clip: [clip],
  PRelu: [pRelu],
  Einsum: [equation],
  Gemm: [gemm],
  MatMul: [vectorProduct],
  Reshape: [numberKept],
  Flatten: [flatten],
  Expand: [expand],
  Slice: [backwards],
  Split: [split],
  Unsqueeze: [plainAxes, numberRaised],
  SpaceToDepth: [spaceToDepth],
  Gather: [frontIndices, gatherAll, gatherOne, gatherEvenly],
  Resize: [resize],
  Upsample: [],
  Softmax: [softmax],
  LogSoftmax: [softmax],
  LayerNormalization: [plainNorm, repeatedFactors, rankOf(false)],
  RMSNormalization: [repeatedFactors],
  PixelNormalization: [plainNorm, rankOf(true)],
  InstanceNormalization: [plainNorm, rankOf(true)],
  GroupNormalization: [plainNorm, factorsOfGroups, rankOf(true)],
  GlobalAveragePool: [globalPool],
  GlobalMaxPool: [globalPool],
  ReduceL1: [plainAxes, reductionBehindTranspose],
  ReduceL2: [plainAxes, wholeResult, reductionBehindTranspose],
  ReduceMean: [plainAxes, wholeResult, singleReduction, spatialPool, reductionBehindTranspose],
  ReduceMax: [plainAxes, singleReduction, spatialPool, reductionBehindTranspose],
  ReduceMin: [plainAxes, singleReduction, reductionBehindTranspose],
  ReduceSum: [plainAxes, singleReduction, reductionBehindTranspose],
  ReduceProd: [plainAxes, singleReduction, reductionBehindTranspose],
  ReduceSumSquare: [plainAxes, composedReduction],
  ReduceLogSum: [plainAxes, wholeResult, composedReduction],
  ReduceLogSumExp: [plainAxes, wholeResult, composedReduction],
  Conv: [planar],
  ConvTranspose: [planar],
  BatchNormalization: [batchNorm],
  ...Object.fromEntries(comparisons.map((op) => [op, [raisedRank]])),
  Where: [raisedChoice],
  Or: [either],
  TruthCast: [notZero],
  GELU: [namedGelu],
}

/** Turns a named network into canonical operators. */
export function convert(net: GraphDraft): void {
  eachNode(net, (node) => {
    if (node.op === 'Upsample') resize(net, node)
  })
  eachNode(net, (node) => {
    if (node.op === 'Cast') cast(net, node)
    if (node.op === 'Concat') joinConcatParts(net, node)
    if (node.op === 'AveragePool') singlePool(net, node)
  })
  applyRules(net, conversions)
  flattenVolumes(net)
}
