/** One of the steps that repeat a tensor along one axis each. */
export interface TileStep {
  readonly repeats: readonly number[]
  /** Of what the step makes. */
  readonly shape: readonly number[]
}

/** A repetition along one axis at a time, the last axis first: the chip's compiler ends on one along several. None where nothing is repeated. */
export function tileSteps(shape: readonly number[], repeats: readonly number[]): readonly TileStep[] {
  let made = shape
  return repeats
    .map((count, axis) => ({ count, axis }))
    .filter(({ count }) => count !== 1)
    .reverse()
    .map(({ count, axis }) => {
      made = made.map((size, i) => (i === axis ? size * count : size))
      return { repeats: shape.map((_, i) => (i === axis ? count : 1)), shape: made }
    })
}
