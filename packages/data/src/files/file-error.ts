import { isQError, QError } from '@q/ir'

/** What is said of a refusal of the file system: its code, the message, and what to do. */
export type FileReason = readonly [code: string, message: string, hint: string]

/** What the file system refuses, by its own codes: one list, so that one cause has one code wherever it is met. */
export const fileReasons: Readonly<Record<string, FileReason>> = {
  ENOENT: ['FILE_MISSING', 'there is no such file or folder', 'check the path; relative paths start at the working directory'],
  EISDIR: ['FILE_IS_FOLDER', 'a folder stands where a file is wanted', 'give a file; a folder of samples is given as the dataset'],
  ENOTDIR: ['FOLDER_IS_FILE', 'a file stands where a folder is wanted', 'check the path; a list of samples is given as the data list'],
  EACCES: ['FILE_FORBIDDEN', 'the file system refuses access', 'change the permissions or the place'],
  EPERM: ['FILE_FORBIDDEN', 'the file system refuses access', 'change the permissions or the place'],
  EROFS: ['FILE_READ_ONLY', 'the file system is read-only', 'choose another place'],
  ENOSPC: ['DISK_FULL', 'the disk is full', 'free some space or choose another place'],
  EDQUOT: ['DISK_FULL', 'the disk quota is used up', 'free some space or choose another place'],
  EFBIG: ['DISK_FULL', 'the file would be larger than the file system allows', 'choose another place'],
  ENAMETOOLONG: ['FILE_NAME_LONG', 'the name is longer than the file system allows', 'give a shorter name'],
  ELOOP: ['LINKS_CIRCULAR', 'links lead in a circle', 'check the links'],
  ENXIO: ['FILE_SPECIAL', 'nobody reads from this pipe', 'start the reader first, or name a file'],
  EMFILE: ['FILES_OPEN', 'too many files are open', 'raise the limit of open files'],
}

/** Whether the path is wrong that is read, not the file system. */
export const isWrongPath = (code: string): boolean => ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(code)

/** The error of a failed file operation, in the words of this program; one that is in these words already is as it is. */
export function fileError(cause: unknown, at: readonly string[]): QError {
  if (isQError(cause)) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  const [name, message, hint] = fileReasons[code] ?? ['FILE_UNREADABLE', 'the file system refused', 'see what was found']
  return new QError(name, message, {
    at,
    found: code === 'ENOENT' ? 'nothing' : cause instanceof Error ? cause.message : String(cause),
    wanted: 'something readable',
    hint,
    kind: isWrongPath(code) ? 'input' : 'file-system',
    cause,
  })
}
