import { constants, rmSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from './file-errors.ts'
import type { Place } from './place.ts'
import { checkWritable } from './place.ts'
import { removeAbandoned, temporaryIn } from './temporary-files.ts'

/** One file to write. */
export interface FileToWrite {
  /** As the user gave it, for messages. */
  readonly path: string
  readonly place: Place
  readonly content: Uint8Array | string
}

/**
 * Writes files all or none: each is written into the folder it is meant for under a temporary name and flushed, and only when
 * every one is complete are they renamed. A crash leaves the former files as they were. What is no plain file, such as
 * `/dev/null`, is written to as it is.
 *
 * @param write writes one file
 * @throws QError `DISK_FULL`, `FILE_FORBIDDEN`, … ; no partial file is left
 */
export async function writeFiles(files: readonly FileToWrite[], write = writeFlushed): Promise<void> {
  const temporaries: string[] = []
  const removeAll = () => {
    for (const temporary of temporaries) rmSync(temporary, { force: true })
  }
  const plain = files.filter(({ place }) => place.kind !== 'special')
  process.once('exit', removeAll)
  try {
    for (const folder of new Set(plain.map(({ place }) => dirname(place.path)))) await removeAbandoned(folder)
    for (const { path, place } of files) await checkWritable(place, path)
    for (const { path, place, content } of plain) {
      const temporary = temporaryIn(dirname(place.path))
      temporaries.push(temporary)
      await failsAs(path, write(temporary, content))
    }
    for (const { path, place, content } of files) if (place.kind === 'special') await failsAs(path, writeSpecial(place.path, content))
    for (const [i, { path, place }] of plain.entries()) await failsAs(path, rename(temporaries[i]!, place.path))
  } catch (error) {
    await Promise.all(temporaries.map((temporary) => rm(temporary, { force: true })))
    throw error
  } finally {
    process.off('exit', removeAll)
  }
}

async function failsAs<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw await fileError(error, path, 'write')
  }
}

/** Writes into a device or a pipe; one that nobody reads would be waited for, and is an error. */
async function writeSpecial(path: string, content: Uint8Array | string): Promise<void> {
  const reachable = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
  // The pipe is held open in between, so that its reader sees no end.
  await writeFlushed(path, content).finally(() => reachable.close())
}

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(content)
    await file.sync().catch((error: NodeJS.ErrnoException) => {
      // Pipes and devices cannot be flushed.
      if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error
    })
  } finally {
    await file.close()
  }
}
