import { didYouMean, QError, type Tensor } from '@q/ir'

import { npyParts, npyTensor } from './npy.ts'
import { type Place, placeParts } from './place.ts'
import { readZipDirectory, readZipMember, type ZipMember } from './zip-read.ts'
import { writeStoredZip } from './zip-write.ts'

/** An npz file whose arrays are decoded one by one, when they are asked for. */
export interface NpzReader {
  /** Array names in file order. */
  readonly names: readonly string[]
  /** Decodes one array anew. @throws QError `NPZ_NAME` for an unknown name, and as {@link decodeNpz} */
  read(name: string): Tensor
}

/**
 * Opens an npz file without decoding its arrays. Members not called `*.npy` are left out.
 *
 * @param mostBytes what all arrays may be unpacked to
 * @throws QError `NPZ_NOT_ZIP`, `NPZ_TRUNCATED`, `NPZ_DAMAGED`, `NPZ_LARGE`
 */
export function openNpz(bytes: Uint8Array, place: Place, mostBytes = usualUnpacked): NpzReader {
  const members = new Map(
    readZipDirectory(bytes, place)
      .filter(({ name }) => name.endsWith('.npy'))
      .map((member) => [member.name.slice(0, -4), member]),
  )
  checkUnpacked([...members.values()], mostBytes, place)
  const names = [...members.keys()]
  return {
    names,
    read(name) {
      const member = members.get(name)
      if (member === undefined) {
        throw new QError('NPZ_NAME', 'the npz file has no such array', {
          at: placeParts(place),
          found: names.length === 0 ? 'no arrays' : listed(names),
          wanted: name,
          hint: didYouMean(name, names, 'use one of the names found'),
        })
      }
      return npyTensor(readZipMember(bytes, member, place), [...placeParts(place), name], member.method !== 0)
    },
  }
}

/**
 * Every array of an npz file by name, stored or deflated members.
 *
 * @throws QError `NPZ_NOT_ZIP`, `NPZ_TRUNCATED`, `NPZ_DAMAGED`, `NPZ_METHOD`, `NPZ_LARGE`, and as `decodeNpy`
 */
export function decodeNpz(bytes: Uint8Array, place: Place, mostBytes = usualUnpacked): Map<string, Tensor> {
  const npz = openNpz(bytes, place, mostBytes)
  return new Map(npz.names.map((name) => [name, npz.read(name)]))
}

/**
 * Named tensors as an npz file of stored members `NAME.npy`, in the order given; equal input gives equal bytes.
 *
 * Stored, because TPU-MLIR's reader of weight files takes neither deflated members nor data descriptors.
 *
 * @throws QError `NPZ_TOO_LARGE` from 4 GiB or 65535 arrays on
 */
export function encodeNpz(entries: Iterable<readonly [string, Tensor]>): Uint8Array {
  return writeStoredZip(
    Array.from(entries, ([name, tensor]) => {
      const { header, elements } = npyParts(tensor)
      return { name: `${name}.npy`, parts: [header, elements] }
    }),
  )
}

/** What the packed arrays of a file may be unpacked to when nobody says otherwise: 1 GiB. */
const usualUnpacked = 2 ** 30

/** Refuses an archive whose packed members are too large together; stored ones are as large as the file itself. */
function checkUnpacked(members: readonly ZipMember[], mostBytes: number, place: Place): void {
  const size = members.reduce((sum, member) => sum + (member.method === 0 ? 0 : member.size), 0)
  if (size <= mostBytes) return
  throw new QError('NPZ_LARGE', 'the arrays of the npz file are larger than what may be held in memory', {
    at: placeParts(place),
    found: `${size} bytes, unpacked`,
    wanted: `${mostBytes} bytes at most`,
    hint: 'save fewer or smaller arrays, or allow more with --max-memory',
  })
}

function listed(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')}, … (${names.length} in all)`
}
