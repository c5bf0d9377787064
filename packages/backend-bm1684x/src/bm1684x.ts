import type { Backend, BackendFactory } from '@q/ir'
import { QError } from '@q/ir'
import { type TextCodec, withPictures } from '@q/ir/container'
import { type Chip, type ChipFacts, chipFacts, chips } from './chips.ts'
import { factsOf } from './facts.ts'
import { emitFiles, emittedNames } from './files/emit.ts'
import { endings } from './files/file-names.ts'
import { containerReader } from './files/read-model.ts'
import { loweringsOf } from './lower/lowerings.ts'
import { rewritesOf } from './rewrite/rewrites.ts'
import { simplificationsOf } from './simplify/simplifications.ts'
import { targetOf } from './target.ts'

/** Options of {@link bm1684x}. */
export interface Bm1684xOptions {
  /** Which chip of the family the files are for. @default 'bm1684x' */
  readonly chip?: Chip
  /** Writes and reads the lowered text form, and drives the compiler that takes it. @default files can be neither written nor read, everything else works */
  readonly codec?: TextCodec
}

/** What the driver of the compiler has to know. */
const compiled = { family: 'bm1684x', container: endings.chip, otherwise: 'a portable container is written then' }

/** The back end for the BM1684X family: bm1684x, bm1688, cv186x, bm1690. @throws QError `CHIP_OPTIONS` for an option it does not have */
export const bm1684x: BackendFactory<Bm1684xOptions> = (options = {}): Backend => {
  const { chip = 'bm1684x', codec, ...unknown } = options
  const names = Object.keys(unknown)
  if (names.length > 0 || !chips.includes(chip) || (codec !== undefined && typeof codec.write !== 'function')) {
    throw new QError('CHIP_OPTIONS', 'bm1684x takes no such options', {
      at: ['bm1684x'],
      found: names.length > 0 ? names.join(', ') : chips.includes(chip) ? 'a codec that cannot write' : String(chip),
      wanted: `chip (${chips.join(', ')}), codec, or nothing`,
      hint: 'leave them out',
      kind: 'usage',
    })
  }
  return memberOf(chip, chipFacts[chip], codec)
}

/** A chip of the family, by its name and in what it differs. */
export function memberOf(name: string, facts: ChipFacts, codec?: TextCodec): Backend {
  const target = targetOf(name, facts)
  const backend: Backend = {
    name,
    target,
    lower: loweringsOf(target, facts),
    rewrite: rewritesOf(facts),
    facts: factsOf,
    simplify: simplificationsOf(facts),
    emit: (graph, settings) => emitFiles(graph, settings, codec),
    fileNames: (network, settings) => emittedNames(network, name, settings),
    takePictures: (graph, pictures) => withPictures(graph, pictures, { backend }),
    reader: containerReader(codec),
    ...(codec?.compiler === undefined ? {} : { compiler: codec.compiler(compiled) }),
  }
  return backend
}
