import { type LowerOp, layerOf } from '@q/ir'
import { floatConstant, floatResult, floatTypeOf, loweredTo } from '@q/ir/lowering'
import { powerTables } from './bf16-tables.ts'
import { bf16StyleOf } from './lut-bf16.ts'

/** Layer normalization, the reciprocal of the root by tables. */
export const lowerLayerNormalization: LowerOp = (node, context) => {
  const name = layerOf(node)
  const [x, ...weights] = node.inputs
  const constants = weights.map((weight) => (weight === undefined ? undefined : floatConstant(weight, floatTypeOf(context), name, context)))
  const tables = powerTables([`${name}_table_bf16`, `${name}_mantissa_table_bf16`], -0.5)
  const { axis, epsilon } = context.attrs(node)
  return loweredTo(
    {
      op: 'LutLayerNormalization',
      inputs: [x, constants[0]?.name, constants[1]?.name, ...tables.map((table) => table.name)],
      outputs: [name],
      attrs: { axis: axis!, epsilon: epsilon!, ...bf16StyleOf(context) },
    },
    [...constants.filter((constant) => constant !== undefined), ...tables, { name, type: floatResult(name, context) }],
  )
}
