import { access } from 'node:fs/promises'
import type { FilePart } from '@q/data'
import { readPlainFile, usualMostBytes } from '@q/data'
import { checkNamed, fileError } from './file-errors.ts'

/** The bytes of a file, or of a part of it. @throws QError `FILE_NAME_EMPTY`, `FILE_MISSING`, `FILE_FORBIDDEN`, `FILE_SPECIAL`, `FILE_LARGE`, … */
export async function readBytes(path: string, mostBytes = usualMostBytes, part?: FilePart): Promise<Uint8Array> {
  checkNamed(path, 'read')
  try {
    return await readPlainFile(path, { mostBytes, ...(part === undefined ? {} : { part }) })
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
