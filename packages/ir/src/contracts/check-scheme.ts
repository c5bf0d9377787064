import { bf16Styles } from '../number/bf16.ts'
import { roundingModes } from '../number/rounding.ts'
import { isObject, strangers } from './defects.ts'
import type { CodeStorage, FactorUse, FloatScheme, IntegerScheme, MultiplierEncoding } from './scheme.ts'
import type { FloatType } from './target.ts'

type Words<T> = readonly T[]

const signs: Words<CodeStorage['sign']> = ['signed', 'unsigned', 'by-range']
const zeroPoints: Words<CodeStorage['zeroPoint']> = ['none', 'by-range', 'middle']
const scales: Words<CodeStorage['scale']> = [undefined, 'exact', 'power-of-two']
const granularities: Words<CodeStorage['granularity']> = [undefined, 'per-tensor', 'per-axis']
const factorUses: Words<FactorUse> = ['sum', 'operand', 'product', 'cast']
const encodings: Words<MultiplierEncoding['kind']> = ['scale-shift', 'doubling', 'quantized-multiplier', 'shift']
const floats: Words<FloatType> = ['f32', 'f16', 'bf16']

const floatMembers: Readonly<Record<keyof FloatScheme, true>> = { kind: true, dtype: true, bf16: true, rounding: true }
const integerMembers: Readonly<Record<keyof IntegerScheme, true>> = {
  kind: true,
  activations: true,
  weights: true,
  bias: true,
  multipliers: true,
  rounding: true,
}
const storageMembers: Readonly<Record<keyof CodeStorage, true>> = {
  bits: true,
  sign: true,
  zeroPoint: true,
  scale: true,
  granularity: true,
}
const encodingMembers: Readonly<Record<MultiplierEncoding['kind'], Readonly<Record<string, true>>>> = {
  'scale-shift': { kind: true, bits: true, range: true },
  doubling: { kind: true, largest: true },
  'quantized-multiplier': { kind: true },
  shift: { kind: true },
}

/** What is wrong with the scheme of a mode, each in words; nothing for a sound one. @param place where it stands, for messages */
export function schemeDefects(scheme: unknown, place: string): readonly string[] {
  if (!isObject(scheme)) return [`${place} is missing: what the mode stores, { kind: 'integer', … } or { kind: 'float', … }`]
  if (scheme['kind'] === 'float') {
    return [
      ...strangers(scheme, floatMembers, `${place}.`),
      ...oneOf(scheme['dtype'], floats, `${place}.dtype`),
      ...oneOf(scheme['bf16'], [undefined, ...Object.keys(bf16Styles)], `${place}.bf16`),
      ...(scheme['rounding'] === undefined ? [] : roundingDefects(scheme['rounding'], ['cast'], place)),
    ]
  }
  if (scheme['kind'] !== 'integer') return oneOf(scheme['kind'], ['integer', 'float'], `${place}.kind`)
  return [
    ...strangers(scheme, integerMembers, `${place}.`),
    ...storageDefects(scheme['activations'], `${place}.activations`),
    ...storageDefects(scheme['weights'], `${place}.weights`),
    ...oneOf(scheme['bias'], [undefined, 'i32', 'i64'], `${place}.bias`),
    ...multiplierDefects(scheme['multipliers'], `${place}.multipliers`),
    ...roundingDefects(scheme['rounding'], ['requantize', 'cast', 'weight'], place),
  ]
}

function storageDefects(storage: unknown, place: string): readonly string[] {
  if (!isObject(storage)) return [`${place} is missing: { bits, sign, zeroPoint }`]
  return [
    ...strangers(storage, storageMembers, `${place}.`),
    ...oneOf(storage['bits'], [4, 8, 16], `${place}.bits`),
    ...oneOf(storage['sign'], signs, `${place}.sign`),
    ...oneOf(storage['zeroPoint'], zeroPoints, `${place}.zeroPoint`),
    ...oneOf(storage['scale'], scales, `${place}.scale`),
    ...oneOf(storage['granularity'], granularities, `${place}.granularity`),
  ]
}

function multiplierDefects(multipliers: unknown, place: string): readonly string[] {
  if (!isObject(multipliers)) return [`${place} is missing: an encoding for each of ${factorUses.join(', ')}`]
  const uses = factorUses.flatMap((use) => {
    const encoding = multipliers[use]
    if (!isObject(encoding)) return [`${place}.${use} is missing: { kind, … }`]
    const { kind, bits, range, largest } = encoding
    if (!encodings.includes(kind as MultiplierEncoding['kind'])) return oneOf(kind, encodings, `${place}.${use}.kind`)
    return [
      ...strangers(encoding, encodingMembers[kind as MultiplierEncoding['kind']], `${place}.${use}.`),
      ...(kind === 'scale-shift' ? oneOf(bits, [8, 32], `${place}.${use}.bits`) : []),
      ...oneOf(range, [undefined, 'general', 'positive'], `${place}.${use}.range`),
      ...(largest === undefined || (Number.isInteger(largest) && Number(largest) > 0)
        ? []
        : [`${place}.${use}.largest is ${JSON.stringify(largest)}: wanted a whole number above 0`]),
    ]
  })
  return [...strangers(multipliers, { sum: true, operand: true, product: true, cast: true }, `${place}.`), ...uses]
}

function roundingDefects(rounding: unknown, uses: readonly string[], place: string): readonly string[] {
  if (!isObject(rounding)) return [`${place}.rounding is missing: { ${uses.join(', ')} }`]
  const known = Object.fromEntries(uses.map((use) => [use, true as const]))
  return [
    ...strangers(rounding, known, `${place}.rounding.`),
    ...uses.flatMap((use) => oneOf(rounding[use], roundingModes, `${place}.rounding.${use}`)),
  ]
}

function oneOf(found: unknown, wanted: readonly unknown[], place: string): readonly string[] {
  if (wanted.includes(found)) return []
  const words = wanted.map((each) => (each === undefined ? 'nothing' : String(each))).join(', ')
  return [`${place} is ${found === undefined ? 'missing' : JSON.stringify(found)}: wanted ${words}`]
}
