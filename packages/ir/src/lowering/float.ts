import type { LowerOp } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node, Value } from '../graph/types.ts'
import { bf16StyleOf } from '../resolve/bf16-style.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import type { ConstantNaming } from './constant.ts'
import { floatConstant } from './float-constant.ts'
import { floatResult, floatTypeOf } from './float-type.ts'
import { numberPlace } from './number-operand.ts'

/** How the general float lowering treats a node. */
export interface FloatForm {
  /** Operands (by place) whose constants stay float32. @default none */
  readonly keep?: readonly number[]
  /** The result is left at float32 digits although its type is narrower. @default false */
  readonly unrounded?: boolean
  /** Names of rounded constants. @default `<constant>_<type>` */
  readonly naming?: ConstantNaming
}

/**
 * A node computed in the float mode of the context: constants are rounded to its type once, the result after the
 * operation. Numbers (constants of one element next to a tensor) stay as they are.
 */
export function lowerFloat(node: Node, context: LowerContext, { keep = [], unrounded = false, naming }: FloatForm = {}): LoweredNode {
  const type = floatTypeOf(context)
  const number = numberPlace(node, context)
  const constants: Value[] = []
  const inputs = node.inputs.map((name, place) => {
    if (name === undefined || context.constantOf(name) === undefined || place === number || keep.includes(place)) return name
    const constant = floatConstant(name, type, layerOf(node), context, naming)
    constants.push(constant)
    return constant.name
  })
  const results = node.outputs.map((name) => ({ name, type: floatResult(name, context) }))
  const attrs = {
    ...node.attrs,
    ...(unrounded && type !== 'f32' ? { unrounded } : {}),
    ...bf16StyleOf(context.scheme, type),
  }
  return loweredTo({ ...node, inputs, attrs }, [...constants, ...results])
}

/** {@link lowerFloat} as a lowering. */
export const asFloat =
  (form?: FloatForm): LowerOp =>
  (node, context) =>
    lowerFloat(node, context, form)
