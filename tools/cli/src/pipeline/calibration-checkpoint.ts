import { rmSync } from 'node:fs'
import { lstat, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CheckpointStore } from '@q/calib'
import { sha256 } from '@q/ir/graph'
import type { Reporter } from '../console/reporter.ts'
import { hiddenBeside } from '../files/hidden-file.ts'
import { removeAbandoned, temporaryIn } from '../files/temporary-files.ts'
import { version } from '../version.ts'

/**
 * Keeps an interrupted calibration in a hidden file beside its table. The file is only ever used by a run of this version on the same
 * samples, unchanged on disk, which a line tells otherwise, and is removed when the table is written.
 *
 * @param key of the samples, as {@link samplesKey} makes it
 */
export async function calibrationCheckpoint(
  tableFile: string,
  key: string,
  { note }: Pick<Reporter, 'note'>,
): Promise<{ readonly store: CheckpointStore; readonly key: string }> {
  const folder = dirname(tableFile)
  await removeAbandoned(folder)
  const path = hiddenBeside(tableFile, 'unfinished')
  const label = new TextEncoder().encode(`${key}\n`)
  if (!(await isReplaceable(path))) {
    note(`note: ${path} is no plain file: what this calibration finds out is not kept, and it starts again when it is interrupted`)
    return { key, store: { read: async () => undefined, write: async () => {}, clear: async () => {} } }
  }
  return {
    key,
    store: {
      async read() {
        const bytes = await readPlain(path)
        if (bytes === undefined || label.every((byte, i) => bytes[i] === byte)) return bytes?.subarray(label.length)
        note(`note: ${path} is of another version of q, or of samples that have changed: the calibration starts again`)
        return undefined
      },
      async write(bytes) {
        const temporary = temporaryIn(folder)
        const remove = () => rmSync(temporary, { force: true })
        process.once('exit', remove)
        // A checkpoint that cannot be kept costs time after a crash, not the result.
        await writeFile(temporary, Buffer.concat([label, bytes]))
          .then(() => rename(temporary, path))
          .catch(remove)
        process.off('exit', remove)
      },
      clear: () =>
        rm(path, { force: true }).catch((error: NodeJS.ErrnoException) =>
          note(`note: ${path} cannot be removed (${error.message}); it is of no use any more`),
        ),
    },
  }
}

/** Whether a file, a link or nothing is at a path: what is renamed to it takes its place. */
const isReplaceable = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile() || found.isSymbolicLink(),
    () => true,
  )

/** The bytes of a file; nothing of what is none, as a pipe that would be waited for. */
async function readPlain(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true ? readFile(path).catch(() => undefined) : undefined
}

/** Tells samples, unchanged on disk, and what this version of the program does to them from all others. */
export async function samplesKey(entries: readonly string[], preprocessing: string): Promise<string> {
  const described = await Promise.all(entries.map(async (entry) => `${entry} ${await stamps(entry)}`))
  return Buffer.from(sha256(new TextEncoder().encode([version, preprocessing, ...described].join('\n')))).toString('hex')
}

/** Size and times of change of the files of an entry; the second is the system's, which nobody sets back. */
async function stamps(entry: string): Promise<string> {
  const files = await Promise.all(entry.split(',').map((file) => stat(file.trim(), { bigint: true }).catch(() => undefined)))
  return files.map((file) => (file === undefined ? '-' : `${file.size} ${file.mtimeNs} ${file.ctimeNs} ${file.ino}`)).join(' ')
}
