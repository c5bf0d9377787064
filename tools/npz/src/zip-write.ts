import { QError } from '@q/ir'

import { crc32 } from './crc32.ts'

/** A file to be stored: its bytes are `parts`, one after the other. */
export interface StoredFile {
  readonly name: string
  readonly parts: readonly Uint8Array[]
}

const dosDate1980 = 0x0021
const versionNeeded = 20
const utf8Flag = 0x800

/**
 * A zip archive of stored files: no compression, no data descriptors, one fixed date, so equal input gives equal bytes.
 *
 * @throws QError `NPZ_TOO_LARGE` from 4 GiB or 65535 members on, and for a name of more than 65535 bytes
 */
export function writeStoredZip(files: readonly StoredFile[]): Uint8Array {
  const members = files.map((file) => {
    const name = new TextEncoder().encode(file.name)
    const size = file.parts.reduce((sum, part) => sum + part.length, 0)
    return { name, ascii: name.length === file.name.length, parts: file.parts, size }
  })
  const directorySize = members.reduce((sum, { name }) => sum + 46 + name.length, 0)
  const filesSize = members.reduce((sum, { name, size }) => sum + 30 + name.length + size, 0)
  const total = filesSize + directorySize + 22
  if (total >= 0xffffffff || members.length >= 0xffff) {
    throw new QError('NPZ_TOO_LARGE', 'the arrays do not fit into one plain npz file', {
      found: `${members.length} arrays, ${total} bytes`,
      wanted: 'fewer than 65535 arrays and 4 GiB',
      hint: 'split the arrays over several files',
    })
  }
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  let place = 0
  let entry = filesSize
  for (const { name, ascii, parts, size } of members) {
    if (name.length > 0xffff) {
      throw new QError('NPZ_TOO_LARGE', 'the name of an array does not fit into a plain npz file', {
        at: [`${new TextDecoder().decode(name.subarray(0, 60))}…`],
        found: `a name of ${name.length} bytes`,
        wanted: 'at most 65535 bytes',
        hint: 'give the tensor a shorter name in the model',
      })
    }
    const start = place + 30 + name.length
    let end = start
    for (const part of parts) {
      bytes.set(part, end)
      end += part.length
    }
    const flags = ascii ? 0 : utf8Flag
    const sharedFields = (p: number): void => {
      view.setUint16(p, versionNeeded, true)
      view.setUint16(p + 2, flags, true)
      view.setUint16(p + 8, dosDate1980, true)
      view.setUint32(p + 10, crc, true)
      view.setUint32(p + 14, size, true)
      view.setUint32(p + 18, size, true)
      view.setUint16(p + 22, name.length, true)
    }
    const crc = crc32(bytes.subarray(start, end))
    view.setUint32(place, 0x04034b50, true)
    sharedFields(place + 4)
    bytes.set(name, place + 30)
    view.setUint32(entry, 0x02014b50, true)
    view.setUint16(entry + 4, versionNeeded, true)
    sharedFields(entry + 6)
    view.setUint32(entry + 42, place, true)
    bytes.set(name, entry + 46)
    place = end
    entry += 46 + name.length
  }
  view.setUint32(entry, 0x06054b50, true)
  view.setUint16(entry + 8, members.length, true)
  view.setUint16(entry + 10, members.length, true)
  view.setUint32(entry + 12, directorySize, true)
  view.setUint32(entry + 16, filesSize, true)
  return bytes
}
