import { rmSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CheckpointStore } from '@q/calib'
import { sha256 } from '@q/ir/graph'
import { removeAbandoned, temporaryIn } from '../files/temporary-files.ts'

/**
 * Keeps an interrupted calibration in a hidden file beside its table. The file is only ever used by a run on the same
 * samples, unchanged on disk, and is removed when the table is written.
 */
export async function calibrationCheckpoint(
  tableFile: string,
  entries: readonly string[],
  preprocessing: string,
): Promise<{ readonly store: CheckpointStore; readonly key: string }> {
  const folder = dirname(tableFile)
  await removeAbandoned(folder)
  const path = join(folder, `.${basename(tableFile)}.unfinished`)
  return {
    key: await samplesKey(entries, preprocessing),
    store: {
      read: () => readFile(path).catch(() => undefined),
      async write(bytes) {
        const temporary = temporaryIn(folder)
        const remove = () => rmSync(temporary, { force: true })
        process.once('exit', remove)
        // A checkpoint that cannot be kept costs time after a crash, not the result.
        await writeFile(temporary, bytes)
          .then(() => rename(temporary, path))
          .catch(remove)
        process.off('exit', remove)
      },
      clear: () => rm(path, { force: true }),
    },
  }
}

/** Tells samples, unchanged on disk, and what is done to them from all others. */
export async function samplesKey(entries: readonly string[], preprocessing: string): Promise<string> {
  const described = await Promise.all(entries.map(async (entry) => `${entry} ${await stamps(entry)}`))
  return Buffer.from(sha256(new TextEncoder().encode([preprocessing, ...described].join('\n')))).toString('hex')
}

/** Size and time of change of the files of an entry. */
async function stamps(entry: string): Promise<string> {
  const files = await Promise.all(entry.split(',').map((file) => stat(file.trim()).catch(() => undefined)))
  return files.map((file) => (file === undefined ? '-' : `${file.size} ${file.mtimeMs}`)).join(' ')
}
