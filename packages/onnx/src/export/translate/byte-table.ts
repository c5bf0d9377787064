import type { Attrs, DType, RoundingMode, TensorType } from '@q/ir'
import { elementCount } from '@q/ir'
import { multiplyByQuantizedMultiplier, multiplyShift, shiftRight } from '@q/ir/number'
import { carrierOf, shiftOf } from '../onnx/carriers.ts'
import { codeLimits, zeroPointOf } from './codes.ts'
import { reshaped } from './finish.ts'
import type { Translation } from './translator.ts'

/**
 * Any function of an 8-bit code as a table of its 256 results, one table for all or one for each slice of axis 1.
 *
 * Written as GatherElements, whose kernel copies element by element; Gather, which copies slices, takes nine times as long.
 *
 * @param x a value of the graph whose codes are bytes
 * @param f the result for a code, and the slice it is in; its element type is that of `type`
 */
export function byByteTable(t: Translation, x: string, type: TensorType, f: (code: number, slice: number) => number, slices = 1): string {
  const { build } = t
  const { dtype, shape } = t.typeOf(x)
  const carrier = carrierOf(type)
  const batch = slices === 1 ? 1 : shape[0]!
  const rows = batch * slices
  const entries = new Float64Array(rows * 256)
  const from = shiftOf(dtype)
  const to = shiftOf(type.dtype)
  for (let row = 0; row < rows; row++) {
    for (let stored = 0; stored < 256; stored++) entries[row * 256 + stored] = f(stored - from, row % slices) + to
  }
  const flat = [rows, elementCount(shape) / rows]
  const table = build.constant({ dtype: carrier, shape: [rows, 256], data: inCarrier(carrier, entries) })
  const places = build.cast(reshaped(build, t.carried(x), flat), 'i32')
  return reshaped(build, build.node('GatherElements', [table, places], { dtype: carrier, shape: flat }, { axis: 1 }), type.shape)
}

/** Numbers in the array of a carrier. */
export function inCarrier(carrier: DType, entries: Float64Array): Uint8Array | Int32Array | Float32Array {
  return carrier === 'u8' ? Uint8Array.from(entries) : carrier === 'i32' ? Int32Array.from(entries) : Float32Array.from(entries)
}

/** How a multiplier and a shift act on one integer, by the words of the `requantize` attribute. */
export function scaleInteger(kind: string, multiplier: number, shift: number, rounding: string): (v: number) => number {
  const mode = rounding as RoundingMode
  switch (kind) {
    case 'none':
      return (v) => v
    case 'shift':
      return (v) => shiftRight(v, shift, mode)
    case 'quantized-multiplier':
      return (v) => multiplyByQuantizedMultiplier(v, { mantissa: multiplier, exponent: -shift }, mode)
    default:
      return (v) => multiplyShift(v, multiplier, shift, mode)
  }
}

/** How the requantization that a node's attributes describe acts on integers of channel (or operand) `i`. */
export function scaleIntegerBy(attrs: Attrs, i = 0): (v: number) => number {
  const entry = (name: string, otherwise: number): number => {
    const list = attrs[name] as readonly number[]
    return (list.length === 1 ? list[0] : list[i]) ?? otherwise
  }
  return scaleInteger(String(attrs['requantize']), entry('multipliers', 1), entry('shifts', 0), String(attrs['rounding']))
}

/** Adds the zero point of a type (or another) to a number and clamps the sum to its codes; with `relu` at that zero point. */
export function toCode(type: TensorType, relu = false, zero = zeroPointOf(type)): (v: number) => number {
  const [low, high] = codeLimits(type, relu, zero)
  return (v) => Math.max(low, Math.min(high, v + zero))
}
