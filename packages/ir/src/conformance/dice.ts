/** A source of numbers from 0 to 1, 1 excluded, that gives the same ones for the same seed everywhere (Numerical Recipes' linear congruence). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
