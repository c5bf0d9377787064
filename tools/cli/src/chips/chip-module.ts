import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { backendDefects, isQError, QError } from '@q/ir'
import { fileError } from '../files/file-errors.ts'

/** Runs a module. @returns what it exports, by name */
export type ImportModule = (url: string) => Promise<Readonly<Record<string, unknown>>>

/** Whether a word is the path of a module rather than the name of a chip or package. */
export function namesPath(chip: string): boolean {
  return /^\.{0,2}[\\/]|^[a-z]:[\\/]|^file:/i.test(chip) || /\.[cm]?[jt]s$/i.test(chip)
}

/**
 * The file of a module: of a path, which must exist, or of an installed package.
 *
 * @param folder what relative paths and packages are looked up from
 * @returns nothing when there is no package of this name
 * @throws QError `FILE_MISSING`, `FILE_IS_FOLDER`, `CHIP_MODULE`
 */
export async function locateModule(chip: string, folder: string): Promise<string | undefined> {
  if (!namesPath(chip)) return locatePackage(chip, folder)
  const file = chip.startsWith('file:') ? fileURLToPath(chip) : resolve(folder, chip)
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
  } catch (error) {
    throw await fileError(error, chip, 'read')
  }
  return file
}

async function locatePackage(name: string, folder: string): Promise<string | undefined> {
  // Node has this for the module that asks only, not for another place. Loaded here because few runs need it.
  const { resolve: resolveFrom } = await import('import-meta-resolve')
  try {
    const url = resolveFrom(name, pathToFileURL(join(folder, 'chip.mjs')).href)
    return url.startsWith('file:') ? fileURLToPath(url) : undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_INVALID_MODULE_SPECIFIER') return undefined
    throw new QError('CHIP_MODULE', `the package ${name} cannot be imported`, {
      at: [name],
      found: message.split('\n')[0]!,
      wanted: 'a package whose main entry is a back end',
      hint: 'install it again, or ask its author',
      cause: error,
    })
  }
}

const nodes: ImportModule = (url) => import(/* @vite-ignore */ url)

/** Runs the module of a back end. @param chip how the user named it @throws QError `CHIP_MODULE` when it does not run */
export async function runModule(
  file: string,
  chip: string,
  importModule: ImportModule = nodes,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importModule(pathToFileURL(file).href)
  } catch (error) {
    if (isQError(error)) throw error
    const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) }
    const foreign = /\.[cm]?tsx?$/i.test(file) && /TYPESCRIPT|TYPE_STRIPPING|UNKNOWN_FILE_EXTENSION/.test(code ?? '')
    throw new QError('CHIP_MODULE', `the module ${chip} cannot be run`, {
      at: [file],
      found: foreign ? `TypeScript, and Node ${process.versions.node}: ${message.split('\n')[0]}` : (message.split('\n')[0] ?? ''),
      wanted: foreign
        ? 'Node 22.18 or newer, and types that can be stripped, outside node_modules; or JavaScript'
        : 'a module that exports a back end',
      hint: foreign ? 'compile it to .mjs, or run q with a newer Node' : 'run it with node to see where it fails; Q_DEBUG=1 shows it here',
      kind: 'usage',
      cause: error,
    })
  }
}

/**
 * The back end or factory that a module exports: its default export, else its only export that can be one.
 *
 * @throws QError `BACKEND_INVALID`
 */
export function backendExport(exports: Readonly<Record<string, unknown>>, chip: string): unknown {
  const main = exports['default']
  if (main !== undefined) {
    // A module compiled to the older kind has its default export one level down.
    const inner = typeof main === 'object' && main !== null ? (main as Readonly<Record<string, unknown>>)['default'] : undefined
    return inner ?? main
  }
  const entries = Object.entries(exports)
  const ready = entries.filter(([, value]) => typeof value === 'object' && value !== null && backendDefects(value).length === 0)
  const factories = entries.filter(([, value]) => typeof value === 'function')
  const chosen = ready.length > 0 ? ready : factories
  if (chosen.length === 1) return chosen[0]![1]
  const objects = entries.filter(([, value]) => typeof value === 'object' && value !== null)
  // The only object there is may be a back end with defects, which are worth telling.
  if (chosen.length === 0 && objects.length === 1) return objects[0]![1]
  throw new QError('BACKEND_INVALID', `${chip} does not say which of its exports is the back end`, {
    at: [chip],
    found: entries.length === 0 ? 'no exports' : `the exports ${entries.map(([name]) => name).join(', ')}`,
    wanted: 'a default export: a back end, or a function that makes one',
    hint: 'export default the back end',
    kind: 'usage',
  })
}
