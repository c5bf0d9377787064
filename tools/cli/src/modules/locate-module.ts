import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { QError } from '@q/ir'
import { fileError } from '../files/file-errors.ts'
import type { ModuleKind } from './module-kind.ts'

/** Whether a word is the path of a module rather than a name or a package. */
function namesPath(word: string): boolean {
  return /^\.{0,2}[\\/]|^[a-z]:[\\/]|^file:/i.test(word) || /\.[cm]?[jt]s$/i.test(word)
}

/**
 * The file of a module: of a path, which must exist, or of an installed package.
 *
 * @param folder what relative paths and packages are looked up from
 * @returns nothing when there is no package of this name
 * @throws QError `FILE_MISSING`, `FILE_IS_FOLDER`, the kind's `unrunnable` for a package that is damaged
 */
export async function locateModule(word: string, folder: string, kind: ModuleKind): Promise<string | undefined> {
  if (/\.py$/i.test(word)) {
    throw new QError(kind.errors.unrunnable[0], `${word}: Python is not run here`, {
      at: [word],
      found: 'a module in Python',
      wanted: `a module in JavaScript that exports a ${kind.noun}`,
      hint: 'write it in JavaScript, as a file that ends in .mjs',
      kind: 'usage',
    })
  }
  if (!namesPath(word)) return locatePackage(word, folder, kind)
  const file = word.startsWith('file:') ? pathOf(word, kind) : resolve(folder, word)
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
  } catch (error) {
    throw await fileError(error, word, 'read')
  }
  return file
}

function pathOf(url: string, kind: ModuleKind): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw new QError(kind.errors.unrunnable[0], `${url} names no file`, {
      at: [url],
      found: error instanceof Error ? error.message : '',
      wanted: 'file:///folder/module.mjs, or a path',
      hint: 'give the path of the module',
      kind: 'usage',
      cause: error,
    })
  }
}

async function locatePackage(name: string, folder: string, kind: ModuleKind): Promise<string | undefined> {
  // Node has this for the module that asks only, not for another place. Loaded here because few runs need it.
  const { resolve: resolveFrom } = await import('import-meta-resolve')
  try {
    const url = resolveFrom(name, pathToFileURL(join(folder, 'module.mjs')).href)
    return url.startsWith('file:') ? fileURLToPath(url) : undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_INVALID_MODULE_SPECIFIER') return undefined
    throw new QError(kind.errors.unrunnable[0], `the package ${name} cannot be imported`, {
      at: [name],
      found: message.split('\n')[0]!,
      wanted: `a package whose main entry is a ${kind.noun}`,
      hint: 'install it again, or ask its author',
      cause: error,
    })
  }
}
