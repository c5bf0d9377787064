import type { Backend } from '@q/ir'
import { asFloat, withTelling } from '@q/ir/lowering'
import { lowerAdd } from './add.ts'
import { lowerAddConstant } from './add-constant.ts'
import { lowerAffine } from './affine.ts'
import { lowerArgMax } from './arg-max.ts'
import { lowerAveragePool } from './average-pool.ts'
import { tellOfLimits } from './chip-limits.ts'
import { lowerChoice } from './choice.ts'
import { lowerConcat } from './concat.ts'
import { lowerConv, lowerConvTranspose } from './conv.ts'
import { lowerCopy, lowerRelu } from './copy.ts'
import { lowerDiv } from './div.ts'
import { lowerGather } from './gather.ts'
import { lowerHardSigmoid, lowerHardSwish } from './hard-swish.ts'
import { lowerInstanceNormalization } from './instance-normalization.ts'
import { lowerLayerNormalization } from './layer-normalization.ts'
import { lowerLeakyRelu } from './leaky-relu.ts'
import { lowerLimitConstant } from './limit-constant.ts'
import { lowerLrn } from './lrn.ts'
import { lowerDivConstant, lowerLog, lowerMulConstant, lowerPow, lowerSqrt, lowerSubConstant, lowerTable } from './lut.ts'
import { lowerMatMul } from './mat-mul.ts'
import { lowerMul } from './mul.ts'
import { lowerGridSample, ofFourAxes } from './on-host.ts'
import { overCubes } from './over-cubes.ts'
import { lowerPRelu } from './p-relu.ts'
import { lowerPad } from './pad.ts'
import { lowerPlaces } from './places.ts'
import { lowerReduce, lowerReduceL2 } from './reduce.ts'
import { reluBehind } from './relu-behind.ts'
import { lowerResize } from './resize.ts'
import { lowerSoftmax } from './softmax.ts'
import { lowerSub } from './sub.ts'
import { lowerTopK } from './top-k.ts'
import { lowerUpsample } from './upsample.ts'
import { repeatingOne } from './whole-operands.ts'

const each = <T>(ops: readonly string[], made: T): Record<string, T> => Object.fromEntries(ops.map((op) => [op, made]))

const plain: Backend['lower'] = {
  ...each(['Elu', 'Exp', 'Gelu', 'Mish', 'Sigmoid', 'Silu', 'Softplus', 'Softsign', 'Tanh'], lowerTable),
  ...each(['Abs', 'DepthToSpace', 'Reshape', 'Reverse', 'Slice', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'], lowerCopy),
  ...each(['Clip', 'CumSum'], asFloat()),
  ...each(['Max', 'Min'], lowerChoice),
  ...each(['Max#constant', 'Min#constant'], lowerLimitConstant),
  ...each(['ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum'], lowerReduce),
  Add: repeatingOne(lowerAdd),
  'Add#constant': lowerAddConstant,
  Affine: lowerAffine,
  ArgMax: lowerArgMax,
  AveragePool: overCubes(reluBehind(lowerAveragePool)),
  Concat: lowerConcat,
  Conv: lowerConv,
  ConvTranspose: lowerConvTranspose,
  Div: lowerDiv,
  'Div#constant': lowerDivConstant,
  Gather: lowerGather,
  GatherElements: ofFourAxes(lowerPlaces),
  GatherND: lowerPlaces,
  GridSample: lowerGridSample,
  HardSigmoid: lowerHardSigmoid,
  HardSwish: lowerHardSwish,
  InstanceNormalization: lowerInstanceNormalization,
  LRN: lowerLrn,
  LayerNormalization: lowerLayerNormalization,
  LeakyRelu: lowerLeakyRelu,
  Log: lowerLog,
  MatMul: lowerMatMul,
  MaxPool: overCubes(reluBehind(lowerCopy)),
  Mul: repeatingOne(lowerMul),
  'Mul#constant': lowerMulConstant,
  PRelu: lowerPRelu,
  Pad: lowerPad,
  'Pow#constant': lowerPow,
  Relu: lowerRelu,
  Resize: lowerResize,
  ReduceL2: lowerReduceL2,
  Softmax: lowerSoftmax,
  Sqrt: lowerSqrt,
  Sub: lowerSub,
  'Sub#constant': lowerSubConstant,
  TopK: ofFourAxes(lowerTopK),
  Upsample: lowerUpsample,
}

/** A lowering for each operator of the target. */
export const lowerings: Backend['lower'] = withTelling(plain, [tellOfLimits])
