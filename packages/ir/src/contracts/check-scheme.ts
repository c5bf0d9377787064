import { bf16Styles } from '../number/bf16.ts'
import { roundingModes } from '../number/rounding.ts'
import { floatOps } from '../ops/op-set.ts'
import { backendInvalid, type Fields, isObject, missing, unknown } from './defects.ts'
import { isForm } from './form-names.ts'
import type { CodeStorage, FactorUse, FloatScheme, IntegerRounding, IntegerScheme, MultiplierEncoding } from './scheme.ts'
import type { FloatType, Target } from './target.ts'

/** Multipliers are 32-bit integers. */
const largestMultiplier = 2 ** 31 - 1

type Words<T> = readonly T[]

const signs: Words<CodeStorage['sign']> = ['signed', 'unsigned', 'by-range']
const zeroPoints: Words<CodeStorage['zeroPoint']> = ['none', 'by-range', 'middle']
const scales: Words<CodeStorage['scale']> = [undefined, 'exact', 'power-of-two', 'fixed-point']
const arithmetics: Words<CodeStorage['arithmetic']> = [undefined, 'double', 'single']
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
  arithmetic: true,
  granularity: true,
}
/** A float scheme may share the roundings of an integer one. */
const roundingMembers: Readonly<Record<keyof IntegerRounding, true>> = {
  requantize: true,
  requantizeOf: true,
  cast: true,
  table: true,
  weight: true,
}
const encodingMembers: Readonly<Record<MultiplierEncoding['kind'], Readonly<Record<string, true>>>> = {
  'scale-shift': { kind: true, bits: true, range: true },
  doubling: { kind: true, largest: true, rounding: true },
  'quantized-multiplier': { kind: true },
  shift: { kind: true },
}

/** What is wrong with the schemes of a target, each in words. @param modes those that need one */
export function schemesDefects(schemes: unknown, asymmetricSchemes: unknown, modes: readonly string[]): readonly string[] {
  if (!isObject(schemes)) return [missing('target.schemes', 'an object from mode to what it stores', schemes)]
  const asymmetric = asymmetricSchemes ?? {}
  return [
    ...[...new Set([...modes, ...Object.keys(schemes)])].flatMap((mode) => schemeDefects(schemes[mode], `target.schemes.${mode}`)),
    ...(isObject(asymmetric)
      ? Object.entries(asymmetric).flatMap(([mode, scheme]) => schemeDefects(scheme, `target.asymmetricSchemes.${mode}`))
      : [missing('target.asymmetricSchemes', 'an object from mode to what it stores', asymmetric)]),
  ]
}

/** Targets whose schemes were found sound: each is looked at once. */
const sound = new WeakSet<Target>()

/**
 * Makes sure that every number a target decides follows from schemes that mean something.
 *
 * @throws QError `BACKEND_INVALID` listing all that is wrong, as `checkBackend` does
 */
export function checkSchemes(target: Target): void {
  if (sound.has(target)) return
  const defects = schemesDefects(target.schemes, target.asymmetricSchemes, target.modes)
  if (defects.length > 0) throw backendInvalid(defects, target.name)
  sound.add(target)
}

/** What is wrong with the scheme of a mode, each in words; nothing for a sound one. @param place where it stands, for messages */
export function schemeDefects(scheme: unknown, place: string): readonly string[] {
  if (!isObject(scheme)) return [`${place} is missing: what the mode stores, { kind: 'integer', … } or { kind: 'float', … }`]
  if (scheme['kind'] === 'float') {
    return [
      ...membersOf(scheme, floatMembers, `${place}.`),
      ...oneOf(scheme['dtype'], floats, `${place}.dtype`),
      ...oneOf(scheme['bf16'], [undefined, ...Object.keys(bf16Styles)], `${place}.bf16`),
      ...(scheme['rounding'] === undefined ? [] : roundingDefects(scheme['rounding'], ['cast'], place)),
    ]
  }
  if (scheme['kind'] !== 'integer') return oneOf(scheme['kind'], ['integer', 'float'], `${place}.kind`)
  return [
    ...membersOf(scheme, integerMembers, `${place}.`),
    ...storageDefects(scheme['activations'], `${place}.activations`),
    ...(isObject(scheme['activations']) && scheme['activations']['granularity'] === 'per-axis'
      ? [`${place}.activations.granularity is "per-axis": wanted nothing, per-tensor; activations have one scale`]
      : []),
    ...storageDefects(scheme['weights'], `${place}.weights`),
    ...oneOf(scheme['bias'], [undefined, 'i32', 'i64'], `${place}.bias`),
    ...multiplierDefects(scheme['multipliers'], `${place}.multipliers`),
    ...roundingDefects(scheme['rounding'], ['requantize', 'cast', 'weight'], place),
  ]
}

