import type { Graph } from '@q/ir'

/** Numbers that are as exact as what computes them: how they come out depends on the order in which a kernel adds. */
const wideTypes: ReadonlySet<string> = new Set(['f32', 'f64'])

/**
 * Whether every layer of a graph hands on codes or 16-bit floats, outputs of the graph excepted. A runtime fuses nothing over such a rounding, so results are the same to the last bit wherever the
 * graph is cut into sections.
 */
export function isRounded({ nodes, values, outputs }: Graph): boolean {
  return nodes.every(
    (node) =>
      node.attrs['unrounded'] !== true &&
      node.outputs.every((name) => !wideTypes.has(values.get(name)!.type.dtype) || outputs.includes(name)),
  )
}
