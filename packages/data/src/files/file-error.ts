import { isQError, QError } from '@q/ir'

const known: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'no such file or folder', 'check the path; relative paths start at the working directory'],
  EACCES: ['FILE_NO_PERMISSION', 'no permission to read', 'change the permissions of the file or folder'],
  EPERM: ['FILE_NO_PERMISSION', 'no permission to read', 'change the permissions of the file or folder'],
  EISDIR: ['FILE_IS_FOLDER', 'a folder stands where a file is wanted', 'name a file, or pass the folder as the dataset'],
  ENAMETOOLONG: ['FILE_NAME_LONG', 'the name is longer than the file system allows', 'give a shorter name'],
  ELOOP: ['LINKS_CIRCULAR', 'links lead in a circle', 'check the links'],
  EMFILE: ['FILES_OPEN', 'too many files are open', 'raise the limit of open files'],
  ENOTDIR: ['FILE_NOT_FOLDER', 'a file stands where a folder is wanted', 'name a folder, or pass the file as a data list'],
}

/** The path is wrong, not the file system. */
const wrongPath = ['ENOENT', 'EISDIR', 'ENOTDIR']

/** The error of a failed file operation, in the words of this program; one that is in these words already is as it is. */
export function fileError(cause: unknown, at: readonly string[]): QError {
  if (isQError(cause)) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  const [name, message, hint] = known[code] ?? ['FILE_UNREADABLE', 'the file system refused', 'see what was found']
  return new QError(name, message, {
    at,
    found: code === 'ENOENT' ? 'nothing' : cause instanceof Error ? cause.message : String(cause),
    wanted: 'something readable',
    hint,
    kind: wrongPath.includes(code) ? 'input' : 'file-system',
    cause,
  })
}
