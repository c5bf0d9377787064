import type { Graph, ModelReader } from '@q/ir'
import { codecOf, readText, type TextCodec } from '@q/ir/container'
import { readPortableBmodel } from '../bmodel/index.ts'
import { endings } from './file-names.ts'

/** Reads portable containers, also under the chip's own ending, which older files and those of users who insisted have. */
export function containerReader(codec: TextCodec | undefined) {
  return {
    endings: [endings.portable, endings.chip] as const,
    read(bytes: Uint8Array, place: string): Graph {
      return readText(readPortableBmodel(bytes, place), place, { codec: codecOf(codec, 'bm1684x') })
    },
  } satisfies ModelReader
}
