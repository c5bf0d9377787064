import { blockElements } from './portable.ts'
import type { WasmMemory } from './wasm-host.ts'

/** Elements of a vector. */
export const lanes = 4
/** Elements worked on at a time; bounds the memory whatever the size of a tensor, and part of how distances are summed. */
export const chunkElements = blockElements

/** Elements that two kernels after one another find in the nearest cache. */
export const pieceElements = 1 << 14

const pageBytes = 65536
const scratchBytes = 64
/** 16 vectors of byte numbers, see `above` of the module. */
export const packings = scratchBytes
/** Byte address of four running sums in float64, zero between two uses. */
export const runningSums = packings + 256
/** Byte address of the addresses of counters, see `countBins` of the module. */
export const slots = runningSums + 32
/** Byte address of the chunk that is looked at. */
export const firstChunk = slots + 4096
/** Byte address of its counterpart: a second operand, or a result. */
export const secondChunk = firstChunk + chunkElements * 4
/** Byte address of what has no fixed size; see `reserve`. */
export const openEnd = secondChunk + chunkElements * 4

/** What arrays that stay may take of the memory, which never shrinks. */
const roomBytes = 64 * 2 ** 20

/** Pages the memory starts with. */
export const firstPages = Math.ceil(openEnd / pageBytes)

/** The memory that TypeScript and the module share. */
export interface Workspace {
  /** All of it; to be read anew after `reserve`. */
  readonly floats: Float32Array
  readonly ints: Int32Array
  /** Makes room up to a byte address. */
  reserve(end: number): void
  /**
   * Copies the chunk of `values` that starts at element `at` to an address, filled up to whole vectors, and returns the address behind it.
   * What stands at the first chunk's place already is not copied again while it is held.
   *
   * @param most elements that are copied at most. @default a chunk
   */
  place(values: Float32Array, at: number, address: number, filler: number, most?: number): number
  /**
   * Arrays of these lengths in this memory, each filled up to whole vectors with zeros, as many of them as fit into `roomBytes`; `undefined` in the place of the others. They
   * are valid until the next call, or until a kernel needs the open end.
   */
  room(lengths: readonly number[]): readonly (Float32Array | undefined)[]
  /** Where the elements of an array stand in this memory; `undefined` for an array of the caller's. */
  addressOf(values: Float32Array): number | undefined
  /** Does `work`, while `values` does not change. */
  holding(values: Float32Array, work: () => void): void
  /** Whether `values` is what is held. */
  holds(values: Float32Array): boolean
}

/** Takes the memory in use. */
export function workspace(memory: WasmMemory): Workspace {
  let floats = new Float32Array(memory.buffer)
  let ints = new Int32Array(memory.buffer)
  let held: Float32Array | undefined
  /** The first element of the chunk of `held` that stands at the first chunk's place. */
  let standing: number | undefined
  ints.set(packingMasks(), packings / 4)
  return {
    get floats() {
      return floats
    },
    get ints() {
      return ints
    },
    reserve(end) {
      const missing = end - memory.buffer.byteLength
      if (missing <= 0) return
      memory.grow(Math.ceil(missing / pageBytes))
      floats = new Float32Array(memory.buffer)
      ints = new Int32Array(memory.buffer)
    },
    place(values, at, address, filler, most = chunkElements) {
      const chunk = values.subarray(at, at + most)
      const isHere = address === firstChunk && values === held && at === standing
      if (!isHere) floats.set(chunk, address / 4)
      if (address === firstChunk) standing = values === held ? at : undefined
      const whole = Math.ceil(chunk.length / lanes) * lanes
      floats.fill(filler, address / 4 + chunk.length, address / 4 + whole)
      return address + whole * 4
    },
    room(lengths) {
      const places: (number | undefined)[] = []
      let end = openEnd
      for (const length of lengths) {
        const next = end + Math.ceil(length / lanes) * lanes * 4
        const fits = next - openEnd <= roomBytes
        places.push(fits ? end : undefined)
        if (fits) end = next
      }
      this.reserve(end)
      floats.fill(0, openEnd / 4, end / 4)
      return places.map((place, i) => (place === undefined ? undefined : new Float32Array(memory.buffer, place, lengths[i])))
    },
    addressOf: ({ buffer, byteOffset }) => (buffer === memory.buffer ? byteOffset : undefined),
    holding(values, work) {
      const outer = held
      if (values !== outer) standing = undefined
      held = values
      try {
        work()
      } finally {
        if (values !== outer) standing = undefined
        held = outer
      }
    },
    holds: (values) => values === held,
  }
}

/** For every mask of four lanes the byte numbers that move the lanes of the mask to the front. */
function packingMasks(): Int32Array {
  const table = new Uint8Array(256)
  for (let mask = 0; mask < 16; mask++) {
    let out = mask * 16
    for (let lane = 0; lane < lanes; lane++) {
      if ((mask >> lane) % 2 === 0) continue
      for (let byte = 0; byte < 4; byte++) table[out++] = lane * 4 + byte
    }
  }
  return new Int32Array(table.buffer)
}
