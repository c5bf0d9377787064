import type { Tensor } from '@q/ir'

/** Which results of the reference say nothing of how near others are to them: by name, whether one is all zeros or has numbers that are not finite. */
export type VoidBook = (made: Made, results: ReadonlyMap<string, Tensor>) => ReadonlySet<string>

/** What results were made of, and how. */
interface Made {
  readonly of: readonly Tensor[]
  readonly postProcess: boolean
}

/** Nothing looked at yet. Results of the same tensors are looked at once: a reference is compared with every trial, by every metric. */
export function createVoidBook(): VoidBook {
  const known = new WeakMap<Tensor, Map<string, ReadonlySet<string>>>()
  return ({ of, postProcess }, results) => {
    const [first] = of
    const found = (first === undefined ? undefined : known.get(first)) ?? new Map<string, ReadonlySet<string>>()
    const key = JSON.stringify([postProcess, ...results.keys()])
    const voids = found.get(key) ?? new Set([...results].flatMap(([name, { data }]) => (isVoid(data as ArrayLike<number>) ? [name] : [])))
    if (first !== undefined) known.set(first, found.set(key, voids))
    return voids
  }
}

/** Whether numbers are all zeros, or not all finite. */
function isVoid(numbers: ArrayLike<number>): boolean {
  let isSilent = true
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i]!)) return true
    if (numbers[i] !== 0) isSilent = false
  }
  return isSilent
}
