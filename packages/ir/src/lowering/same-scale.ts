import { layerOf } from '../graph/edges.ts'
import type { Node, TensorType, Value } from '../graph/types.ts'
import { roundTo } from '../number/rounding.ts'
import type { MultiplierAndShift } from '../number/scale-shift.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'
import { elementCount, storageArray, type Tensor } from '../tensor/tensor.ts'
import { saturatorOf } from './code-limits.ts'
import { newConstant } from './constant.ts'
import { factorFor } from './factor.ts'
import { requantizationOf } from './requantization.ts'

/** How operands of another scale than the result's are brought to it. */
export interface SameScale {
  /** The factor `operand scale / result scale` as a multiplier and a shift. @default as the scheme encodes operands */
  factorOf?(factor: number): MultiplierAndShift
  /** Name of a requantized operand. @default `<operand>_to_<layer>` */
  nameOf?(operand: string, layer: string): string
  /** Places of the operands whose elements become elements of the result. @default all */
  readonly places?: readonly number[]
  /** Limit the numbers of every operand to 0 and more. @default false */
  readonly relu?: boolean
  /** The type of the result, where not all of its codes are used. @default by its range */
  readonly type?: TensorType
}

/**
 * A node that joins codes (a concatenation): operands of another type, scale or zero point than the result's are requantized right behind where
 * they are made, each once; constants become codes of the result.
 */
export function lowerJoin(
  node: Node,
  context: LowerContext,
  {
    factorOf = (factor) => factorFor('operand', factor, context),
    nameOf = (operand, layer) => `${operand}_to_${layer}`,
    places = node.inputs.map((_, place) => place),
    relu = false,
    type: result = context.quantizedType(layerOf(node)),
  }: SameScale = {},
): LoweredNode {
  const name = layerOf(node)
  const hoisted = new Map<string, Node>()
  const values = new Map<string, Value>()
  const inputs = node.inputs.map((source, place) => {
    if (source === undefined || !places.includes(place)) return source
    const made = nameOf(source, name)
    const constant = context.constantOf(source)
    if (constant !== undefined) {
      values.set(made, codesIn(result, made, constant, relu, context))
      return made
    }
    const type = context.quantizedType(source)
    const { scale, zeroPoint } = type.quant!
    if (!relu && type.dtype === result.dtype && scale === result.quant!.scale && zeroPoint === result.quant!.zeroPoint) return source
    const attrs = { ...requantizationOf([factorOf(scale / result.quant!.scale)], context), ...(relu ? { relu } : {}) }
    hoisted.set(made, { op: 'Requantize', inputs: [source], outputs: [made], attrs })
    values.set(made, { name: made, type: { ...result, shape: type.shape } })
    return made
  })
  return { nodes: [{ ...node, inputs }], values: [...values.values(), { name, type: result }], hoisted: [...hoisted.values()] }
}

/** The code of a number in a type of codes, as the scheme makes codes of floats. */
export function codeIn(type: TensorType, x: number, { integers }: LowerContext): number {
  const { scale, zeroPoint } = type.quant!
  return saturatorOf(type)(roundTo(x / scale, integers.rounding.cast) + zeroPoint)
}

function codesIn(type: TensorType, name: string, { data, shape }: Tensor, relu: boolean, context: LowerContext): Value {
  const codes = new storageArray[type.dtype](elementCount(shape)) as Int8Array
  codes.forEach((_, i) => {
    const x = Number(data[i])
    codes[i] = codeIn(type, relu ? Math.max(0, x) : x, context)
  })
  const made = newConstant(name, type.dtype, shape, codes)
  return { ...made, type: { ...type, shape } }
}
