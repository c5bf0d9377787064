import type { TensorType } from '@q/ir'
import { elementCount } from '@q/ir'
import { codeRange, halfAwayFromZero, isCodeType, saturated } from './codes.ts'
import { reshaped } from './finish.ts'
import { sumsAlong } from './sums-in-order.ts'
import type { Translate, Translation } from './translator.ts'

/**
 * Shares of exponentials: `e[max - x]` from a table of 256 (or 65,536) float32 numbers, divided by `f32(sum * scale)`, as float64 numbers.
 *
 * CumSum adds float32 numbers one after the other, so that its last number is the sum in axis order to the bit; a reduction
 * would add them in an order of its own.
 *
 * @param codes whole numbers of `type`, any integer type
 */
export function shares(t: Translation, codes: string, table: string, axis: number, scale: number): string {
  const { build } = t
  const { shape } = build.typeOf(codes)
  const at = axis < 0 ? axis + shape.length : axis
  const kept = shape.map((dim, i) => (i === at ? 1 : dim))
  const float = { dtype: 'f32', shape } as const
  const whole = build.cast(codes, 'i32')
  const i64 = (value: number) => build.numbers('i64', [value])
  const largest = build.node('ReduceMax', [whole, i64(at)], { dtype: 'i32', shape: kept }, { keepdims: 1 })
  const distance = build.node('Sub', [largest, whole], { dtype: 'i32', shape })
  const count = elementCount(shape)
  // GatherElements copies element by element, Gather slices, which takes much longer.
  const looked = build.node(
    'GatherElements',
    [table, reshaped(build, distance, [1, count])],
    { dtype: 'f32', shape: [1, count] },
    { axis: 1 },
  )
  const exponentials = reshaped(build, looked, shape)
  const sum = sumsAlong(build, exponentials, at)
  const divisor = build.node('Mul', [sum, build.numbers('f32', scale)], { dtype: 'f32', shape: kept })
  return build.cast(build.node('Div', [exponentials, divisor], float), 'f64')
}

/** The table of exponentials, in one row. */
export function exponentialTable(t: Translation, name: string): string | undefined {
  const entries = t.valueOf(name).constant
  if (!(entries?.data instanceof Float32Array)) return undefined
  return t.build.constant({ dtype: 'f32', shape: [1, entries.data.length], data: entries.data })
}

/** Positive numbers as codes, ties upward. */
export function nearestCodes(t: Translation, positive: string, type: TensorType): string {
  const wide = t.build.typeOf(positive)
  const whole = t.build.node('Floor', [t.build.node('Add', [positive, t.build.numbers('f64', 0.5)], wide)], wide)
  return saturated(t.build, whole, type)
}

export const translateQSoftmax: Translate = (node, t) => {
  const [x, table] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const row = exponentialTable(t, table!)
  const axis = Number(t.attrs(node)['axis'])
  if (row === undefined || !isCodeType(type.dtype) || from.shape.length === 0) return undefined
  const p = shares(t, t.carried(x!), row, axis, Math.fround(type.quant?.scale ?? 1))
  if (codeRange(type.dtype)[0] === 0) return [nearestCodes(t, p, type)]
  return [saturated(t.build, halfAwayFromZero(t.build, p), type)]
}
