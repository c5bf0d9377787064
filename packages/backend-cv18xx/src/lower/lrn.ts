import { type LowerOp, layerOf, QError } from '@q/ir'
import { floatResult, loweredTo } from '@q/ir/lowering'
import { powerTables } from './bf16-tables.ts'
import { bf16StyleOf } from './lut-bf16.ts'

/**
 * Local response normalization, the power by tables.
 *
 * @throws QError `OP_UNSUPPORTED` for an even number of channels: the chip takes as many above as below
 */
export const lowerLrn: LowerOp = (node, context) => {
  const name = layerOf(node)
  const { size, alpha, beta, bias } = context.attrs(node) as Readonly<Record<'size' | 'alpha' | 'beta' | 'bias', number>>
  if (size % 2 === 0) {
    throw new QError('OP_UNSUPPORTED', `${context.target.name} cannot run this LRN`, {
      found: `size = ${size}`,
      wanted: 'an odd number of channels: the chip takes as many above as below',
      hint: 'train the network with an odd size, or choose another chip',
    })
  }
  const tables = powerTables([`${name}_pow_table_bf16`, `${name}_pow_mantissa_table_bf16`], -beta)
  return loweredTo(
    {
      op: 'LutLRN',
      inputs: [node.inputs[0]!, ...tables.map((table) => table.name)],
      outputs: [name],
      attrs: { size, alpha, beta, bias, ...bf16StyleOf(context) },
    },
    [...tables, { name, type: floatResult(name, context) }],
  )
}
