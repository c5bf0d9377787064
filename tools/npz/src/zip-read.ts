import { QError } from '@q/ir'
import { inflateSync } from 'fflate'

import { crc32 } from './crc32.ts'
import { type Place, placeParts } from './place.ts'

/** A file in a zip archive, as its directory describes it. */
export interface ZipMember {
  readonly name: string
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  readonly headerOffset: number
}

const againHint = 'write the file again; the copy is incomplete or damaged'

/**
 * The directory of a zip archive (also zip64), in its order.
 *
 * @throws QError `NPZ_NOT_ZIP`, `NPZ_TRUNCATED`, `NPZ_DAMAGED`
 */
export function readZipDirectory(bytes: Uint8Array, place: Place): readonly ZipMember[] {
  const at = placeParts(place)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { count, size, offset, end } = findDirectory(bytes, view, at)
  if (offset + size > end) throw damaged('the directory lies outside the file', at)
  const members: ZipMember[] = []
  for (let p = offset, left = count; left > 0; left--) {
    if (p + 46 > bytes.length || view.getUint32(p, true) !== 0x02014b50) throw damaged('an entry of the directory is garbled', at)
    const flags = view.getUint16(p + 8, true)
    const nameEnd = p + 46 + view.getUint16(p + 28, true)
    const extraEnd = nameEnd + view.getUint16(p + 30, true)
    if (extraEnd > bytes.length) throw damaged('an entry of the directory is garbled', at)
    const name = memberName(bytes.subarray(p + 46, nameEnd), (flags & 0x800) !== 0)
    if ((flags & 1) !== 0) throw damaged(`member ${name} is encrypted`, at)
    const wide = zip64Fields(view, nameEnd, extraEnd)
    const field = (value: number): number => (value === 0xffffffff ? (wide() ?? value) : value)
    const unpacked = field(view.getUint32(p + 24, true))
    const packedSize = field(view.getUint32(p + 20, true))
    const headerOffset = field(view.getUint32(p + 42, true))
    const method = view.getUint16(p + 10, true)
    members.push({ name, method, crc: view.getUint32(p + 16, true), packedSize, size: unpacked, headerOffset })
    p = extraEnd + view.getUint16(p + 32, true)
  }
  return members
}

/**
 * The bytes of a member, checked against its checksum. A stored member looks into the archive's memory.
 *
 * @throws QError `NPZ_DAMAGED`, `NPZ_METHOD`
 */
export function readZipMember(bytes: Uint8Array, member: ZipMember, place: Place): Uint8Array {
  const at = [...placeParts(place), member.name]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const p = member.headerOffset
  if (p + 30 > bytes.length || view.getUint32(p, true) !== 0x04034b50) throw damaged('a member is not where the directory says', at)
  const start = p + 30 + view.getUint16(p + 26, true) + view.getUint16(p + 28, true)
  if (start + member.packedSize > bytes.length) throw damaged('the member reaches beyond the end of the file', at)
  const content = unpack(bytes.subarray(start, start + member.packedSize), member, at)
  if (content.length !== member.size || crc32(content) !== member.crc) throw damaged('the checksum of the member is wrong', at)
  return content
}

function unpack(packed: Uint8Array, member: ZipMember, at: readonly string[]): Uint8Array {
  if (member.method === 0) return packed
  if (member.method !== 8) {
    throw new QError('NPZ_METHOD', 'the member is packed in a way that is not supported', {
      at,
      found: `zip method ${member.method}`,
      wanted: 'stored (0) or deflated (8)',
      hint: 'save with numpy.savez or numpy.savez_compressed',
    })
  }
  try {
    // Never larger than what deflate can reach, whatever a garbled directory claims.
    return inflateSync(packed, { out: new Uint8Array(Math.min(member.size, packed.length * 1032 + 64)) })
  } catch (cause) {
    throw damaged('the member cannot be unpacked', at, cause)
  }
}

function findDirectory(bytes: Uint8Array, view: DataView, at: readonly string[]) {
  const lowest = Math.max(0, bytes.length - 22 - 0xffff)
  for (let p = bytes.length - 22; p >= lowest; p--) {
    if (view.getUint32(p, true) !== 0x06054b50) continue
    const behind = bytes.length - (p + 22 + view.getUint16(p + 20, true))
    if (behind !== 0) throw damaged(behind > 0 ? `${behind} bytes stand behind its end` : 'its comment is cut short', at)
    const [count, size, offset] = [view.getUint16(p + 10, true), view.getUint32(p + 12, true), view.getUint32(p + 16, true)]
    const short = { count, size, offset, end: p }
    const locator = p - 20
    if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return short
    // TPU-MLIR's writer gives a wrong offset here; its record stands where it must, right before the locator.
    const stated = Number(view.getBigUint64(locator + 8, true))
    const wide = [stated, locator - 56].find((q) => q >= 0 && q + 56 <= bytes.length && view.getUint32(q, true) === 0x06064b50)
    if (wide === undefined) throw damaged('the zip64 directory is garbled', at)
    const long = (place: number): number => Number(view.getBigUint64(wide + place, true))
    return { count: long(32), size: long(40), offset: long(48), end: wide }
  }
  if (bytes.length >= 4 && view.getUint32(0, true) === 0x04034b50) {
    throw new QError('NPZ_TRUNCATED', 'the npz file has lost its end', {
      at,
      found: `${bytes.length} bytes without a zip directory`,
      wanted: 'a complete zip archive',
      hint: againHint,
    })
  }
  throw new QError('NPZ_NOT_ZIP', 'not an npz file', {
    at,
    found: `${bytes.length} bytes that are no zip archive`,
    wanted: 'a zip archive of npy members',
    hint: 'save the arrays with numpy.savez',
  })
}

/** A reader of the 8-byte fields of the zip64 extra record, in their order; `undefined` when there is none left. */
function zip64Fields(view: DataView, start: number, end: number): () => number | undefined {
  for (let p = start; p + 4 <= end; p += 4 + view.getUint16(p + 2, true)) {
    if (view.getUint16(p, true) !== 1) continue
    const last = Math.min(end, p + 4 + view.getUint16(p + 2, true))
    let next = p + 4
    return () => {
      if (next + 8 > last) return undefined
      next += 8
      return Number(view.getBigUint64(next - 8, true))
    }
  }
  return () => undefined
}

/** Some writers put UTF-8 without saying so; names that are not UTF-8 are taken as Latin-1. */
function memberName(bytes: Uint8Array, declaredUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: !declaredUtf8 }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

function damaged(message: string, at: readonly string[], cause?: unknown): QError<'NPZ_DAMAGED'> {
  return new QError('NPZ_DAMAGED', `damaged npz file: ${message}`, {
    at,
    found: 'bytes that contradict each other',
    wanted: 'a zip archive as written by numpy.savez',
    hint: againHint,
    cause,
  })
}
