import { type Backend, type BackendFactory, QError } from '@q/ir'
import { type Chip, chips } from './chips.ts'
import { readGraph } from './container/read-graph.ts'
import { customizedFile } from './files/customized-file.ts'
import { emitFiles, emittedNames, ending } from './files/emit.ts'
import { factsOfMeans, withMeans } from './lower/channel-means.ts'
import { lowerings } from './lower/lowerings.ts'
import { targetOf } from './target.ts'

/** Options of {@link acuity}. */
export interface AcuityOptions {
  /** Which chip of the family: its limits, and the name of its compiler's target. @default 'acuity', without limits */
  readonly chip?: Chip
}

/** The back end for VeriSilicon's NPUs. @throws QError `CHIP_OPTIONS` for an option it does not have */
export const acuity: BackendFactory<AcuityOptions> = (options = {}): Backend => {
  const { chip = 'acuity', ...unknown } = options
  const names = Object.keys(unknown)
  if (names.length > 0 || !chips.includes(chip)) {
    throw new QError('CHIP_OPTIONS', 'acuity takes no such options', {
      at: ['acuity'],
      found: names.length > 0 ? names.join(', ') : String(chip),
      wanted: `chip (${chips.join(', ')}), or nothing`,
      hint: 'leave them out',
      kind: 'usage',
    })
  }
  return {
    name: chip,
    target: targetOf(chip),
    lower: lowerings,
    withMeans,
    facts: factsOfMeans,
    emit: emitFiles,
    planFile: customizedFile,
    fileNames: (network, settings) => emittedNames(network, chip, settings),
    reader: { endings: [ending], read: readGraph },
  }
}
