import type { OvxGraph } from './ovx-graph.ts'

/** Where the bytes of a constant stand in the data file. */
export interface DataPlace {
  readonly offset: number
  readonly bytes: number
}

/** The data file: constants one behind the other, without a head (spec/acuity.md 6.4), and where each is, by the place of its tensor. */
export function dataFile({ tensors }: OvxGraph): { readonly file: Uint8Array; readonly places: ReadonlyMap<number, DataPlace> } {
  const places = new Map<number, DataPlace>()
  let size = 0
  tensors.forEach(({ bytes }, i) => {
    if (bytes === undefined) return
    places.set(i, { offset: size, bytes: bytes.length })
    size += bytes.length
  })
  const file = new Uint8Array(size)
  for (const [i, { offset }] of places) file.set(tensors[i]!.bytes!, offset)
  return { file, places }
}
