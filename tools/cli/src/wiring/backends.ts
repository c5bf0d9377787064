import { acuity, chips as acuityChips } from '@q/backend-acuity'
import { bm1684x, boards as bm1684xBoards, chips as bm1684xChips } from '@q/backend-bm1684x'
import { cv18xx, boards as cv18xxBoards, chips as cv18xxChips, implied as impliedByCv18xx } from '@q/backend-cv18xx'
import type { Backend } from '@q/ir'
import type { ImpliedAttrs } from '@q/ir/container'
import { type CompiledFamily, encodeWeights, readTpu, tpucCompiler, writeTpu } from '@q/mlir'
import { decodeNpz, encodeNpz } from '@q/npz'

/** Options a user gives a back end on the command line. */
export type ChipOptions = Readonly<Record<string, unknown>>

/** The codec of the lowered text form and the driver of its compiler, for families that have one. */
const codec = {
  write: writeTpu,
  read: readTpu,
  encodeWeights,
  compiler: (family: CompiledFamily) => tpucCompiler({ ...family, arrays: { encode: encodeNpz, decode: decodeNpz } }),
}

/** A package of back ends. */
interface Family {
  readonly package: string
  /** The back end for each of its chips, by the chip's name; the first is meant where only the package is named. */
  readonly chips: Readonly<Record<string, (options: ChipOptions) => Backend>>
  /** What its lowered text means without saying it. @default what the operators' definitions do */
  readonly implied?: ImpliedAttrs
  /** Its chips by the names of boards and processors that have one, lower case without signs between letters. @default none */
  readonly boards?: Readonly<Record<string, string>>
}

/** The families this program comes with; the one place of it that knows chips. */
const families: readonly Family[] = [
  {
    package: '@q/backend-bm1684x',
    chips: Object.fromEntries(bm1684xChips.map((chip) => [chip, (options) => bm1684x({ ...options, chip, codec })])),
    boards: bm1684xBoards,
  },
  {
    package: '@q/backend-cv18xx',
    chips: Object.fromEntries(cv18xxChips.map((chip) => [chip, (options) => cv18xx({ ...options, chip, codec })])),
    implied: impliedByCv18xx,
    boards: cv18xxBoards,
  },
  {
    package: '@q/backend-acuity',
    chips: Object.fromEntries(acuityChips.map((chip) => [chip, (options) => acuity({ ...options, chip })])),
  },
]

/** The back ends this program comes with, without options. */
export function ownBackends(): readonly Backend[] {
  return families.flatMap(({ chips }) => Object.values(chips).map((create) => create({})))
}

/** Every chip name that is accepted without naming a module, lower case. */
export function chipNames(): readonly string[] {
  return ownBackends().flatMap(({ target }) => [target.name, ...(target.aliases ?? [])])
}

/** A back end this program comes with, by its name or an alias in any case, or by its package. @throws what the factory throws for its options */
export function ownBackend(chip: string, options: ChipOptions): Backend | undefined {
  const wanted = chip.toLowerCase()
  for (const family of families) {
    for (const create of Object.values(family.chips)) {
      const { target } = create({})
      const names = [family.package, target.name, ...(target.aliases ?? [])]
      if (names.includes(wanted)) return create(options)
    }
  }
  return undefined
}

/** What the lowered text of a chip means without saying it. */
export function impliedBy(chip: string): ImpliedAttrs {
  return families.find(({ chips }) => chip.toLowerCase() in chips)?.implied ?? {}
}

/** The chip on a board, or in a processor, that a word names. */
export function chipOnBoard(word: string): string | undefined {
  const name = word.toLowerCase().replace(/[^a-z0-9]/g, '')
  return families.map(({ boards = {} }) => (Object.hasOwn(boards, name) ? boards[name] : undefined)).find((chip) => chip !== undefined)
}

/** Whether a word names a chip of the families whose tools these commands follow, for which there is no back end here. */
export function isOtherChip(word: string): boolean {
  return /^(?:bm1\d{3}x?|cv18\d[a-z]|sg2\d{3}|mars3|sgtpuv8)$/i.test(word)
}
