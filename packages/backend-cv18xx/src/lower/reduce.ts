import { elementCount, type LowerOp, layerOf } from '@q/ir'
import { floatResult, loweredTo, onCodes } from '@q/ir/lowering'
import { quantizedScale } from '@q/ir/number'
import { powerTables } from './bf16-tables.ts'
import { rescaledBy } from './byte-factor.ts'
import { bf16StyleOf } from './lut-bf16.ts'
import { thresholdOf } from './threshold.ts'

const modes: Readonly<Record<string, string>> = { ReduceMax: 'max', ReduceMean: 'mean', ReduceMin: 'min', ReduceSum: 'sum' }

/** The sum, largest or smallest of codes over axes times one factor. */
export const lowerReduce: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const [x] = node.inputs as [string]
  const { axes, keepdims } = context.attrs(node)
  const { shape } = context.typeOf(x)
  const count = elementCount((axes as readonly number[]).map((axis) => shape[axis < 0 ? axis + shape.length : axis]!))
  const mode = modes[node.op]!
  const factor = quantizedScale(thresholdOf(x, context) / thresholdOf(name, context) / (mode === 'mean' ? count : 1))
  return loweredTo(
    {
      op: 'QReduce',
      inputs: [x],
      outputs: [name],
      attrs: { axes: axes!, keepdims: keepdims!, mode, ...rescaledBy([factor], context) },
    },
    [{ name, type: context.quantizedType(name) }],
  )
})

/** The root of the sum of squares, by tables. */
export const lowerReduceL2: LowerOp = (node, context) => {
  const name = layerOf(node)
  const { axes, keepdims } = context.attrs(node)
  const tables = powerTables([`${name}_reciprocal_table_bf16`, `${name}_reciprocal_mantissa_table_bf16`], 0.5)
  return loweredTo(
    {
      op: 'LutReduceL2',
      inputs: [node.inputs[0]!, ...tables.map((each) => each.name)],
      outputs: [name],
      attrs: { axes: axes!, keepdims: keepdims!, ...bf16StyleOf(context) },
    },
    [...tables, { name, type: floatResult(name, context) }],
  )
}