function storageDefects(storage: unknown, place: string): readonly string[] {
  if (!isObject(storage)) return [`${place} is missing: { bits, sign, zeroPoint }`]
  return [
    ...membersOf(storage, storageMembers, `${place}.`),
    ...oneOf(storage['bits'], [4, 8, 16], `${place}.bits`),
    ...oneOf(storage['sign'], signs, `${place}.sign`),
    ...oneOf(storage['zeroPoint'], zeroPoints, `${place}.zeroPoint`),
    ...(storage['sign'] === 'signed' && storage['zeroPoint'] === 'middle'
      ? [`${place}.zeroPoint is "middle": wanted none, by-range; signed codes have 0 in the middle`]
      : []),
    ...oneOf(storage['scale'], scales, `${place}.scale`),
    ...(storage['scale'] === 'fixed-point' && (storage['sign'] !== 'signed' || storage['zeroPoint'] !== 'none')
      ? [`${place}.scale is "fixed-point": wanted exact, power-of-two; codes with a fixed point are signed and have no zero point`]
      : []),
    ...oneOf(storage['arithmetic'], arithmetics, `${place}.arithmetic`),
    ...(storage['arithmetic'] === 'single' && storage['sign'] === 'by-range'
      ? [`${place}.arithmetic is "single": wanted nothing, double; signs by range are those of double precision`]
      : []),
    ...oneOf(storage['granularity'], granularities, `${place}.granularity`),
  ]
}

function multiplierDefects(multipliers: unknown, place: string): readonly string[] {
  if (!isObject(multipliers)) return [`${place} is missing: an encoding for each of ${factorUses.join(', ')}`]
  const uses = factorUses.flatMap((use) => {
    const encoding = multipliers[use]
    if (!isObject(encoding)) return [`${place}.${use} is missing: { kind, … }`]
    const { kind, bits, range, largest, rounding } = encoding
    if (!encodings.includes(kind as MultiplierEncoding['kind'])) return oneOf(kind, encodings, `${place}.${use}.kind`)
    return [
      ...membersOf(encoding, encodingMembers[kind as MultiplierEncoding['kind']], `${place}.${use}.`),
      ...(kind === 'scale-shift' ? oneOf(bits, [8, 32], `${place}.${use}.bits`) : []),
      ...oneOf(range, [undefined, 'general', 'positive'], `${place}.${use}.range`),
      ...oneOf(rounding, [undefined, 'toward-zero', 'nearest'], `${place}.${use}.rounding`),
      ...(largest === undefined || (Number.isInteger(largest) && Number(largest) >= 1 && Number(largest) <= largestMultiplier)
        ? []
        : [`${place}.${use}.largest is ${JSON.stringify(largest)}: wanted a whole number from 1 to ${largestMultiplier}`]),
    ]
  })
  return [...membersOf(multipliers, { sum: true, operand: true, product: true, cast: true }, `${place}.`), ...uses]
}

function roundingDefects(rounding: unknown, uses: readonly string[], place: string): readonly string[] {
  if (!isObject(rounding)) return [`${place}.rounding is missing: { ${uses.join(', ')} }`]
  return [
    ...membersOf(rounding, roundingMembers, `${place}.rounding.`),
    ...uses.flatMap((use) => oneOf(rounding[use], roundingModes, `${place}.rounding.${use}`)),
    ...(rounding['table'] === undefined ? [] : oneOf(rounding['table'], roundingModes, `${place}.rounding.table`)),
    ...formRoundingDefects(rounding['requantizeOf'] ?? {}, `${place}.rounding.requantizeOf`),
  ]
}

function formRoundingDefects(roundings: unknown, place: string): readonly string[] {
  if (!isObject(roundings)) return [missing(place, 'an object from operator to rounding', roundings)]
  return Object.entries(roundings).flatMap(([form, rounding]) =>
    isForm(form) ? oneOf(rounding, roundingModes, `${place}.${form}`) : [unknown(place, form, [...floatOps.keys()], 'operators')],
  )
}

function oneOf(found: unknown, wanted: readonly unknown[], place: string): readonly string[] {
  if (wanted.includes(found)) return []
  const words = wanted.map((each) => (each === undefined ? 'nothing' : String(each))).join(', ')
  return [`${place} is ${found === undefined ? 'missing' : JSON.stringify(found)}: wanted ${words}`]
}

/** Members that are not known. Notes of the author have no place among numbers that decide every result. */
function membersOf(fields: Fields, known: Readonly<Record<string, true>>, place: string): readonly string[] {
  const names = Object.keys(known)
  return Object.keys(fields)
    .filter((name) => !Object.hasOwn(known, name) && fields[name] !== undefined)
    .map((name) => unknown(`${place}${name}`, name, names, 'members'))
}
