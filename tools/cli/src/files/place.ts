import { constants } from 'node:fs'
import { access, lstat, mkdtemp, readlink, realpath, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { checkNamed, fileError } from './file-errors.ts'

/** Where a path leads. */
export interface Place {
  /** The path with all links followed, also the last one when nothing is behind it. */
  readonly path: string
  /** `special` is what is no plain file, such as `/dev/null`. */
  readonly kind: 'new' | 'file' | 'special'
  /** One word for every path that leads here: the file's own number, or the path of what is not there yet. */
  readonly identity: string
}

/** As many links in a row as Linux follows. */
const mostLinks = 40

/** Where a path that is written to leads. @throws QError `FILE_NAME_EMPTY`, `FILE_IS_FOLDER`, `FILE_FORBIDDEN`, … */
export async function placeOf(path: string): Promise<Place> {
  checkNamed(path, 'write')
  try {
    const real = await followed(path)
    const found = await stat(real, { bigint: true }).catch(unlessMissing)
    if (found === undefined && !/[\\/]$/.test(path)) return { path: real, kind: 'new', identity: real }
    if (found === undefined || found.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
    return { path: real, kind: found.isFile() ? 'file' : 'special', identity: numberOf(found) }
  } catch (error) {
    throw await fileError(error, path, 'write')
  }
}

/** The identity of a file that is read; nothing when there is none, which whoever reads it will notice. */
export async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found?.isFile() === true ? numberOf(found) : undefined
}

/**
 * Whether a path still leads where it led. The number of a file that was deleted or replaced is soon given to another one: two runs in one
 * folder would take each other's files for their own.
 */
export async function stillLeadsTo(path: string, identity: string): Promise<boolean> {
  return !fileNumber.test(identity) || (await identityOf(path)) === identity
}

/**
 * Checks that a file can be made, or replaced, at a place, and leaves no trace.
 *
 * @param path as the user gave it, for messages
 * @throws QError `FILE_MISSING` without the folder, `FILE_FORBIDDEN`, `FILE_READ_ONLY`, …
 */
export async function checkWritable({ path: real, kind }: Place, path: string): Promise<void> {
  try {
    if (kind !== 'new') await access(real, constants.W_OK)
    if (kind !== 'special') await access(dirname(real), constants.W_OK | constants.X_OK)
    // A folder like /proc lets nobody make a file, whatever its permissions say.
    if (kind === 'new') await mkdtemp(join(dirname(real), '.q-')).then(rmdir)
  } catch (error) {
    throw await fileError(error, path, 'write')
  }
}

const fileNumber = /^\d+:\d+$/
const numberOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev}:${ino}`

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

/** `realpath`, of files that are not there as well. */
async function followed(path: string, links = 0): Promise<string> {
  const whole = resolve(path)
  const real = await realpath(whole).catch(unlessMissing)
  if (real !== undefined) return real
  const folder = await realpath(dirname(whole))
  const here = join(folder, basename(whole))
  const found = await lstat(here).catch(unlessMissing)
  if (found?.isSymbolicLink() !== true) return here
  if (links === mostLinks) throw Object.assign(new Error('ELOOP'), { code: 'ELOOP' })
  return followed(resolve(folder, await readlink(here)), links + 1)
}
