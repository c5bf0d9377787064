import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type ScalarFunction } from '@q/ir'
import { floatResult, loweredTo, tableFunction } from '@q/ir/lowering'
import { logarithmTables, powerTables, slopeTables, type TablePair } from './bf16-tables.ts'
import { reluOf } from './relu-of.ts'

/** How far the tables of straight pieces reach on both sides of zero, by operator. */
const reaches: Readonly<Record<string, number>> = {
  Elu: 12,
  Exp: 15,
  Gelu: 8,
  Mish: 8,
  Sigmoid: 12,
  Silu: 12,
  Softplus: 8,
  Softsign: 6,
  Tanh: 15,
}

/** That of a product with a number, and of a number less another. */
const numberReach = 15

/** The style in which the chip makes bfloat16 numbers. */
export const bf16StyleOf = ({ scheme }: LowerContext) => (scheme.kind === 'float' && scheme.bf16 !== undefined ? { bf16: scheme.bf16 } : {})

/** What makes a result under a name, and the ReLU behind it that the layer ends in: a table has none. */
function endingInRelu(node: Node, context: LowerContext, make: (result: string) => LoweredNode): LoweredNode {
  const name = layerOf(node)
  const type = floatResult(name, context)
  const { relu, reluLimit } = context.attrs(node)
  if (relu !== true) {
    const made = make(name)
    return { ...made, values: [...made.values, { name, type }] }
  }
  const { range: _, ...bare } = type
  const plain = `${name}_plain`
  const made = make(plain)
  return {
    nodes: [...made.nodes, reluOf(plain, name, Number(reluLimit), bf16StyleOf(context))],
    values: [...made.values, { name: plain, type: bare }, { name, type }],
  }
}

/** A node by pieces of straight lines. */
const bySlopes = (node: Node, x: string, f: ScalarFunction, reach: number, context: LowerContext): LoweredNode =>
  endingInRelu(node, context, (result) => {
    const tables = slopeTables(layerOf(node), f, reach)
    const attrs = { min: -reach, max: reach, ...bf16StyleOf(context) }
    return loweredTo({ op: 'SlopeLut', inputs: [x, ...tables.map((each) => each.name)], outputs: [result], attrs }, tables)
  })

/** A function of one number in bfloat16. */
export const lowerSlopes: LowerOp = (node, context) => {
  const attrs = context.attrs(node)
  const reach = node.op === 'Sigmoid' && attrs['log'] === true ? 3 : reaches[node.op]!
  return bySlopes(node, node.inputs[0]!, tableFunction(node.op, attrs), reach, context)
}

/** The same of a tensor and a number. */
export const byNumberSlopes = (node: Node, x: string, f: ScalarFunction, context: LowerContext): LoweredNode =>
  bySlopes(node, x, f, numberReach, context)

/** A node by exponent and mantissa. @param result its name, where it is not that of the layer */
export function byMantissa(x: string, result: string, tables: TablePair, combine: 'product' | 'sum', context: LowerContext): LoweredNode {
  const more = combine === 'sum' ? { combine } : {}
  return loweredTo(
    { op: 'MantissaLut', inputs: [x, ...tables.map((each) => each.name)], outputs: [result], attrs: { ...more, ...bf16StyleOf(context) } },
    tables,
  )
}

/** A power of what arrives. @param times a number that it is multiplied with */
export const asPower = (node: Node, x: string, power: number, context: LowerContext, times = 1): LoweredNode =>
  endingInRelu(node, context, (result) => {
    const name = layerOf(node)
    const tables = powerTables([`${name}_pow_table_bf16`, `${name}_pow_mantissa_table_bf16`], power, times)
    return byMantissa(x, result, tables, 'product', context)
  })

/** The square root in bfloat16. */
export const lowerSqrtBf16: LowerOp = (node, context) => asPower(node, node.inputs[0]!, 0.5, context)

/** The logarithm in bfloat16. */
export const lowerLogBf16: LowerOp = (node, context) => {
  const name = layerOf(node)
  const made = byMantissa(
    node.inputs[0]!,
    name,
    logarithmTables([`${name}_log_table_bf16`, `${name}_log_mantissa_table_bf16`]),
    'sum',
    context,
  )
  return { ...made, values: [...made.values, { name, type: floatResult(name, context) }] }
}
