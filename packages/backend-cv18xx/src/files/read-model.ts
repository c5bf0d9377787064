import type { Graph, ModelReader, Tensor } from '@q/ir'
import { listCvimodel, readCvimodel, readPortableCvimodel } from '../cvimodel/index.ts'
import type { TpuCodec } from '../tpu-codec.ts'
import { codecOf } from '../tpu-codec.ts'
import { endings } from './file-names.ts'
import { implied } from './implied.ts'

/** Reads portable containers, also under the chip's own ending, which those of users who insisted have. */
export function containerReader(codec: TpuCodec | undefined) {
  return {
    endings: [endings.portable, endings.chip] as const,
    read(bytes: Uint8Array, place: string): Graph {
      const { program, weights } = readPortableCvimodel(bytes, place)
      const tensors = weights.map(({ name, bytes: stored }): [string, Tensor] => {
        return [name, { dtype: 'u8', shape: [stored.length], data: stored.slice() }]
      })
      return codecOf(codec).read(program, new Map(tensors), { file: place, weightFile: place, implied })
    },
    describe: (bytes: Uint8Array, place: string): string => listCvimodel(readCvimodel(bytes, place)),
  } satisfies ModelReader
}
