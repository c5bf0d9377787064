import { blockElements } from './portable.ts'
import type { WasmMemory } from './wasm-host.ts'

/** Elements of a vector. */
export const lanes = 4
/** Elements worked on at a time; bounds the memory whatever the size of a tensor, and part of how distances are summed. */
export const chunkElements = blockElements

const pageBytes = 65536
const scratchBytes = 64
/** 16 vectors of byte numbers, see `above` of the module. */
export const packings = scratchBytes
/** Byte address of the chunk that is looked at. */
export const firstChunk = packings + 256
/** Byte address of its counterpart: a second operand, or a result. */
export const secondChunk = firstChunk + chunkElements * 4
/** Byte address of what has no fixed size; see `reserve`. */
export const openEnd = secondChunk + chunkElements * 4

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
   */
  place(values: Float32Array, at: number, address: number, filler: number): number
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
    place(values, at, address, filler) {
      const chunk = values.subarray(at, at + chunkElements)
      const isHere = address === firstChunk && values === held && at === standing
      if (!isHere) floats.set(chunk, address / 4)
      if (address === firstChunk) standing = values === held ? at : undefined
      const whole = Math.ceil(chunk.length / lanes) * lanes
      floats.fill(filler, address / 4 + chunk.length, address / 4 + whole)
      return address + whole * 4
    },
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
