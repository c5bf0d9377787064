import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'

/** Every second element along two axes of a tensor. */
export interface PickedPart {
  readonly x: string
  /** The first place on each of the two axes. */
  readonly begin: readonly number[]
}

const list = (node: Node, name: string): readonly number[] => node.attrs[name] as readonly number[]

/** The every-second-element part of a tensor of four axes that a chain of Slices picks along two of them. */
export function pickedPart(net: GraphDraft, name: string, axes: readonly [number, number]): PickedPart | undefined {
  const begin = [0, 0]
  const step = [1, 1]
  let x = name
  for (let node = net.producer(x); node?.op === 'Slice'; node = net.producer(x)) {
    const shape = net.shape(node.inputs[0]!)
    if (shape.length !== 4) return undefined
    const [starts, steps] = [list(node, 'starts'), list(node, 'steps')]
    for (let axis = 0; axis < 4; axis++) {
      const places = net.shape(node.outputs[0]!)[axis]!
      if (places === shape[axis] && steps[axis] === 1) continue
      const at = axes.indexOf(axis)
      if (at < 0 || steps[axis] !== 2 || places * 2 !== shape[axis] || step[at] !== 1 || starts[axis]! > 1) return undefined
      step[at] = 2
      begin[at] = starts[axis]!
    }
    x = node.inputs[0]!
  }
  return step[0] === 2 && step[1] === 2 ? { x, begin } : undefined
}
