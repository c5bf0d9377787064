import { fileError } from './file-error.ts'
import { usualMostBytes } from './limits.ts'
import { readPlainFile } from './plain-file.ts'

/** The bytes of a file of samples. @throws QError `FILE_MISSING` and alike, `FILE_SPECIAL`, `FILE_LARGE` */
export async function readBytes(path: string, at: readonly string[], mostBytes = usualMostBytes): Promise<Uint8Array> {
  return readPlainFile(path, { mostBytes, at }).catch((cause: unknown) => {
    throw fileError(cause, at)
  })
}
