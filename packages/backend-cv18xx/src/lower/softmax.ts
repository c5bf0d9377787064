import { type LowerOp, layerOf } from '@q/ir'
import { floatResult, loweredTo } from '@q/ir/lowering'
import { logarithmTables, powerTables, slopeTables } from './bf16-tables.ts'
import { bf16StyleOf } from './lut-bf16.ts'

/** How far the table of powers of e reaches. */
const reach = 15

/** Softmax by tables: powers of e, and the reciprocal (or the logarithm) of their sum. */
export const lowerSoftmax: LowerOp = (node, context) => {
  const name = layerOf(node)
  const { axis, log } = context.attrs(node)
  const powers = slopeTables(name, Math.exp, reach)
  const ofSum =
    log === true
      ? logarithmTables([`${name}_log_table_bf16`, `${name}_log_mantissa_table_bf16`])
      : powerTables([`${name}_pow_table_bf16`, `${name}_pow_mantissa_table_bf16`], -1)
  const tables = [...powers, ...ofSum]
  return loweredTo(
    {
      op: 'LutSoftmax',
      inputs: [node.inputs[0]!, ...tables.map((each) => each.name)],
      outputs: [name],
      attrs: { axis: axis!, log: log!, min: -reach, max: reach, ...bf16StyleOf(context) },
    },
    [...tables, { name, type: floatResult(name, context) }],
  )
}
