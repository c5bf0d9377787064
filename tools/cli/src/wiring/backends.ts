import { bm1684x } from '@q/backend-bm1684x'
import { chips as cv18xxChips, cv18xx } from '@q/backend-cv18xx'
import type { Backend } from '@q/ir'
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

/** The back ends this program comes with, by the word that names them; the one place of it that knows chips. */
const factories: Readonly<Record<string, (options: ChipOptions) => Backend>> = {
  bm1684x: (options) => bm1684x({ ...options, codec }),
  ...Object.fromEntries(cv18xxChips.map((chip) => [chip, (options: ChipOptions) => cv18xx({ ...options, chip, codec })])),
}

/** The package of each; a package of several chips stands for the first of them. */
const packages: Readonly<Record<string, string>> = {
  bm1684x: '@q/backend-bm1684x',
  ...Object.fromEntries(cv18xxChips.map((chip) => [chip, '@q/backend-cv18xx'])),
}

/** The back ends this program comes with, without options. */
export function ownBackends(): readonly Backend[] {
  return Object.values(factories).map((create) => create({}))
}

/** Every chip name that is accepted without naming a module, lower case. */
export function chipNames(): readonly string[] {
  return ownBackends().flatMap(({ target }) => [target.name, ...(target.aliases ?? [])])
}

/** A back end this program comes with, by its name or an alias in any case, or by its package. @throws what the factory throws for its options */
export function ownBackend(chip: string, options: ChipOptions): Backend | undefined {
  const wanted = chip.toLowerCase()
  for (const create of Object.values(factories)) {
    const { target } = create({})
    if (wanted === packages[target.name] || target.name === wanted || target.aliases?.includes(wanted) === true)
      return create(options)
  }
  return undefined
}

/** Whether a word names a chip of the families whose tools these commands follow, for which there is no back end here. */
export function isOtherChip(word: string): boolean {
  return /^(?:bm1\d{3}x?|cv18\d[a-z]|sg2\d{3}|mars3|sgtpuv8)$/i.test(word)
}
