import type { Workspace } from './workspace.ts'
import { chunkElements, lanes, pieceElements, runningSums, secondChunk } from './workspace.ts'

/** What the module has for the comparison of thresholds. */
export interface CandidatePrograms {
  readonly fakeQuantize: (from: number, to: number, scale: number, out: number) => void
  readonly addSquaredDistance: (from: number, to: number, other: number, sums: number) => void
  readonly takeSum: (sums: number) => number
}

/** Where pieces of operands and results stand: in the second chunk's place, so that what is held in the first one's stays there. */
const [firstPiece, secondPiece] = [secondChunk, secondChunk + pieceElements * 4]

/** `fakeQuantize` of the kernels. */
export function fakeQuantize(memory: Workspace, run: CandidatePrograms, values: Float32Array, scale: number, into: Float32Array): void {
  const [from, to] = [memory.addressOf(values), memory.addressOf(into)]
  if (from !== undefined && to !== undefined) {
    run.fakeQuantize(from, from + Math.ceil(values.length / lanes) * lanes * 4, scale, to)
    return
  }
  for (let at = 0; at < values.length; at += pieceElements) {
    run.fakeQuantize(firstPiece, memory.place(values, at, firstPiece, 0, pieceElements), scale, secondPiece)
    const elements = Math.min(pieceElements, values.length - at)
    into.set(memory.floats.subarray(secondPiece / 4, secondPiece / 4 + elements), at)
  }
}

/** `squaredDistance` of the kernels. */
export function squaredDistance(memory: Workspace, run: CandidatePrograms, a: Float32Array, b: Float32Array): number {
  const address = memory.addressOf(a)
  let sum = 0
  for (let at = 0; at < a.length; at += pieceElements) {
    if (at > 0 && at % chunkElements === 0) sum += run.takeSum(runningSums)
    const end = memory.place(b, at, secondPiece, 0, pieceElements)
    if (address === undefined) memory.place(a, at, firstPiece, 0, pieceElements)
    const from = address === undefined ? firstPiece : address + at * 4
    run.addSquaredDistance(from, from + (end - secondPiece), secondPiece, runningSums)
  }
  return sum + run.takeSum(runningSums)
}
