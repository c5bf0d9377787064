import { elementCount } from '@q/ir'
import { binaryFunction } from './elementwise.ts'
import type { KnownNode } from './evaluate.ts'
import type { Literal } from './literal.ts'

/** Elements beyond which a folded tensor is rather computed while the network runs than stored. */
export const largestFolded = 2 ** 25

type Sizes = readonly number[]
const product = (sizes: Iterable<number>): number => {
  let count = 1
  for (const size of sizes) count *= size < 0 ? Number.NaN : size
  return count
}

/** Elements of what these shapes broadcast to, whether they fit each other or not. */
function broadcastCount(shapes: readonly Sizes[]): number {
  const rank = Math.max(...shapes.map(({ length }) => length))
  return product(Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((shape) => shape[i - rank + shape.length] ?? 1))))
}

const picked = ([x, indices]: readonly (Literal | undefined)[], axis: number): number => {
  const size = x!.shape.at(axis) ?? 1
  return size === 0 ? 0 : (elementCount(x!.shape) / size) * elementCount(indices!.shape)
}

/** No fewer than a resized tensor has: sizes of some axes alone, or those of a policy, are taken as factors. */
function resized({ inputs: [x, ...given], attrs }: KnownNode): number {
  const sizes = given[2]?.data ?? []
  const factors =
    [given[1], given[0]].find((each) => each !== undefined && each.data.length > 0)?.data ?? (attrs['scales'] as number[] | undefined) ?? []
  if (sizes.length === x!.shape.length && attrs['keep_aspect_ratio_policy'] === undefined) return product(sizes)
  return elementCount(x!.shape) * product(sizes.length > 0 ? sizes : Array.from(factors, Math.ceil))
}

/** How many elements the operators make whose results are larger than their operands. */
const counts: Readonly<Record<string, (node: KnownNode) => number>> = {
  ConstantOfShape: ({ inputs: [shape] }) => product(shape!.data),
  Range: ({ inputs: [from, to, step] }) => Math.max(0, Math.ceil((to!.data[0]! - from!.data[0]!) / (step!.data[0]! || Number.NaN))),
  Expand: ({ inputs: [x, shape] }) => broadcastCount([x!.shape, Array.from(shape!.data)]),
  Tile: ({ inputs: [x, repeats] }) => elementCount(x!.shape) * product(repeats!.data),
  Concat: ({ inputs }) => inputs.reduce((sum, each) => sum + elementCount(each!.shape), 0),
  OneHot: ({ inputs: [indices, depth] }) => product([elementCount(indices!.shape), depth!.data[0]!]),
  Gather: ({ inputs, attrs }) => picked(inputs, attrs['axis'] as number),
  GatherND: ({ inputs: [x, indices] }) => {
    const tuple = indices!.shape.at(-1) ?? 1
    return elementCount(indices!.shape.slice(0, -1)) * elementCount(x!.shape.slice(tuple))
  },
  MatMul: ({ inputs: [a, b] }) =>
    broadcastCount([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]) * (a!.shape.at(-2) ?? 1) * (b!.shape.at(-1) ?? 1),
  Resize: (node) => resized(node),
  Upsample: (node) => resized(node),
  Einsum: ({ inputs: [a, b] }) => elementCount(a!.shape) * elementCount(b?.shape ?? []),
}

/** Whether the size of an operator's results can be told before they are computed. */
export const statesSize = (op: string): boolean => Object.hasOwn(counts, op)

/**
 * The most elements that a result of a node with known operands can have, where that is more than its operands have; NaN where a size is
 * negative.
 */
export function resultCount(node: KnownNode): number {
  const count = Object.hasOwn(counts, node.op) ? counts[node.op] : undefined
  if (count !== undefined) return count(node)
  const shapes = node.inputs.flatMap((each) => (each === undefined ? [] : [each.shape]))
  const isElementwise =
    node.op === 'Where' || (shapes.length > 1 && binaryFunction(node.op, node.inputs[0]!.dtype, node.attrs) !== undefined)
  return isElementwise ? broadcastCount(shapes) : 0
}
