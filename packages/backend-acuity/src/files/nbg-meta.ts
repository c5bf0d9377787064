import { elementCount, QError } from '@q/ir'
import { decodeBf16Array, decodeF16Array } from '@q/ir/number'
import { affineCode, affineNumber, fixedPointCode, fixedPointNumber } from '../numbers/codes.ts'
import type { AffineFormat, CodeType, FixedPointFormat } from '../numbers/number-format.ts'

/** An input or an output of a binary, as its `nbg_meta.json` tells it (spec/acuity.md 3.8). */
export interface NbgPort {
  readonly lid: string
  readonly name: string
  readonly shape: readonly number[]
  /** What its codes stand for, or its type where it has none. */
  readonly format: AffineFormat | FixedPointFormat | NbgFloat
  /** Least and largest number of the calibration, where the file says them. */
  readonly range?: { readonly min: number; readonly max: number }
}

/** The type of a port without codes. */
export interface NbgFloat {
  readonly type: (typeof plainTypes)[number]
}

/** An `nbg_meta.json`. */
export interface NbgMeta {
  readonly inputs: readonly NbgPort[]
  readonly outputs: readonly NbgPort[]
}

const plainTypes = ['float16', 'float32', 'bfloat16', 'int32', 'int64', 'bool8'] as const
const codeTypes: readonly string[] = ['u8', 'i8', 'i16'] satisfies readonly CodeType[]
const bytesOf: Readonly<Record<string, number>> = {
  u8: 1,
  i8: 1,
  bool8: 1,
  i16: 2,
  float16: 2,
  bfloat16: 2,
  float32: 4,
  int32: 4,
  int64: 8,
}

/**
 * Reads an `nbg_meta.json` of either generation: newer ones name the scheme in `quantizer`, older ones in `dtype`, with lists of one number.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `NBG_META` with the port and the key that lacks or holds something else
 */
export function parseNbgMeta(text: string, place: string): NbgMeta {
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch (cause) {
    throw fault([place], cause instanceof Error ? cause.message : String(cause), 'JSON')
  }
  const ports = (key: string): readonly NbgPort[] => {
    const list = record(record(whole, [place])[key], [place, key])
    return Object.entries(list).map(([lid, port]) => readPort(lid, record(port, [place, key, lid]), [place, key, lid]))
  }
  return { inputs: ports('Inputs'), outputs: ports('Outputs') }
}

function readPort(lid: string, port: Readonly<Record<string, unknown>>, at: readonly string[]): NbgPort {
  const { name, shape } = port
  if (!Array.isArray(shape) || shape.some((size) => !Number.isInteger(size) || size < 0))
    throw fault([...at, 'shape'], told(shape), 'a list of whole numbers')
  const start = { lid, name: typeof name === 'string' ? name : lid, shape }
  if (port['quantize'] === undefined) return { ...start, format: { type: plainType(port['dtype'], [...at, 'dtype']) } }
  const quantize = record(port['quantize'], [...at, 'quantize'])
  const inside = [...at, 'quantize']
  const type = quantize['qtype'] as CodeType
  if (!codeTypes.includes(type)) throw fault([...inside, 'qtype'], told(type), codeTypes.join(', '))
  const [min, max] = [one(quantize['min_value']), one(quantize['max_value'])]
  const range = min === undefined || max === undefined ? {} : { range: { min, max } }
  const needed = (key: string): number => one(quantize[key]) ?? raise([...inside, key], told(quantize[key]), 'a number')
  const quantizer = port['quantizer'] ?? port['dtype']
  if (quantizer === 'dynamic_fixed_point') {
    if (type === 'u8') throw fault([...inside, 'qtype'], type, 'i8, i16')
    return { ...start, ...range, format: { type, fl: needed('fl') } }
  }
  if (!['asymmetric_affine', 'symmetric_affine', 'perchannel_symmetric_affine'].includes(String(quantizer)))
    throw fault(
      [...at, 'quantizer'],
      told(quantizer),
      'asymmetric_affine, symmetric_affine, perchannel_symmetric_affine or dynamic_fixed_point',
    )
  const zeroPoint = quantizer === 'asymmetric_affine' ? needed('zero_point') : (one(quantize['zero_point']) ?? 0)
  return { ...start, ...range, format: { type, scale: needed('scale'), zeroPoint } }
}

function plainType(dtype: unknown, at: readonly string[]): NbgFloat['type'] {
  return plainTypes.find((type) => type === dtype) ?? raise(at, told(dtype), plainTypes.join(', '))
}

/** The codes that a port takes for numbers; numbers themselves where it takes these. */
export function codesOfPort({ format }: NbgPort, numbers: ArrayLike<number>): readonly number[] {
  return Array.from(numbers, (x) => ('scale' in format ? affineCode(x, format) : 'fl' in format ? fixedPointCode(x, format) : x))
}

/** The numbers that the codes of a port stand for. */
export function numbersOfPort({ format }: NbgPort, codes: ArrayLike<number>): Float64Array {
  return Float64Array.from(codes, (x) => ('scale' in format ? affineNumber(x, format) : 'fl' in format ? fixedPointNumber(x, format) : x))
}

/**
 * What the bytes of a port hold, as a program on the board writes them (`output0_….dat`): codes, or numbers where it has none.
 *
 * @param place the file, for messages
 * @throws QError `NBG_DATA` for another number of bytes than the port has
 */
export function elementsOfPort({ lid, shape, format }: NbgPort, file: Uint8Array, place: string): Float64Array {
  const { buffer } = file.slice()
  const wanted = elementCount(shape) * bytesOf[format.type]!
  if (file.length !== wanted)
    throw new QError('NBG_DATA', `${place} does not hold what ${lid} makes`, {
      at: [place, lid],
      found: `${file.length} bytes`,
      wanted: `${wanted}: ${format.type} of [${shape.join(', ')}]`,
      hint: 'give the file of this port, or name the port',
    })
  if (format.type === 'float16') return Float64Array.from(decodeF16Array(new Uint16Array(buffer)))
  if (format.type === 'bfloat16') return Float64Array.from(decodeBf16Array(new Uint16Array(buffer)))
  if (format.type === 'float32') return Float64Array.from(new Float32Array(buffer))
  if (format.type === 'int64') return Float64Array.from(new BigInt64Array(buffer), Number)
  if (format.type === 'int32') return Float64Array.from(new Int32Array(buffer))
  if (format.type === 'i16') return Float64Array.from(new Int16Array(buffer))
  return Float64Array.from(format.type === 'i8' ? new Int8Array(buffer) : new Uint8Array(buffer))
}

/** A number, or the one number of a list. */
function one(value: unknown): number | undefined {
  const [first, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  return typeof first === 'number' && more.length === 0 ? first : undefined
}

const told = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

const record = (value: unknown, at: readonly string[]): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : raise(at, told(value), 'an object')

const raise = (at: readonly string[], found: string, wanted: string): never => {
  throw fault(at, found, wanted)
}

const fault = (at: readonly string[], found: string, wanted: string): QError =>
  new QError('NBG_META', 'this is no nbg_meta.json', {
    at,
    found,
    wanted,
    hint: 'give the nbg_meta.json that export ovxlib wrote beside network_binary.nb',
  })
