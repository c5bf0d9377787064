import type { LowerOp } from '@q/ir'
import { asConv, asFloat, asMatMul, asProduct, asSum, asTable, lowerArg, lowerCast, lowerCopy, lowerTopK } from '@q/ir/lowering'
import { copies, floatOperators, functions, functionsWithNumber } from '../target.ts'
import { lowerAveragePool } from './average-pool.ts'
import { keepingMean } from './keep-mean.ts'
import { lowerLeakyRelu } from './leaky-relu.ts'
import { lowerMulConstant } from './mul-constant.ts'
import { lowerWithNumber } from './number-function.ts'
import { lowerReduce } from './reduce.ts'

const each = (ops: readonly string[], lower: LowerOp): Record<string, LowerOp> => Object.fromEntries(ops.map((op) => [op, lower]))

/** How each operator of the target is lowered. */
export const lowerings: Readonly<Record<string, LowerOp>> = {
  ...each(functions, asTable()),
  ...each(copies, lowerCopy),
  ...each([...floatOperators, 'Gather', 'GatherElements', 'Where'], asFloat()),
  ...each(functionsWithNumber, lowerWithNumber),
  ...each(['ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum'], lowerReduce),
  ...each(['ArgMax', 'ArgMin'], lowerArg),
  Add: asSum('QAdd'),
  AveragePool: lowerAveragePool,
  Cast: lowerCast,
  Conv: keepingMean(asConv()),
  LeakyRelu: lowerLeakyRelu,
  MatMul: keepingMean(asMatMul()),
  Mul: asProduct,
  'Mul#constant': lowerMulConstant,
  Sub: asSum('QSub'),
  TopK: lowerTopK,
}
