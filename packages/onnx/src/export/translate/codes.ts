import type { Node, TensorType } from '@q/ir'
import { QError } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import { shiftOf } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import type { Translation } from './translator.ts'

/** Range of codes of an element type. @throws QError `CODES_TYPE` */
export function codeRange(dtype: TensorType['dtype']): readonly [min: number, max: number] {
  if (isCodeType(dtype)) return codeLimitsOf({ dtype })
  throw new QError('CODES_TYPE', 'codes of this element type cannot be run', {
    found: dtype,
    wanted: codeTypes.join(', '),
    hint: 'give the value one of these element types',
  })
}

/** What codes of a type saturate to; with `relu` nothing goes below `floor`, the zero point unless another is given. @throws QError `CODES_TYPE` */
export function codeLimits(type: TensorType, relu = false, floor: number = zeroPointOf(type)): readonly [min: number, max: number] {
  codeRange(type.dtype)
  return codeLimitsOf(type, relu ? floor : undefined)
}

/** Whether slices of a type have zero points of their own. */
export function hasSlicedZeros({ quant }: TensorType): boolean {
  return quant?.axis !== undefined && quant.zeroPoints !== undefined
}

/** The zero point of `name` that the operator takes off each code: none when it is part of the sum. */
export function takenZero(t: Translation, node: Node, name: string): number {
  return t.attrs(node)['zeroPointInSum'] === false ? zeroPointOf(t.typeOf(name)) : 0
}

const codeTypes: readonly TensorType['dtype'][] = ['i8', 'u8', 'i16', 'u16', 'i32']

/** Whether an element type is one of the integers that codes can have here. */
export function isCodeType(dtype: TensorType['dtype']): boolean {
  return codeTypes.includes(dtype)
}

/** Whether codes of that element type travel in bytes. */
export function isByte(dtype: TensorType['dtype']): boolean {
  return dtype === 'i8' || dtype === 'u8'
}

/** Zero point of a type's codes as they are, and as they travel. */
export function zeroPointOf(type: TensorType): number {
  return type.quant?.zeroPoint ?? 0
}

export function carriedZero(type: TensorType): number {
  return zeroPointOf(type) + shiftOf(type.dtype)
}

/** Largest magnitude that a code of `name` can have by its element type, `zero` (its zero point unless given) taken off. */
export function reach(t: Translation, name: string, zero = zeroPointOf(t.typeOf(name))): number {
  const [low, high] = codeRange(t.typeOf(name).dtype)
  return Math.max(high - zero, zero - low)
}

/** Codes as numbers of `dtype`, less `zero` (the zero point of their type unless given). */
export function centred(build: OnnxBuilder, carried: string, type: TensorType, dtype: 'f32' | 'f64', zero = zeroPointOf(type)): string {
  const wide = build.cast(carried, dtype)
  const offset = zero + shiftOf(type.dtype)
  return offset === 0 ? wide : build.node('Sub', [wide, build.numbers(dtype, offset)], { dtype, shape: build.typeOf(wide).shape })
}

/** Whether elements are other than 0, whatever their zero point; codes count as they are stored, not as they travel. */
export function truthOf(t: Translation, name: string): string {
  const type = t.typeOf(name)
  return t.build.cast(shiftOf(type.dtype) === 0 ? t.carried(name) : centred(t.build, t.carried(name), type, 'f32', 0), 'bool')
}

/** Floats that are whole numbers, the zero point of `type` added (unless it `isPlaced`), clamped to its codes, as its carrier. */
export function saturated(build: OnnxBuilder, whole: string, type: TensorType, relu = false, isPlaced = false): string {
  const { dtype, shape } = build.typeOf(whole)
  const shift = shiftOf(type.dtype)
  const [low, high] = codeLimits(type, relu)
  const offset = isPlaced ? 0 : carriedZero(type)
  const placed = offset === 0 ? whole : build.node('Add', [whole, build.numbers(dtype, offset)], { dtype, shape })
  const clamped = build.node('Clip', [placed, build.numbers(dtype, low + shift), build.numbers(dtype, high + shift)], { dtype, shape })
  return build.cast(clamped, isByte(type.dtype) ? 'u8' : 'i32')
}

/** Rounds a float to the nearest integer, ties away from zero. Doubles only up to 2^51. */
export function halfAwayFromZero(build: OnnxBuilder, x: string): string {
  const wide = build.typeOf(x)
  const magnitude = build.node('Floor', [build.node('Add', [build.node('Abs', [x], wide), build.numbers(wide.dtype, 0.5)], wide)], wide)
  return build.node('Mul', [build.node('Sign', [x], wide), magnitude], wide)
}
