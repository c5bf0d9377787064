import type { FileHandle } from 'node:fs/promises'
import { open, stat } from 'node:fs/promises'
import { QError } from '@q/ir'

/** Where in a file bytes lie. */
export interface FilePart {
  readonly offset: number
  readonly length: number
}

/** What one call of the system reads at most. */
const mostAtOnce = 2 ** 30

/**
 * The bytes of a plain file, or of a part of it, which is shorter where the file ends. What is no plain file may never end, or never begin: a
 * pipe that nobody writes to, a device.
 *
 * @param mostBytes what may be read
 * @throws QError `FILE_SPECIAL`, `FILE_LARGE`; what the file system throws
 */
export async function readPlainFile(
  path: string,
  { mostBytes, part, at = [path] }: { readonly mostBytes: number; readonly part?: FilePart; readonly at?: readonly string[] },
): Promise<Uint8Array> {
  await checkPlain(path, at)
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const offset = Math.min(part?.offset ?? 0, size)
    const length = Math.min(part?.length ?? size, size - offset)
    if (length > mostBytes) throw tooLarge(length, mostBytes, at)
    return await readPart(file, { offset, length })
  } finally {
    await file.close()
  }
}

/** Refuses what is neither a file nor a folder, which the file system refuses itself. */
async function checkPlain(path: string, at: readonly string[]): Promise<void> {
  const found = await stat(path)
  if (found.isFile() || found.isDirectory()) return
  throw new QError('FILE_SPECIAL', 'this is no plain file', {
    at,
    found: found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device',
    wanted: 'a file on a disk',
    hint: 'write its content into a file first',
  })
}

async function readPart(file: FileHandle, { offset, length }: FilePart): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, mostAtOnce), offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done === length ? bytes : bytes.slice(0, done)
}

function tooLarge(length: number, mostBytes: number, at: readonly string[]): QError {
  return new QError('FILE_LARGE', 'the file is larger than what may be held in memory', {
    at,
    found: `${length} bytes`,
    wanted: `${mostBytes} bytes at most`,
    hint: 'give a smaller file, or allow more with --max-memory',
  })
}
