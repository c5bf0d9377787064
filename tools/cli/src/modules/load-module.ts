import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { QError } from '@q/ir'
import { messageOf, saidItself, waitForeign } from './foreign-code.ts'
import type { ForeignCode } from './module-kind.ts'
import type { RunModules } from './run-modules.ts'
import { syntaxPlace } from './syntax-place.ts'

/** Runs a module. @returns what it exports, by name */
export type ImportModule = (url: string) => Promise<Readonly<Record<string, unknown>>>

/** How {@link loadModule} works. */
export interface LoadModuleSettings {
  /** What the module's function is called with, where it exports one. */
  readonly options: Readonly<Record<string, unknown>>
  /** Told of the module before it runs. @default nobody watches over it */
  readonly modules?: RunModules | undefined
  /** @default Node's own */
  readonly importModule?: ImportModule | undefined
}

const nodes: ImportModule = (url) => import(/* @vite-ignore */ url)

/**
 * What a module brings: its default export, else its only export that can be it, or what that function makes of the options.
 *
 * @throws QError the kind's `unrunnable`, `invalid`, `failed`, `options`, or what the module throws itself
 */
export async function loadModule(code: ForeignCode, { options, modules, importModule = nodes }: LoadModuleSettings): Promise<unknown> {
  const exports = await importForeign(code, { modules, importModule })
  const exported = examineForeign(code, () => mainExport(exports, code))
  if (typeof exported !== 'function') return withoutOptions(exported, options, code)
  const create = exported as (options: unknown) => unknown
  return waitForeign({ ...code, stage: 'its factory' }, () => create(options))
}

/** Runs a module and gives all it exports. @throws QError the kind's `unrunnable`, or what the module throws itself */
export function importForeign(
  code: ForeignCode,
  { modules, importModule = nodes }: Pick<LoadModuleSettings, 'modules' | 'importModule'> = {},
): Promise<Readonly<Record<string, unknown>>> {
  mustEnd(code)
  modules?.add(code)
  return runModule(code, importModule)
}

/** What is no plain file, as a pipe, may never begin or end. */
function mustEnd({ file }: ForeignCode): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || found.isFile() || found.isDirectory()) return
  throw new QError('FILE_SPECIAL', 'a module is no plain file', {
    at: [file],
    found: found.isFIFO() ? 'a pipe' : 'a device or a socket',
    wanted: 'a file on a disk',
    hint: 'write the module into a file first',
  })
}

/** Looks at what foreign code gives; what cannot even be looked at is the kind's `invalid`. */
export function examineForeign<Result>({ kind, word }: ForeignCode, look: () => Result): Result {
  try {
    return look()
  } catch (error) {
    const said = saidItself(error)
    if (said !== undefined) throw said
    throw new QError(kind.errors.invalid, `${word} gives no ${kind.noun} that could be used`, {
      at: [word],
      found: `reading it throws: ${messageOf(error)}`,
      wanted: 'members that can be read',
      hint: 'give it plain members, without getters that throw',
      kind: 'usage',
      cause: error,
    })
  }
}

function runModule(code: ForeignCode, importModule: ImportModule): Promise<Readonly<Record<string, unknown>>> {
  const { file, word, kind } = code
  const unrunnable = (error: unknown): never => {
    const said = saidItself(error)
    if (said !== undefined) throw said
    const [message = ''] = messageOf(error).split('\n')
    const isForeign = /\.[cm]?tsx?$/i.test(file) && /TYPESCRIPT|TYPE_STRIPPING|UNKNOWN_FILE_EXTENSION/.test(codeOf(error))
    const place = syntaxPlace(file)
    const [errorCode, sentence] = kind.errors.unrunnable
    throw new QError(errorCode, `${word}: ${sentence}`, {
      at: [file],
      found: isForeign
        ? `TypeScript, and Node ${process.versions.node}: ${message}`
        : place === undefined
          ? message
          : `${message}, ${place}`,
      wanted: isForeign
        ? 'Node 22.18 or newer, and types that can be stripped, outside node_modules; or JavaScript'
        : `a module that exports a ${kind.noun}`,
      hint: isForeign
        ? 'compile it to .mjs, or run q with a newer Node'
        : 'run it with node to see where it fails; Q_DEBUG=1 shows it here',
      kind: 'usage',
      cause: error,
    })
  }
  return waitForeign({ ...code, stage: 'its import' }, () => importModule(pathToFileURL(file).href).catch(unrunnable))
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String((error as NodeJS.ErrnoException).code) : ''
}

function mainExport(exports: Readonly<Record<string, unknown>>, { kind, word }: ForeignCode): unknown {
  const main = exports['default']
  if (main !== undefined) {
    // A module compiled to the older kind has its default export one level down.
    const inner = typeof main === 'object' && main !== null ? (main as Readonly<Record<string, unknown>>)['default'] : undefined
    return inner ?? main
  }
  const entries = Object.entries(exports)
  const ready = entries.filter(([, value]) => typeof value === 'object' && value !== null && kind.defects(value).length === 0)
  const factories = entries.filter(([, value]) => typeof value === 'function')
  const chosen = ready.length > 0 ? ready : factories
  if (chosen.length === 1) return chosen[0]![1]
  const named = kind.exportNames?.(exports).find((name) => chosen.some(([each]) => each === name))
  if (named !== undefined) return exports[named]
  const objects = entries.filter(([, value]) => typeof value === 'object' && value !== null)
  // The only object there is may be one with defects, which are worth telling.
  if (chosen.length === 0 && objects.length === 1) return objects[0]![1]
  throw new QError(kind.errors.invalid, `${word} does not say which of its exports is the ${kind.noun}`, {
    at: [word],
    found: entries.length === 0 ? 'no exports' : `the exports ${entries.map(([name]) => name).join(', ')}`,
    wanted: `a default export: a ${kind.noun}, or a function that makes one${kind.exportHint ?? ''}`,
    hint: `export default the ${kind.noun}`,
    kind: 'usage',
  })
}

function withoutOptions(exported: unknown, options: Readonly<Record<string, unknown>>, { kind, word }: ForeignCode): unknown {
  if (Object.keys(options).length === 0) return exported
  const [code, message] = kind.errors.options
  throw new QError(code, `${word}: ${message}`, {
    at: [word],
    found: JSON.stringify(options),
    wanted: 'a module that exports a function of options',
    hint: 'leave the options out',
    kind: 'usage',
  })
}
