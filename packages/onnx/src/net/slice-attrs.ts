import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'

/** The attributes of a Slice that takes a range of one axis of a tensor, and all along the others. @param to the place behind the last */
export function sliceAttrs(shape: readonly number[], axis: number, from: number, to: number, step = 1) {
  return {
    starts: shape.map((_, i) => (i === axis ? from : 0)),
    ends: shape.map((d, i) => (i === axis ? to : d)),
    steps: shape.map((_, i) => (i === axis ? step : 1)),
  }
}

/** The places along one axis that a Slice takes one by one, with all of the others; `undefined` where it takes anything else, or is none. @param to the place behind the last */
export function rangeAlong(
  net: GraphDraft,
  node: Node | undefined,
  axis: number,
): { readonly from: number; readonly to: number } | undefined {
  if (node?.op !== 'Slice') return undefined
  const shape = net.shape(node.inputs[0]!)
  const { starts, ends, steps } = node.attrs as Record<'starts' | 'ends' | 'steps', readonly number[]>
  const isRange = shape.every((size, i) => steps[i] === 1 && (i === axis || (starts[i] === 0 && ends[i]! >= size)))
  return isRange ? { from: starts[axis]!, to: Math.min(ends[axis]!, shape[axis]!) } : undefined
}
