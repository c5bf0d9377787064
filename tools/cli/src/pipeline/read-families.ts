import { stat } from 'node:fs/promises'
import { checkFamilies, type Family } from '@q/fpfwd'
import { QError } from '@q/ir'
import type { Context } from '../context.ts'
import { fileError } from '../files/file-errors.ts'
import { memberTwice } from '../files/member-twice.ts'
import { importedFiles } from '../modules/imported-files.ts'
import { loadModule } from '../modules/load-module.ts'
import { locateModule } from '../modules/locate-module.ts'
import type { ModuleKind } from '../modules/module-kind.ts'

/** Modules that bring families of networks. */
const familyModule: ModuleKind = {
  noun: 'family of networks',
  errors: {
    unrunnable: ['PATTERN_MODULE', 'the module of patterns cannot be run'],
    invalid: 'PATTERN_INVALID',
    failed: 'PATTERN_MODULE',
    options: ['PATTERN_INVALID', 'patterns take no options'],
  },
  defects: (value) => (typeof value === 'object' && value !== null ? [] : ['it is no family and no list']),
}

/**
 * The families of a file: JSON, or a module whose default export is a family or a list.
 *
 * @throws QError `FILE_MISSING`, `PATTERN_MODULE`, `PATTERN_INVALID`
 */
export async function readFamilies(file: string, context: Context): Promise<readonly Family[]> {
  if (/\.json$/i.test(file) || (!/\.[cm]?[jt]s$/i.test(file) && (await isFile(file))))
    return checkFamilies(parseJson(await context.files.readText(file), file), file)
  const path = await locateModule(file, process.cwd(), familyModule)
  if (path === undefined) throw await fileError(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }), file, 'read')
  await context.files.reads(await importedFiles(path))
  const made = await loadModule({ kind: familyModule, word: file, file: path }, { options: {}, modules: context.modules })
  return checkFamilies(made, file)
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

function parseJson(text: string, file: string): unknown {
  try {
    const value = JSON.parse(text) as unknown
    const twice = memberTwice(text)
    if (twice !== undefined) throw new Error(`the member ${twice} twice in one object`)
    return value
  } catch (error) {
    throw new QError('PATTERN_INVALID', 'a pattern is not described as patterns are', {
      at: [file],
      found: error instanceof Error ? error.message : String(error),
      wanted: 'JSON: a family, or a list of families',
      hint: 'docs/write-a-pattern.md has an example; a module has to end in .mjs, .js or .ts',
      kind: 'usage',
      cause: error,
    })
  }
}
