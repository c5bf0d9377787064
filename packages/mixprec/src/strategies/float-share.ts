import type { SearchSpace, Trial } from '@q/ir'

/** The share of all operations that a trial does in float, of layers that have codes otherwise. */
export function floatShare({ layers, pinned, floatMode }: SearchSpace, { plan }: Trial): number {
  const operations = (chosen: typeof layers) => chosen.reduce((sum, layer) => sum + layer.operations, 0)
  const floats = layers.filter(({ name, hasCodes }) => hasCodes && plan.get(name) === floatMode && !pinned.has(name))
  return operations(floats) / Math.max(1, operations(layers))
}
