export { decodeNpy, encodeNpy } from './npy.ts'
export { decodeNpz, encodeNpz, openNpz, type NpzReader } from './npz.ts'
export type { Place } from './place.ts'
