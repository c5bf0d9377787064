import { sha256 } from '@q/ir/graph'

/** Bytes of the header of a container. */
export const headerBytes = 64
/** Blobs of the container start at multiples of this. */
export const blobAlignment = 4096
/** The first four bytes of every container, as a number. */
export const magic = 0xff55aaee

/** Where the seal stands: in bytes of the header that the format keeps free, and that its readers pass over. */
const sealStart = 32

/** Writes the SHA-256 of a container, with zeros in the place of the digest, into its header. @returns the container */
export function seal(file: Uint8Array): Uint8Array {
  file.set(digestOf(file), sealStart)
  return file
}

/**
 * Whether a container holds what was written: every byte of it, header and names as well as numbers.
 *
 * @param file the container without what may stand behind it
 * @returns true also where no seal was ever written, as in files of other programs
 */
export function isIntact(file: Uint8Array): boolean {
  const written = file.subarray(sealStart, headerBytes)
  if (written.every((byte) => byte === 0)) return true
  const digest = digestOf(file)
  return written.every((byte, i) => byte === digest[i])
}

function digestOf(file: Uint8Array): Uint8Array {
  const unsealed = file.slice()
  unsealed.fill(0, sealStart, headerBytes)
  return sha256(unsealed)
}
