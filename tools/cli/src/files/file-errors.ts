import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, parse } from 'node:path'
import { didYouMean, isQError, QError, suggest } from '@q/ir'

const reasons: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: ['FILE_MISSING', 'there is no such file', 'check the path'],
  EISDIR: ['FILE_IS_FOLDER', 'this is a folder, not a file', 'give a file'],
  ENOTDIR: ['FOLDER_IS_FILE', 'a part of the path is a file, not a folder', 'check the path'],
  EACCES: ['FILE_FORBIDDEN', 'the file system refuses access', 'change the permissions or the place'],
  EPERM: ['FILE_FORBIDDEN', 'the file system refuses access', 'change the permissions or the place'],
  EROFS: ['FILE_READ_ONLY', 'the file system is read-only', 'choose another place'],
  ENOSPC: ['DISK_FULL', 'the disk is full', 'free some space or choose another place'],
  EDQUOT: ['DISK_FULL', 'the disk quota is used up', 'free some space or choose another place'],
  EFBIG: ['DISK_FULL', 'the file would be larger than the file system allows', 'choose another place'],
  ENAMETOOLONG: ['FILE_NAME_LONG', 'the name is longer than the file system allows', 'give a shorter name'],
  ELOOP: ['LINKS_CIRCULAR', 'its links lead in a circle', 'check the links'],
  ENXIO: ['FILE_SPECIAL', 'nobody reads from this pipe', 'start the reader first, or name a file'],
  EMFILE: ['FILES_OPEN', 'too many files are open', 'raise the limit of open files'],
}

/** What a folder says that is there and takes no files, like /proc. */
const refusal = ['FILE_FORBIDDEN', 'the file system makes no files in this folder', 'choose another place'] as const

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** An error of the file system as one that says place and remedy. */
export async function fileError(error: unknown, path: string, doing: 'read' | 'write'): Promise<unknown> {
  if (isQError(error)) return error
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const isRefused = code === 'ENOENT' && doing === 'write' && (await isThere(dirname(path)))
  const reason = isRefused ? refusal : code === undefined ? undefined : reasons[code]
  if (reason === undefined) return error
  const missingInput = code === 'ENOENT' && doing === 'read'
  const hint = missingInput
    ? didYouMean(basename(path), await likeNamed(path), reason[2])
    : code === 'ENOENT' && !isRefused
      ? 'make the folder first'
      : reason[2]
  return new QError(
    reason[0],
    `cannot ${doing} ${path}: ${code === 'ENOENT' && doing === 'write' && !isRefused ? 'its folder does not exist' : reason[1]}`,
    {
      at: [path],
      found: code ?? '',
      wanted: doing === 'read' ? 'a file that can be read' : 'a file that can be written',
      hint,
      kind: doing === 'read' && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(code ?? '') ? 'input' : 'file-system',
      cause: error,
    },
  )
}

/** Shorter names are all near each other, so that only the same ones count. */
const shortest = 3

/** The files beside a missing one whose names without endings are near its own: equal endings make no names alike. */
async function likeNamed(path: string): Promise<readonly string[]> {
  const wanted = parse(path).name
  const neighbours = await readdir(dirname(path)).catch(() => [])
  return neighbours.filter((neighbour) => {
    const { name } = parse(neighbour)
    return Math.min(name.length, wanted.length) < shortest ? name === wanted : suggest(wanted, [name]).length > 0
  })
}
