import type { Backend } from '@q/ir'
import { checkBackend, didYouMean, isQError, QError } from '@q/ir'
import type { ChipOptions } from '../wiring/backends.ts'
import { chipNames, ownBackend } from '../wiring/backends.ts'
import type { ImportModule } from './chip-module.ts'
import { backendExport, locateModule, namesPath, runModule } from './chip-module.ts'
import { guardBackend } from './guard-backend.ts'

/** A chip family that the user chose. */
export interface Chip {
  readonly backend: Backend
  /** The file of the module that brings it; absent for a back end of this program. */
  readonly file?: string
}

/** How {@link chooseChip} works. */
export interface ChooseChipSettings {
  /** Options of the factory. @default none */
  readonly options?: ChipOptions
  /** Folder that relative paths and packages are looked up from. @default the working directory */
  readonly folder?: string
  /** @default Node's own */
  readonly importModule?: ImportModule
}

/**
 * The back end that a word names: a chip this program knows, whatever the case, or a module: a path (`./nova.mjs`) or an installed
 * package (`@acme/quant-backend`), looked up from the user's folder.
 *
 * @throws QError `CHIP_UNKNOWN`, `FILE_MISSING`, `CHIP_MODULE`, `CHIP_OPTIONS`, `CHIP_PREPARE`, `BACKEND_INVALID`, `BACKEND_FAILED`
 */
export async function chooseChip(chip: string, settings: ChooseChipSettings = {}): Promise<Chip> {
  const { options = {}, folder = process.cwd() } = settings
  const own = ownBackend(chip, options)
  if (own !== undefined) return { backend: own }
  const file = await locateModule(chip, folder)
  if (file === undefined) {
    throw new QError('CHIP_UNKNOWN', `there is no back end for the chip ${chip}, and no package of that name`, {
      found: chip,
      wanted: `${chipNames().join(', ')}, a path like ./chip.mjs, or a package installed in ${folder}`,
      hint: didYouMean(chip.toLowerCase(), chipNames(), 'choose one of these'),
      kind: 'usage',
    })
  }
  const exported = backendExport(await runModule(file, chip, settings.importModule), chip)
  const made = typeof exported === 'function' ? await create(exported as Factory, options, chip) : withoutOptions(exported, options, chip)
  const backend = checkBackend(made, chip)
  refusePreparation(backend, chip)
  return { backend: guardBackend(backend, chip), file }
}

/** The files between the commands hold the network as it was imported: tables and plans name its layers, so nothing can change them for a chip. */
function refusePreparation({ prepare = [] }: Backend, chip: string): void {
  if (prepare.length === 0) return
  throw new QError(
    'CHIP_PREPARE',
    `the back end of ${chip} wants to change the network before it is calibrated, which only a program can do for it`,
    {
      at: [chip],
      found: `the passes ${prepare.map(({ name }) => name).join(', ')}`,
      wanted: 'a back end without `prepare`',
      hint: 'do it in `rewrite`, or run the passes in a program: prepare, calibrate, resolve',
      kind: 'usage',
    },
  )
}

/** What `--chip` takes, for the help of a command. */
export function chipHelp(): string {
  return `the chip: ${chipNames().join(', ')}; or a module with a back end: ./chip.mjs, an installed package`
}

type Factory = (options: ChipOptions) => unknown

async function create(factory: Factory, options: ChipOptions, chip: string): Promise<unknown> {
  try {
    return await factory(options)
  } catch (error) {
    if (isQError(error)) throw error
    throw new QError('BACKEND_FAILED', `the back end of ${chip} failed while it was made`, {
      at: [chip, 'factory'],
      found: error instanceof Error ? error.message : String(error),
      wanted: 'a back end',
      hint: namesPath(chip) ? 'correct the module; Q_DEBUG=1 shows where' : 'ask its author; Q_DEBUG=1 shows where',
      cause: error,
    })
  }
}

function withoutOptions(exported: unknown, options: ChipOptions, chip: string): unknown {
  if (Object.keys(options).length === 0) return exported
  throw new QError('CHIP_OPTIONS', `the back end of ${chip} takes no options`, {
    at: [chip],
    found: `--chip_options ${JSON.stringify(options)}`,
    wanted: 'a module that exports a function of options',
    hint: 'leave --chip_options out',
    kind: 'usage',
  })
}
