import { rmSync } from 'node:fs'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from './file-errors.ts'

/**
 * Writes files all or none: each is written beside its place under a temporary name and flushed, and only when
 * every one is complete are they renamed. A crash leaves the former files as they were. Links are followed; what is no
 * plain file, such as `/dev/null`, is written to as it is.
 *
 * @param onReplace told of each file that existed before
 * @throws QError `DISK_FULL`, `FILE_FORBIDDEN`, … ; no partial file is left
 */
export async function writeFiles(
  files: ReadonlyMap<string, Uint8Array | string>,
  onReplace: (path: string) => void = () => {},
): Promise<void> {
  const temporaries: string[] = []
  const removeAll = () => {
    for (const temporary of temporaries) rmSync(temporary, { force: true })
  }
  process.once('exit', removeAll)
  try {
    const written: { readonly path: string; readonly place: Place; readonly temporary: string }[] = []
    for (const [path, content] of files) {
      const place = await placeOf(path)
      const temporary = place.kind === 'special' ? place.path : temporaryFor(place.path, 'tmp')
      if (place.kind !== 'special') temporaries.push(temporary)
      await failsAs(path, writeFlushed(temporary, content))
      written.push({ path, place, temporary })
    }
    for (const { path, place, temporary } of written) {
      if (place.kind === 'special') continue
      await failsAs(path, rename(temporary, place.path))
      if (place.kind === 'file') onReplace(path)
    }
  } catch (error) {
    await Promise.all(temporaries.map((temporary) => rm(temporary, { force: true })))
    throw error
  } finally {
    process.off('exit', removeAll)
  }
}

/** Checks before the long work that a file can be written where it is wanted. @throws QError as {@link writeFiles} */
export async function checkWritable(path: string): Promise<void> {
  const place = await placeOf(path)
  if (place.kind === 'special') return
  const probe = temporaryFor(place.path, 'probe')
  try {
    await failsAs(path, writeFlushed(probe, ''))
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

interface Place {
  readonly path: string
  readonly kind: 'new' | 'file' | 'special'
}

/** Where a path leads. @throws QError `FILE_IS_FOLDER` */
async function placeOf(path: string): Promise<Place> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) return { path, kind: 'new' }
  const found = await failsAs(path, stat(real))
  if (found.isDirectory()) throw await fileError(Object.assign(new Error('EISDIR'), { code: 'EISDIR' }), path, 'write')
  return { path: real, kind: found.isFile() ? 'file' : 'special' }
}

function temporaryFor(path: string, ending: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${ending}`)
}

async function failsAs<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw await fileError(error, path, 'write')
  }
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
