import { type Backend, type BackendFactory, QError } from '@q/ir'
import { type TextCodec, withPictures } from '@q/ir/container'
import { emitFiles, emittedNames } from './files/emit.ts'
import { endings } from './files/file-names.ts'
import { implied } from './files/implied.ts'
import { containerReader } from './files/read-model.ts'
import { lowerings } from './lower/lowerings.ts'
import { rewrites } from './rewrite/rewrites.ts'
import { type Chip, chips, targetOf } from './target.ts'

/** Options of {@link cv18xx}. */
export interface Cv18xxOptions {
  /** Which chip of the family the files are for. @default 'cv183x' */
  readonly chip?: Chip
  /** Writes and reads the lowered text form, and drives the compiler that takes it. @default files can be neither written nor read, everything else works */
  readonly codec?: TextCodec
}

/** What the driver of the compiler has to know. */
const compiled = { family: 'cv18xx', container: endings.chip, otherwise: 'a portable container is written then' }

/** The back end for the CV18xx family: cv183x, cv182x, cv181x, cv180x. @throws QError `CHIP_OPTIONS` for an option it does not have */
export const cv18xx: BackendFactory<Cv18xxOptions> = (options = {}): Backend => {
  const { chip = 'cv183x', codec, ...unknown } = options
  const names = Object.keys(unknown)
  if (names.length > 0 || !chips.includes(chip) || (codec !== undefined && typeof codec.write !== 'function')) {
    throw new QError('CHIP_OPTIONS', 'cv18xx takes no such options', {
      at: ['cv18xx'],
      found: names.length > 0 ? names.join(', ') : chips.includes(chip) ? 'a codec that cannot write' : String(chip),
      wanted: `chip (${chips.join(', ')}), codec, or nothing`,
      hint: 'leave them out',
      kind: 'usage',
    })
  }
  const backend: Backend = {
    name: chip,
    target: targetOf(chip),
    lower: lowerings,
    rewrite: rewrites,
    emit: (graph, settings) => emitFiles(graph, settings, codec),
    fileNames: (network, settings) => emittedNames(network, chip, settings),
    takePictures: (graph, pictures) => withPictures(graph, pictures, { backend, implied }),
    reader: containerReader(codec),
    ...(codec?.compiler === undefined ? {} : { compiler: codec.compiler(compiled) }),
  }
  return backend
}
