import { access, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from './file-errors.ts'

/**
 * Writes files all or none: each is written beside its place under a temporary name and flushed, and only when
 * every one is complete are they renamed. A crash leaves the former files as they were.
 *
 * @param onReplace told of each file that existed before
 * @throws QError `DISK_FULL`, `FILE_FORBIDDEN`, … ; no partial file is left
 */
export async function writeFiles(
  files: ReadonlyMap<string, Uint8Array | string>,
  onReplace: (path: string) => void = () => {},
): Promise<void> {
  const written: { readonly path: string; readonly temporary: string }[] = []
  try {
    for (const [path, content] of files) {
      const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
      written.push({ path, temporary })
      await writeFlushed(temporary, content).catch(async (error: unknown) => {
        throw await fileError(error, path, 'write')
      })
    }
    for (const { path, temporary } of written) {
      const existed = await access(path).then(
        () => true,
        () => false,
      )
      await rename(temporary, path).catch(async (error: unknown) => {
        throw await fileError(error, path, 'write')
      })
      if (existed) onReplace(path)
    }
  } catch (error) {
    await Promise.all(written.map(({ temporary }) => rm(temporary, { force: true })))
    throw error
  }
}

/** Checks before the long work that a file can be written where it is wanted. @throws QError as {@link writeFiles} */
export async function checkWritable(path: string): Promise<void> {
  const probe = join(dirname(path), `.${basename(path)}.${process.pid}.probe`)
  try {
    await writeFlushed(probe, '')
  } catch (error) {
    throw await fileError(error, path, 'write')
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
