import { roundingModes } from '../number/rounding.ts'
import type { CodeStorage, FactorUse, MultiplierEncoding } from './scheme.ts'
import type { FloatType } from './target.ts'

type Fields = Readonly<Record<string, unknown>>
type Words<T> = readonly T[]

const signs: Words<CodeStorage['sign']> = ['signed', 'unsigned', 'by-range']
const zeroPoints: Words<CodeStorage['zeroPoint']> = ['none', 'by-range', 'middle']
const scales: Words<CodeStorage['scale']> = [undefined, 'exact', 'power-of-two']
const granularities: Words<CodeStorage['granularity']> = [undefined, 'per-tensor', 'per-axis']
const factorUses: Words<FactorUse> = ['sum', 'operand', 'product', 'cast']
const encodings: Words<MultiplierEncoding['kind']> = ['scale-shift', 'doubling', 'quantized-multiplier', 'shift']
const floats: Words<FloatType> = ['f32', 'f16', 'bf16']

/** What is wrong with the scheme of a mode, each in words; nothing for a sound one. @param place where it stands, for messages */
export function schemeDefects(scheme: unknown, place: string): readonly string[] {
  if (!isObject(scheme)) return [`${place} is missing: what the mode stores, { kind: 'integer', … } or { kind: 'float', … }`]
  if (scheme['kind'] === 'float') {
    return [
      ...oneOf(scheme['dtype'], floats, `${place}.dtype`),
      ...(scheme['rounding'] === undefined ? [] : roundingDefects(scheme['rounding'], ['cast'], place)),
    ]
  }
  if (scheme['kind'] !== 'integer') return oneOf(scheme['kind'], ['integer', 'float'], `${place}.kind`)
  return [
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
    ...oneOf(storage['bits'], [4, 8, 16], `${place}.bits`),
    ...oneOf(storage['sign'], signs, `${place}.sign`),
    ...oneOf(storage['zeroPoint'], zeroPoints, `${place}.zeroPoint`),
    ...oneOf(storage['scale'], scales, `${place}.scale`),
    ...oneOf(storage['granularity'], granularities, `${place}.granularity`),
  ]
}

function multiplierDefects(multipliers: unknown, place: string): readonly string[] {
  if (!isObject(multipliers)) return [`${place} is missing: an encoding for each of ${factorUses.join(', ')}`]
  return factorUses.flatMap((use) => {
    const encoding = multipliers[use]
    if (!isObject(encoding)) return [`${place}.${use} is missing: { kind, … }`]
    const kind = oneOf(encoding['kind'], encodings, `${place}.${use}.kind`)
    return encoding['kind'] === 'scale-shift' ? [...kind, ...oneOf(encoding['bits'], [8, 32], `${place}.${use}.bits`)] : kind
  })
}

function roundingDefects(rounding: unknown, uses: readonly string[], place: string): readonly string[] {
  if (!isObject(rounding)) return [`${place}.rounding is missing: { ${uses.join(', ')} }`]
  return uses.flatMap((use) => oneOf(rounding[use], roundingModes, `${place}.rounding.${use}`))
}

function oneOf(found: unknown, wanted: readonly unknown[], place: string): readonly string[] {
  if (wanted.includes(found)) return []
  const words = wanted.map((each) => (each === undefined ? 'nothing' : String(each))).join(', ')
  return [`${place} is ${found === undefined ? 'missing' : JSON.stringify(found)}: wanted ${words}`]
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
