import { resolve } from 'node:path'
import type { Backend } from '@q/ir'
import { QError } from '@q/ir'
import type { Context } from '../context.ts'
import { importedFiles } from '../modules/imported-files.ts'
import type { ImportModule } from '../modules/load-module.ts'
import { loadModule } from '../modules/load-module.ts'
import { locateModule } from '../modules/locate-module.ts'
import type { ChipOptions } from '../wiring/backends.ts'
import { chipNames, chipOnBoard, isOtherChip, ownBackend } from '../wiring/backends.ts'
import { backEndModule } from './back-end-module.ts'
import { copyBackend } from './copy-backend.ts'
import { guardBackend } from './guard-backend.ts'

/** A chip family that the user chose. */
export interface Chip {
  readonly backend: Backend
  /** The file of the module that brings it; absent for a back end of this program. */
  readonly file?: string
  /** What the user called it by, as commands that are proposed do. @default the name of its target */
  readonly word?: string
}

/** How {@link chooseChip} works. */
export interface ChooseChipSettings {
  /** Options of the factory. @default none */
  readonly options?: ChipOptions
  /** Folder that relative paths and packages are looked up from. @default the working directory */
  readonly folder?: string
  /** The run that the chip is for: the module's file and those it imports beside it are among its inputs, and it watches over the module. @default none */
  readonly context?: Context
  /** @default Node's own */
  readonly importModule?: ImportModule
}

/**
 * The back end that a word names: a chip this program knows, whatever the case, or a module: a path (`./nova.mjs`) or an installed
 * package (`@acme/quant-backend`), looked up from the user's folder.
 *
 * @throws QError `CHIP_UNKNOWN`, `FILE_MISSING`, `CHIP_MODULE`, `CHIP_OPTIONS`, `BACKEND_INVALID`, `BACKEND_FAILED`, `FILE_TAKEN`
 */
export async function chooseChip(chip: string, settings: ChooseChipSettings = {}): Promise<Chip> {
  const { options = {}, folder = process.cwd(), context, importModule } = settings
  const own = ownBackend(chip, options)
  if (own !== undefined) return { backend: own }
  const file = await locateModule(chip, resolve(folder), backEndModule)
  if (file === undefined) {
    const about = {
      found: chip,
      wanted: `${chipNames().join(', ')}, a path like ./chip.mjs, or a package installed in ${folder}`,
      // Another chip, however near its name, computes other numbers.
      hint: 'choose one of these; docs/write-a-backend.md says how to bring a chip of your own',
      kind: 'usage',
    } as const
    const inside = chipOnBoard(chip)
    if (inside !== undefined)
      throw new QError('CHIP_UNKNOWN', `${chip} is no chip's name, but what has one of them inside`, {
        ...about,
        hint: `did you mean --chip ${inside}?`,
      })
    if (isOtherChip(chip)) throw new QError('CHIP_UNKNOWN', `q does not support the chip ${chip} yet`, about)
    throw new QError('CHIP_UNKNOWN', `there is no back end for the chip ${chip}, and no package of that name`, about)
  }
  await context?.files.reads(await importedFiles(file))
  const code = { kind: backEndModule, word: chip, file }
  const made = await loadModule(code, { options, modules: context?.modules, importModule })
  const backend = copyBackend(made, code)
  return { backend: guardBackend(backend, { ...code, name: backend.name }), file, word: chip }
}

/** What `--chip` takes, for the help of a command. */
export function chipHelp(): string {
  return `the chip: ${chipNames().join(', ')}; or a module with a back end: ./chip.mjs, an installed package`
}
