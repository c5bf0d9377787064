import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { importedFiles } from './imported-files.ts'

/** Tells a module from others, and from itself after a change of any file that the user keeps beside it: a digest of all of {@link importedFiles}, the same wherever they lie. */
export async function digestOfModule(file: string): Promise<string> {
  const digest = createHash('sha256')
  for (const each of await importedFiles(file)) {
    const bytes = await readFile(each).catch(() => Buffer.from('-'))
    digest.update(`${relative(dirname(file), each)} ${bytes.length}\n`).update(bytes)
  }
  return digest.digest('hex')
}
