import { access, readFile } from 'node:fs/promises'
import { fileError } from './file-errors.ts'

/** The bytes of a file. @throws QError `FILE_MISSING`, `FILE_FORBIDDEN`, … */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path)
    // Not as a Buffer, whose `slice` does not copy.
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (error) {
    throw await fileError(error, path, 'read')
  }
}

/** Whether something is at a path. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
