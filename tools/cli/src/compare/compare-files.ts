import type { Tensor } from '@q/ir'
import type { TensorVerdict, Tolerance } from './compare-tensors.ts'
import { compareTensor } from './compare-tensors.ts'

/** Which tensors are compared. */
export interface CompareSelection {
  /** Names that are left out. */
  readonly excepts?: readonly string[]
  /** Compare this tensor only. */
  readonly key?: string
  /** Compare every tensor; otherwise above 200 only every n-th, and the last. @default false */
  readonly all?: boolean
}

/** The comparison of two sets of tensors. */
export interface Comparison {
  readonly verdicts: readonly TensorVerdict[]
  readonly passed: boolean
}

/** Compares the tensors that both sets have, in the order of the reference. */
export function compareSets(
  target: ReadonlyMap<string, Tensor>,
  reference: ReadonlyMap<string, Tensor>,
  tolerance: Tolerance,
  { excepts = [], key, all = false }: CompareSelection = {},
): Comparison {
  const common = [...reference.keys()].filter((name) => target.has(name) && !excepts.includes(name) && (key === undefined || name === key))
  const step = all ? 1 : Math.max(1, Math.floor(common.length / 200))
  const names = common.filter((_, i) => i % step === 0 || i >= common.length - 9)
  const verdicts = names.map((name) => compareTensor(name, target.get(name)!, reference.get(name)!, tolerance))
  return { verdicts, passed: verdicts.every(({ passed }) => passed) }
}
