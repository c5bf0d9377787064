import type { Node, Value } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { storageArray, type Tensor } from '../tensor/tensor.ts'
import { newConstant } from './constant.ts'

/** The sizes that known places of an operator count against, the next element against the next one, around and around. */
function sizesOf(node: Node, shape: readonly number[], tuple: number, context: LowerContext): readonly number[] {
  const attrs = context.attrs(node)
  if (node.op === 'GatherND') return shape.slice(Number(attrs['batch_dims']), Number(attrs['batch_dims']) + tuple)
  if (node.op === 'ScatterND') return shape.slice(0, tuple)
  return [shape.at(Number(attrs['axis']))!]
}

/**
 * Known places as 32-bit integers. Chips count from the front alone, and read other memory for a place that is counted from the back; only a
 * Gather, which picks slices, knows both.
 */
export function placesFromFront(name: string, places: Tensor, node: Node, context: LowerContext): Value {
  const data = node.inputs[0]!
  const shape = context.constantOf(data)?.shape ?? context.typeOf(data).shape
  const sizes = node.op === 'Gather' ? [0] : sizesOf(node, shape, places.shape.at(-1)!, context)
  const counted = storageArray.i32.from(places.data as Float32Array, (place, i) => (place < 0 ? place + sizes[i % sizes.length]! : place))
  return newConstant(name, 'i32', places.shape, counted)
}
