import { type LowerOp, layerOf } from '@q/ir'
import { floatResult, loweredTo } from '@q/ir/lowering'
import { powerTables } from './bf16-tables.ts'
import { bf16StyleOf, byMantissa } from './lut-bf16.ts'

/** A quotient: the product with `<divisor>_reciprocal`. */
export const lowerDiv: LowerOp = (node, context) => {
  const name = layerOf(node)
  const [a, b] = node.inputs as [string, string]
  const inverse = `${b}_reciprocal`
  const tables = powerTables([`${inverse}_pow_table_bf16`, `${inverse}_pow_mantissa_table_bf16`], -1)
  const reciprocal = byMantissa(b, inverse, tables, 'product', context)
  const { range: _, ...bare } = floatResult(b, context)
  const product = loweredTo({ op: 'Mul', inputs: [a, inverse], outputs: [name], attrs: { ...node.attrs, ...bf16StyleOf(context) } }, [
    { name, type: floatResult(name, context) },
  ])
  return {
    nodes: [...reciprocal.nodes, ...product.nodes],
    values: [...reciprocal.values, { name: inverse, type: bare }, ...product.values],
  }
}
