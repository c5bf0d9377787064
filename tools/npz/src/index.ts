export { decodeNpy, encodeNpy } from './npy.ts'
export { decodeNpz, encodeNpz, type NpzReader, openNpz } from './npz.ts'
export type { Place } from './place.ts'
