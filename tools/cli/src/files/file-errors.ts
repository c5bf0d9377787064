import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { basename, dirname, parse } from 'node:path'
import { fileReasons, isWrongPath } from '@q/data'
import { didYouMean, isQError, QError, suggest } from '@q/ir'

/** What a folder says that is there and takes no files, like /proc. */
const refusal = ['FILE_FORBIDDEN', 'the file system makes no files in this folder', 'choose another place'] as const

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Where a link leads to that is there though nothing is at its other end; nothing for what is no link. */
const danglingEnd = (path: string): Promise<string | undefined> =>
  lstat(path).then(
    async (found) => (found.isSymbolicLink() ? readlink(path) : undefined),
    () => undefined,
  )

/** @throws QError `FILE_NAME_EMPTY` where no file is named, as by an option whose shell variable is not set */
export function checkNamed(path: string, doing: 'read' | 'write'): void {
  if (path.trim() !== '') return
  throw new QError('FILE_NAME_EMPTY', `a file to ${doing} has no name`, {
    found: path === '' ? 'an empty text' : 'spaces only',
    wanted: 'the name of a file',
    hint: 'name a file, or leave the option out; a variable of the shell may be empty',
    kind: 'usage',
  })
}

/** An error of the file system as one that says place and remedy. */
export async function fileError(error: unknown, path: string, doing: 'read' | 'write'): Promise<unknown> {
  if (isQError(error)) return error
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const end = code === 'ENOENT' ? await danglingEnd(path) : undefined
  if (end !== undefined) return brokenLink(path, end, doing, error)
  const isRefused = code === 'ENOENT' && doing === 'write' && (await isThere(dirname(path)))
  const reason = isRefused ? refusal : code === undefined ? undefined : fileReasons[code]
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
      kind: doing === 'read' && isWrongPath(code ?? '') ? 'input' : 'file-system',
      cause: error,
    },
  )
}

const brokenLink = (path: string, end: string, doing: 'read' | 'write', cause: unknown): QError =>
  new QError('FILE_MISSING', `cannot ${doing} ${path}: it is a link to ${end}, which cannot be ${doing === 'read' ? 'found' : 'made'}`, {
    at: [path],
    found: `a link to ${end}`,
    wanted: doing === 'read' ? 'a link to a file' : 'a link to a file, or into a folder that is there',
    hint: doing === 'read' ? 'correct the link' : 'correct or remove the link, or make the folder that it leads into',
    kind: doing === 'read' ? 'input' : 'file-system',
    cause,
  })

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
