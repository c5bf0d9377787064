import {
  type LowerContext,
  type LoweredNode,
  layerOf,
  loweredTo,
  type Node,
  numberOperand,
  roundHalfAway,
  saturate,
  type TensorType,
  valueOf,
} from '@q/ir'
import { byMode } from './by-mode.ts'
import { lowerFloat } from './float.ts'

/** Truth values as codes: 0 and 1, scale 1. */
export function truthType(name: string, context: LowerContext): TensorType {
  return { dtype: 'u8', shape: context.typeOf(name).shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
}

/** The comparison with its operands exchanged. */
const mirrored: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  NotEqual: 'NotEqual',
  Greater: 'Less',
  GreaterOrEqual: 'LessOrEqual',
  Less: 'Greater',
  LessOrEqual: 'GreaterOrEqual',
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const number = numberOperand(node, (each) => valueOf(context.graph, each))
  if (number !== undefined) {
    const x = node.inputs[1 - number]!
    const operation = number === 0 ? mirrored[node.op] : node.op in mirrored ? node.op : undefined
    if (operation === undefined) return lowerFloat(node, context.in('F32'))
    const { dtype, quant } = context.quantizedType(x)
    const value = Number(context.constantOf(node.inputs[number])!.data[0])
    const constant = saturate(roundHalfAway(value / quant!.scale + quant!.zeroPoint), dtype as 'i8' | 'u8')
    return loweredTo({ op: 'QCompareConstant', inputs: [x], outputs: [name], attrs: { constant, operation } }, [
      { name, type: truthType(name, context) },
    ])
  }
  const types = node.inputs.map((each) => (context.constantOf(each) === undefined ? context.quantizedType(each!) : undefined))
  const [a, b] = types
  if (node.inputs.length === 2 && (a === undefined || b === undefined || a.quant!.scale !== b.quant!.scale || a.dtype !== b.dtype)) {
    return lowerFloat(node, context.in('F32'))
  }
  return loweredTo(node, [{ name, type: truthType(name, context) }], { operands: new Map(node.inputs.map((each) => [each!, 'codes'])) })
}

/** Comparison and logic: in INT8 on codes of one scale, the result 0 or 1. */
export const lowerCompare = byMode(int8)
