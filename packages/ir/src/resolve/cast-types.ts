import type { CodeStorage, FloatScheme, IntegerScheme, Scheme } from '../contracts/scheme.ts'
import type { CastRules } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import type { Attrs, Node, Quant, Range, TensorType } from '../graph/types.ts'
import { encodeFactor } from '../number/encode-factor.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { DType } from '../tensor/tensor.ts'
import { bf16StyleOf } from './bf16-style.ts'
import type { OperandNeed } from './lower-context.ts'
import { codesOf, quantizedTypeOf } from './quantized-type.ts'

const floats: readonly DType[] = ['f32', 'f16', 'bf16']

/** Whether elements of a type are real numbers as they stand. */
export const isFloatType = (dtype: DType): boolean => floats.includes(dtype)

/** A value that has to arrive somewhere. */
export interface Arriving {
  readonly name: string
  readonly type: TensorType
  /** How its codes are stored, when it has any; absent when that is not known. */
  readonly storage?: CodeStorage
  /** Its calibrated range, when it has one. */
  readonly range?: Range
  /** How its bfloat16 numbers are made, when it has any. */
  readonly floats?: FloatScheme
  /** It is an input of the network. */
  readonly isInput?: boolean
}

/** Who needs it. */
export interface Receiver {
  readonly layer: string
  readonly need: OperandNeed
  /** How codes are stored there. */
  readonly storage: CodeStorage
}

/** What an operand must arrive as when its user says nothing: codes for codes, else the float type of the result. */
export function usualNeed(result: TensorType): OperandNeed {
  if (result.quant !== undefined) return 'codes'
  return isFloatType(result.dtype) ? result.dtype : 'any'
}

/**
 * The type an operand has to be cast to; `undefined` when it is right as it is.
 *
 * @throws QError `RANGE_MISSING` when a float value without a range has to become codes, `INTEGER_OPERAND` for plain integers
 */
export function wantedType(
  arriving: Arriving,
  { layer, need, storage }: Receiver,
  rescale: CastRules['rescale'] = 'by-range',
): TensorType | undefined {
  const { name, type } = arriving
  if (need === 'any') return undefined
  if (need !== 'codes') return type.dtype === need && type.quant === undefined ? undefined : { dtype: need, shape: type.shape }
  if (isFloatType(type.dtype)) return quantizedTypeOf(name, type, storage, { expressed: type.dtype as Quant['expressed'], user: layer })
  if (type.quant === undefined) {
    throw new QError('INTEGER_OPERAND', `${layer} on codes cannot take the plain integers of ${name}`, {
      at: [layer, name],
      found: type.dtype,
      wanted: 'a calibrated tensor',
      hint: `keep ${layer} in a float mode in the quantization table`,
    })
  }
  return restored(arriving, storage, rescale)
}

/**
 * Codes of one way of storing as codes of another; `undefined` when they are that already (sums of 32 bits are left to their user).
 *
 * Where the range is known they are what the layer counts with, `by-width` to the last bit of the codes at hand where both are the same codes.
 */
function restored({ type, storage: from, range }: Arriving, to: CodeStorage, rescale: CastRules['rescale']): TensorType | undefined {
  const bits = bitsOf(type.dtype)
  if (bits === undefined) return undefined
  const fits = bits === storedBits(to) && (from === undefined || bits !== storedBits(from) || sameStorage(from, to))
  if (fits) return undefined
  const byWidth = widthOnly(type, to)
  if (range === undefined)
    return byWidth ?? quantizedTypeOf('', { ...type, range: reachOf(type) }, to, { expressed: type.quant!.expressed })
  const byRange = quantizedTypeOf('', { ...type, range }, to, { expressed: type.quant!.expressed })
  return rescale === 'by-width' && byWidth !== undefined && sameCodes(byWidth, byRange) ? byWidth : byRange
}

/**
 * Codes as they are in another width, with the scale times the ratio of the numbers of steps; `undefined` where that is not how the codes
 * wanted are made: with zero points, scales that are powers of two, another sign.
 */
function widthOnly({ dtype, shape, quant }: TensorType, to: CodeStorage): TensorType | undefined {
  const signed = dtype === 'i8' || dtype === 'i16'
  const { scale, zeroPoint, expressed } = quant!
  const isSymmetric = zeroPoint === 0 && (to.zeroPoint === 'none' || (to.zeroPoint === 'middle' && signed))
  if (!isSymmetric || (to.scale ?? 'exact') !== 'exact' || (to.sign !== 'by-range' && (to.sign === 'signed') !== signed)) return undefined
  const [min, max] = codeLimitsOf({ dtype, quant: quant! })
  return codesOf(to, signed, shape, { scale: (scale * (max - min)) / (2 ** to.bits - 1), zeroPoint: 0, expressed })
}

