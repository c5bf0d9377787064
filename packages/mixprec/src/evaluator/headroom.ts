/** What a process may take in all, and what it takes. */
export interface ResidentMemory {
  readonly most: number
  now(): number
}

/** How much of the tensors' part of the budget is left when memory is short, at each look. */
const shrinking = 0.97
/** How much more of it there is when there is plenty. */
const growing = 1.01
/** Below that part of what the process may take there is plenty. */
const plenty = 0.95
/** What stays of it at least: tensors may not be what takes the memory. */
const least = 1 / 8

/**
 * The part of the budget that tensors may take, by what the process takes in all: executors and the holes that tensors leave in memory take more than can be reckoned beforehand. It changes
 * by little at each look, since what is dropped is gone only some tasks later.
 *
 * @param resident absent, all of it
 */
export function createHeadroom(resident: ResidentMemory | undefined): () => number {
  if (resident === undefined) return () => 1
  let part = 1
  return () => {
    const taken = resident.now()
    if (taken > resident.most) part = Math.max(least, part * shrinking)
    else if (taken < plenty * resident.most) part = Math.min(1, part * growing)
    return part
  }
}
