import { type LowerContext, type Node, storageArray, type Tensor, type Value } from '@q/ir'
import { newConstant } from '@q/ir/lowering'

/** The sizes that known places of an operator count against, the next element against the next one, around and around. */
function sizesOf(node: Node, shape: readonly number[], tuple: number, context: LowerContext): readonly number[] {
  const attrs = context.attrs(node)
  if (node.op === 'GatherND') return shape.slice(Number(attrs['batch_dims']), Number(attrs['batch_dims']) + tuple)
  if (node.op === 'ScatterND') return shape.slice(0, tuple)
  return [shape.at(Number(attrs['axis']))!]
}

/**
 * Known places as 32-bit integers. The chip counts from the front alone, and reads other memory for a place that is counted from the back; only its
 * Gather, which picks slices, knows both.
 */
export function placesFromFront(name: string, places: Tensor, node: Node, context: LowerContext): Value {
  const data = node.inputs[0]!
  const shape = context.constantOf(data)?.shape ?? context.typeOf(data).shape
  const sizes = node.op === 'Gather' ? [0] : sizesOf(node, shape, places.shape.at(-1)!, context)
  const counted = storageArray.i32.from(places.data as Float32Array, (place, i) => (place < 0 ? place + sizes[i % sizes.length]! : place))
  return newConstant(name, 'i32', places.shape, counted)
}
