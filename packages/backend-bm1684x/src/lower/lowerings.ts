import type { LowerOp, Target } from '@q/ir'
import { activationOps, asFloat, floatOnly, lowerArg, lowerTopK, withTelling } from '@q/ir/lowering'
import type { ChipFacts } from '../chips.ts'
import { copies } from '../target.ts'
import { lowerActivation } from './activations.ts'
import { lowerAdd } from './add.ts'
import { lowerAddConstant } from './add-constant.ts'
import { lowerAffine } from './affine.ts'
import { lowerAttention } from './attention.ts'
import { lowerAveragePool } from './average-pool.ts'
import { lowerCastWide } from './cast.ts'
import { tellOfLimits } from './chip-limits.ts'
import { comparisons, lowerCompare } from './compare.ts'
import { lowerConcat } from './concat.ts'
import { lowerConv } from './conv.ts'
import { lowerConvTranspose } from './conv-transpose.ts'
import { lowerCopy } from './copy.ts'
import { finishRelus } from './fused-relu.ts'
import { lowerGather } from './gather.ts'
import { lowerLayerNormalization } from './layer-normalization.ts'
import { lowerLeakyRelu } from './leaky-relu.ts'
import { lowerLimitConstant } from './limit-constant.ts'
import { lowerReciprocal } from './lut.ts'
import { lowerMatMul } from './mat-mul.ts'
import { lowerMod } from './mod.ts'
import { lowerMul } from './mul.ts'
import { lowerMulConstant } from './mul-constant.ts'
import { lowerPRelu } from './p-relu.ts'
import { lowerPad } from './pad.ts'
import { lowerPixelNormalization } from './pixel-normalization.ts'
import { lowerPow, lowerPowConstant } from './pow.ts'
import { lowerScatter } from './scatter.ts'
import { lowerSoftmax } from './softmax.ts'
import { lowerSub } from './sub.ts'
import { withTruths } from './truth-operands.ts'
import { lowerWhere } from './where.ts'
import { endsInRelu, hasConstantBranches, hasConstantTensor, hasShiftedOperand, orFloat } from './zero-points.ts'

const each = (ops: readonly string[], lower: LowerOp): Record<string, LowerOp> => Object.fromEntries(ops.map((op) => [op, lower]))

/** Every lowering of a chip, by operator form. */
export const loweringsOf = (
  target: Target,
  { addsHalfFloats, longestSoftmax, requantizationWidth }: ChipFacts,
): Readonly<Record<string, LowerOp>> =>
  withTelling(
    withTruths(
      finishRelus({
        ...floatOnly(target),
        ...each(activationOps, lowerActivation),
        ...each(copies, lowerCopy),
        ...each(['GroupNormalization', 'RMSNormalization', 'Resize', 'Rope'], asFloat({ unrounded: true })),
        ...each([...comparisons], lowerCompare),
        ...each(['ArgMax', 'ArgMin'], lowerArg),
        ...each(['Gather', 'GatherElements', 'GatherND'], lowerGather),
        ...each(['ScatterElements', 'ScatterND'], orFloat(lowerScatter, 'F16', hasConstantTensor(0, 2))),
        Add: lowerAdd,
        'Add#constant': orFloat(lowerAddConstant, 'F16'),
        Affine: lowerAffine,
        Attention: lowerAttention,
        AveragePool: lowerAveragePool,
        Cast: lowerCastWide,
        Concat: lowerConcat,
        Conv: lowerConv(requantizationWidth),
        ConvTranspose: lowerConvTranspose(requantizationWidth),
        'Div#constant': lowerReciprocal,
        LayerNormalization: lowerLayerNormalization,
        LeakyRelu: orFloat(lowerLeakyRelu, 'F16'),
        MatMul: lowerMatMul(addsHalfFloats),
        ...each(['Max', 'Min'], orFloat(lowerCopy, 'F16', hasConstantTensor(0, 1))),
        ...each(['Max#constant', 'Min#constant'], orFloat(lowerLimitConstant, 'F16', hasShiftedOperand)),
        Mod: lowerMod,
        Mul: lowerMul,
        'Mul#constant': lowerMulConstant,
        PRelu: orFloat(lowerPRelu, 'F16'),
        Pad: lowerPad,
        PixelNormalization: lowerPixelNormalization,
        Pow: lowerPow,
        'Pow#constant': lowerPowConstant,
        Relu: orFloat(lowerCopy, 'F32'),
        Softmax: lowerSoftmax(longestSoftmax),
        Sub: orFloat(lowerSub, 'F32'),
        'Sub#constant': lowerAddConstant,
        TopK: lowerTopK,
        Upsample: orFloat(lowerCopy, 'F16', endsInRelu),
        Where: orFloat(lowerWhere, 'F16', hasConstantBranches),
      }),
    ),
    [tellOfLimits],
  )
