import { QError } from '@q/ir'
import { version } from './format.ts'
import { hexadecimal, md5 } from './md5.ts'
import { invalid } from './refusals.ts'

/** Bytes of the header; before version 1.1 it ended where the chip stands now. */
const headerBytes = 48
const headerBytesBefore11 = 32
const magic = 'CviModel'
const at = { magic: 0, bodyBytes: 8, major: 12, minor: 13, digest: 14, chip: 30, mark: 46 } as const
/** What stands at the end of a header: of a file that was compiled, and of one that the vendor's tool joined, which has no digest. */
export const marks = { compiled: 'Cv', joined: 'AA' } as const
/** The chip of files that name none. */
const chipBefore11 = 'cv183x'

/** What the header of a container says. */
export interface Header {
  readonly major: number
  readonly minor: number
  readonly chip: string
  readonly mark: string
  readonly digest: Uint8Array
  /** The tables, and what lies behind them. */
  readonly tables: Uint8Array
  readonly data: Uint8Array
}

/** Reads a header. @throws QError `CVIMODEL_INVALID`, `CVIMODEL_VERSION` */
export function readHeader(bytes: Uint8Array, place: string): Header {
  const text = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end)).replace(/\0+$/, '')
  if (bytes.length <= headerBytes || text(at.magic, at.bodyBytes) !== magic) {
    throw invalid(place, 'this is no .cvimodel file', {
      found: `${bytes.length} bytes that begin otherwise`,
      wanted: `a file that begins with ${magic}`,
    })
  }
  const [major, minor] = [bytes[at.major]!, bytes[at.minor]!]
  if (major !== version.major || minor > version.minor) {
    throw new QError('CVIMODEL_VERSION', `${place} has a version of the format that is not known`, {
      at: [place],
      found: `version ${major}.${minor}`,
      wanted: `version ${version.major}.0 to ${version.major}.${version.minor}`,
      hint: 'write the file with another version of the toolchain; if it is ours, it is damaged',
    })
  }
  const start = minor === 0 ? headerBytesBefore11 : headerBytes
  const bodyBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at.bodyBytes, true)
  if (bytes.length < start + bodyBytes) {
    throw invalid(place, 'the file is cut short', { found: `${bytes.length} bytes`, wanted: `${start + bodyBytes} bytes and more` })
  }
  return {
    major,
    minor,
    chip: minor === 0 ? chipBefore11 : text(at.chip, at.mark),
    mark: minor === 0 ? marks.compiled : text(at.mark, headerBytes),
    digest: bytes.subarray(at.digest, at.chip),
    tables: bytes.subarray(start, start + bodyBytes),
    data: bytes.subarray(start + bodyBytes),
  }
}

/** Whether the digest of a header is that of the tables and the data. @param dataBytes how much of the data belongs to the file */
export function isIntact({ digest, tables, data }: Header, dataBytes: number): boolean {
  const covered = new Uint8Array(tables.buffer, tables.byteOffset, tables.length + dataBytes)
  return data.length >= dataBytes && hexadecimal(md5(covered)) === hexadecimal(digest)
}

/** A container: header, tables, data. */
export function withHeader(chip: string, tables: Uint8Array, data: Uint8Array): Uint8Array {
  const file = new Uint8Array(headerBytes + tables.length + data.length)
  const put = (text: string, start: number) => file.set(new TextEncoder().encode(text), start)
  put(magic, at.magic)
  new DataView(file.buffer).setUint32(at.bodyBytes, tables.length, true)
  file.set([version.major, version.minor], at.major)
  put(chip, at.chip)
  put(marks.compiled, at.mark)
  file.set(tables, headerBytes)
  file.set(data, headerBytes + tables.length)
  file.set(md5(file.subarray(headerBytes)), at.digest)
  return file
}
