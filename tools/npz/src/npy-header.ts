import { type DType, QError } from '@q/ir'

import { type Place, placeParts } from './place.ts'

/** What the text header of an npy file says, and where its elements begin. */
export interface NpyHeader {
  readonly dtype: DType
  readonly bigEndian: boolean
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Offset of the first element in bytes. */
  readonly dataOffset: number
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

const dtypeOfCode: Readonly<Record<string, DType>> = {
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
  i1: 'i8',
  i2: 'i16',
  i4: 'i32',
  i8: 'i64',
  u1: 'u8',
  u2: 'u16',
  u4: 'u32',
  u8: 'u64',
  b1: 'bool',
}

/**
 * Reads the header of an npy file, format 1.0, 2.0 or 3.0.
 *
 * @throws QError `NPY_MAGIC`, `NPY_VERSION`, `NPY_TRUNCATED`, `NPY_HEADER`, `NPY_DTYPE`
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpyHeader(bytes: Uint8Array, place: Place): NpyHeader {
  const at = placeParts(place)
  if (bytes.length < 10 && magic.every((byte, i) => i >= bytes.length || bytes[i] === byte)) {
    throw new QError('NPY_TRUNCATED', 'the npy file ends inside its header', {
      at,
      found: `${bytes.length} bytes`,
      wanted: 'at least 10 bytes',
      hint: 'write the file again; the copy is incomplete',
    })
  }
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw new QError('NPY_MAGIC', 'not an npy file', {
      at,
      found: `first bytes ${hex(bytes.subarray(0, 6))}`,
      wanted: `first bytes ${hex(Uint8Array.from(magic))} (\\x93NUMPY)`,
      hint: 'save the array with numpy.save',
    })
  }
  const major = bytes[6]!
  if (major < 1 || major > 3) {
    throw new QError('NPY_VERSION', 'unknown version of the npy format', {
      at,
      found: `${major}.${bytes[7]}`,
      wanted: '1.0, 2.0 or 3.0',
      hint: 'save the array with numpy.save',
    })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = major === 1 ? 10 : 12
  const length = bytes.length < start ? Number.POSITIVE_INFINITY : major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (start + length > bytes.length) {
    throw new QError('NPY_TRUNCATED', 'the npy file ends inside its header', {
      at,
      found: `${bytes.length} bytes`,
      wanted: `at least ${bytes.length < start ? start : start + length} bytes`,
      hint: 'write the file again; the copy is incomplete',
    })
  }
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length))
  return { ...parseHeaderText(text, at), dataOffset: start + length }
}

/** The header text of an array in C order, little-endian, format 1.0, padded so that the elements begin at a multiple of 64. */
export function formatNpyHeader(code: string, shape: readonly number[]): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${dims}), }`
  const total = Math.ceil((10 + text.length + 1) / 64) * 64
  const padded = `${text.padEnd(total - 11)}\n`
  const bytes = new Uint8Array(total)
  bytes.set([...magic, 1, 0, padded.length & 255, padded.length >> 8])
  new TextEncoder().encodeInto(padded, bytes.subarray(10))
  return bytes
}

function parseHeaderText(text: string, at: readonly string[]): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False|0|1)\b/.exec(text)
  const dims = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)
  if (descr === null && /['"]descr['"]\s*:\s*\[/.test(text)) throw wrongDtype('a record type with several fields', at)
  if (descr === null || fortran === null || dims === null) {
    throw new QError('NPY_HEADER', 'the npy header cannot be understood', {
      at,
      found: text.trim().slice(0, 120),
      wanted: "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }",
      hint: 'save the array with numpy.save',
    })
  }
  const parts = /^([<>|=])?(\w+)$/.exec(descr[1]!)
  const dtype = parts === null ? undefined : dtypeOfCode[parts[2]!]
  if (parts === null || dtype === undefined) throw wrongDtype(descr[1]!, at)
  const shape = dims[1]!
    .split(',')
    .map((dim) => dim.trim().replace(/L$/, ''))
    .filter((dim) => dim !== '')
    .map(Number)
  if (!shape.every((dim) => Number.isSafeInteger(dim))) {
    throw new QError('NPY_HEADER', 'the npy header has an impossible shape', {
      at,
      found: `(${dims[1]})`,
      wanted: 'whole numbers',
      hint: 'save the array with numpy.save',
    })
  }
  return { dtype, bigEndian: parts[1] === '>', fortranOrder: fortran[1] === 'True' || fortran[1] === '1', shape }
}

function wrongDtype(found: string, at: readonly string[]): QError<'NPY_DTYPE'> {
  return new QError('NPY_DTYPE', 'arrays of this element type are not supported', {
    at,
    found,
    wanted: Object.keys(dtypeOfCode).join(', '),
    hint: 'convert the array before saving it, e.g. with .astype(numpy.float32)',
  })
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? '(none)' : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
