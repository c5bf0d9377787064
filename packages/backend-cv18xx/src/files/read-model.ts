import type { Graph, ModelReader } from '@q/ir'
import { codecOf, readText, type TextCodec } from '@q/ir/container'
import { listCvimodel, readCvimodel, readPortableCvimodel } from '../cvimodel/index.ts'
import { endings } from './file-names.ts'
import { implied } from './implied.ts'

/** Reads portable containers, also under the chip's own ending, which those of users who insisted have. */
export function containerReader(codec: TextCodec | undefined) {
  return {
    endings: [endings.portable, endings.chip] as const,
    read(bytes: Uint8Array, place: string): Graph {
      const graph = readText(readPortableCvimodel(bytes, place), place, { codec: codecOf(codec, 'cv18xx'), implied })
      // The text says so by the operator that makes them, which is not there where inputs are codes.
      return { ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } }
    },
    describe: (bytes: Uint8Array, place: string): string => listCvimodel(readCvimodel(bytes, place)),
  } satisfies ModelReader
}
