import type { Session, Tensor } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { floatValues } from '../observe/float-values.ts'
import { letGo } from '../observe/let-go.ts'
import { fakeQuantScale } from './candidates.ts'
import { relativeDistance } from './distance.ts'

/** One node, what it is fed by sample, and what it should give. */
export interface CandidateTrials {
  readonly session: Session
  readonly feeds: readonly ReadonlyMap<string, Tensor>[]
  readonly references: readonly Float32Array[]
  readonly output: string
  readonly kernels: Kernels
  /** Called between runs; may throw to stop. */
  readonly pause: () => Promise<void>
}

/** Finds the best of some thresholds, the present one first. */
export type BestCandidate = (candidates: readonly number[]) => Promise<number>

/**
 * The candidate with the smallest mean distance from the references, the first of equals.
 *
 * A candidate is given up as soon as the samples seen so far bring its mean to that of the best one: distances are never negative.
 *
 * What all candidates of a node are made of and compared with is put once to where the kernels, and the session, read it in place. Until the last search of the node is done no
 * other node may be tried with the same kernels.
 */
export function candidateTrials({ session, feeds, references: given, output, kernels, pause }: CandidateTrials): BestCandidate {
  const norms = given.map((reference) => kernels.magnitudes(reference).sum)
  const fed = [...feeds[0]!].flatMap(([name, { dtype }]) => (dtype === 'f32' ? [name] : []))
  const floats = feeds.map((tensors) => fed.map((name) => floatValues(name, tensors.get(name))))
  const room = inRoom(kernels, [...floats[0]!.map(({ length }) => new Float32Array(length)), ...given, ...floats.flat()])
  const buffers = room.splice(0, fed.length)
  const references = room.splice(0, given.length)
  const samples = feeds.map((tensors) => {
    const sources = room.splice(0, fed.length)
    return {
      sources,
      tensors: new Map([...tensors, ...fed.map((name, i) => [name, { ...tensors.get(name)!, data: buffers[i]! }] as const)]),
    }
  })

  return async (candidates) => {
    let best = candidates[0]!
    let smallest = NaN
    for (const [index, candidate] of candidates.entries()) {
      let total = 0
      for (const sample of samples.keys()) {
        await pause()
        total += await distance(sample, fakeQuantScale(candidate))
        if (index > 0 && total / samples.length >= smallest) break
      }
      const mean = total / samples.length
      if (index === 0) smallest = mean
      else if (mean < smallest) {
        best = candidate
        smallest = mean
      }
    }
    return best
  }

  async function distance(sample: number, scale: number): Promise<number> {
    const { sources, tensors } = samples[sample]!
    for (const [i, source] of sources.entries()) kernels.fakeQuantize(source, scale, buffers[i]!)
    const found = floatValues(output, (await session.run(tensors)).get(output))
    const squared = kernels.squaredDistance(references[sample]!, found)
    letGo(found)
    return relativeDistance(squared, norms[sample]!)
  }
}

/** The same arrays, as many as have room there in the kernels' own memory. */
function inRoom(kernels: Kernels, arrays: readonly Float32Array[]): Float32Array[] {
  const room = kernels.room(arrays.map(({ length }) => length))
  for (const [i, array] of arrays.entries()) room[i]!.set(array)
  return [...room]
}