/** Whether codes of one way of storing stand for the same numbers but for the last digits of their scales. */
function sameCodes(a: TensorType, b: TensorType): boolean {
  const ratio = a.quant!.scale / b.quant!.scale
  return a.dtype === b.dtype && Math.abs(ratio - 1) < 2 ** -40
}

/** The numbers that codes can stand for. */
function reachOf({ dtype, quant }: TensorType): Range {
  const { scale, zeroPoint } = quant!
  const [min, max] = codeLimitsOf({ dtype, quant: quant! })
  return { min: (min - zeroPoint) * scale, max: (max - zeroPoint) * scale }
}

const storedBits = ({ bits }: CodeStorage): 8 | 16 => (bits === 16 ? 16 : 8)

const bitsOf = (dtype: DType): 8 | 16 | undefined =>
  dtype === 'i8' || dtype === 'u8' ? 8 : dtype === 'i16' || dtype === 'u16' ? 16 : undefined

function sameStorage(a: CodeStorage, b: CodeStorage): boolean {
  return a === b || (a.bits === b.bits && a.sign === b.sign && a.zeroPoint === b.zeroPoint && (a.scale ?? 'exact') === (b.scale ?? 'exact'))
}

/** The schemes that a cast is made by. */
export interface CastSchemes {
  /** Of the layer that needs it. */
  readonly needed: Scheme
  /** By which the bfloat16 numbers that it reads were made. @default none says how */
  readonly floats?: FloatScheme | undefined
  /** How codes are stored there. */
  readonly integers: IntegerScheme
  /** What the target says of all casts. @default nothing */
  readonly rules?: CastRules | undefined
  /** By which bfloat16 numbers are made near there. @default none says how */
  readonly near?: FloatScheme | undefined
  /** What is cast is an input of the network. @default it is computed */
  readonly isInput?: boolean
}

/** The float type that a cast between codes and float32 numbers goes through, where the target has one, and how its numbers are made. */
const throughOf = ({ through }: CastRules, dtype: DType, near: FloatScheme | undefined): Attrs =>
  through === undefined || dtype !== 'f32' ? {} : { ...(near === undefined ? {} : bf16StyleOf(near, through)), through }

/** The node that casts `from` to `to`. What is computed with bfloat16 numbers on the way to codes is made as they are. */
export function castNode(from: string, to: string, source: TensorType, wanted: TensorType, schemes: CastSchemes): Node {
  const { needed: scheme, floats, integers, rules = {}, near, isInput = false } = schemes
  const node = { inputs: [from], outputs: [to] }
  if (wanted.quant !== undefined && source.quant !== undefined) {
    const { multiplier, shift, requantize } = encodeFactor(source.quant.scale / wanted.quant.scale, integers.multipliers.cast)
    const kind = requantize === 'multiplier-shift' ? {} : { requantize }
    return {
      op: 'Requantize',
      ...node,
      attrs: { multipliers: [multiplier], shifts: [shift], rounding: integers.rounding.requantize, ...kind },
    }
  }
  if (wanted.quant !== undefined) {
    if (isInput && rules.ofInputs !== undefined)
      return { op: 'QuantizeLinear', ...node, attrs: { rounding: rules.ofInputs.rounding, hostScale: true } }
    const rounding: RoundingMode = integers.rounding.cast
    const style = floats === undefined ? {} : bf16StyleOf(floats, source.dtype)
    return { op: 'QuantizeLinear', ...node, attrs: { rounding, ...style, ...throughOf(rules, source.dtype, near) } }
  }
  // A layer whose mode has codes may be computed in floats: they are made as those near it.
  const made = scheme.kind === 'float' || near === undefined ? scheme : near
  if (source.quant !== undefined)
    return { op: 'DequantizeLinear', ...node, attrs: { ...bf16StyleOf(made, wanted.dtype), ...throughOf(rules, wanted.dtype, near) } }
  const style =
    rules.bf16 !== undefined && source.dtype === 'f32' && wanted.dtype === 'bf16' ? { bf16: rules.bf16 } : bf16StyleOf(made, wanted.dtype)
  return { op: 'Cast', ...node, attrs: { to: wanted.dtype, rounding: scheme.rounding?.cast ?? 'half-to-even', ...style } }
}
