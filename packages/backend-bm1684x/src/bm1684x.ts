import type { Backend, BackendFactory } from '@q/ir'
import { QError } from '@q/ir'
import { type TextCodec, withPictures } from '@q/ir/container'
import { factsOf } from './facts.ts'
import { emitFiles, emittedNames } from './files/emit.ts'
import { endings } from './files/file-names.ts'
import { containerReader } from './files/read-model.ts'
import { lowerings } from './lower/lowerings.ts'
import { rewrites } from './rewrite/rewrites.ts'
import { simplifications } from './simplify/simplifications.ts'
import { target } from './target.ts'

/** Options of {@link bm1684x}. */
export interface Bm1684xOptions {
  /** Writes and reads the lowered text form, and drives the compiler that takes it. @default files can be neither written nor read, everything else works */
  readonly codec?: TextCodec
}

/** What the driver of the compiler has to know. */
const compiled = { family: target.name, container: endings.chip, otherwise: 'a portable container is written then' }

/** The back end for BM1684X. @throws QError `CHIP_OPTIONS` for an option it does not have */
export const bm1684x: BackendFactory<Bm1684xOptions> = (options = {}): Backend => {
  const { codec, ...unknown } = options
  const names = Object.keys(unknown)
  if (names.length > 0 || (codec !== undefined && typeof codec.write !== 'function')) {
    throw new QError('CHIP_OPTIONS', 'bm1684x takes no such options', {
      at: ['bm1684x'],
      found: names.length > 0 ? names.join(', ') : 'a codec that cannot write',
      wanted: 'codec, or nothing',
      hint: 'leave them out',
      kind: 'usage',
    })
  }
  const backend: Backend = {
    name: 'bm1684x',
    target,
    lower: lowerings,
    rewrite: rewrites,
    facts: factsOf,
    simplify: simplifications,
    emit: (graph, settings) => emitFiles(graph, settings, codec),
    fileNames: (network, settings) => emittedNames(network, target.name, settings),
    takePictures: (graph, pictures) => withPictures(graph, pictures, { backend }),
    reader: containerReader(codec),
    ...(codec?.compiler === undefined ? {} : { compiler: codec.compiler(compiled) }),
  }
  return backend
}
