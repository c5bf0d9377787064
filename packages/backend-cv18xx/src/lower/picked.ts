import { type LowerContext, type LoweredNode, layerOf, type Node, type Tensor, type Value } from '@q/ir'
import { floatResult } from '@q/ir/lowering'
import { bf16StyleOf } from './lut-bf16.ts'

/** Slices of a computed tensor at known places, one behind the other: the chip has no operator that picks them. */
export function pickedSlices(node: Node, places: Tensor, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { shape } = context.typeOf(x)
  const type = floatResult(name, context)
  const axis = Number(context.attrs(node)['axis'])
  const nodes: Node[] = []
  const values: Value[] = []
  const put = (op: string, inputs: readonly string[], sizes: readonly number[], attrs: Node['attrs'], last = false): string => {
    const value = last ? { name, type } : { name: `${name}_${nodes.length}`, type: { dtype: type.dtype, shape: sizes } }
    nodes.push({ op, inputs, outputs: [value.name], attrs })
    values.push(value)
    return value.name
  }
  const sized = (count: number): readonly number[] => shape.map((size, i) => (i === axis ? count : size))
  const asTheyLie = type.shape.join() === sized(places.data.length).join()
  const isOne = places.data.length === 1
  const slices = Array.from(places.data as Float32Array, (place) => {
    const from = place < 0 ? place + shape[axis]! : place
    const starts = shape.map((_, i) => (i === axis ? from : 0))
    const ends = shape.map((size, i) => (i === axis ? from + 1 : size))
    return put('Slice', [x], sized(1), { starts, ends, steps: shape.map(() => 1) }, isOne && asTheyLie)
  })
  const all = isOne ? slices[0]! : put('Concat', slices, sized(places.data.length), { axis, ...bf16StyleOf(context) }, asTheyLie)
  if (!asTheyLie) put('Reshape', [all], type.shape, { shape: type.shape }, true)
  return { nodes, values }
}
