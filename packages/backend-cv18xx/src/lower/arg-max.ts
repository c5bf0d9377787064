import { type LowerContext, type LowerOp, layerOf, type Node, type Value } from '@q/ir'
import { floatResult } from '@q/ir/lowering'
import { bf16StyleOf } from './lut-bf16.ts'
import { notOnHost } from './on-host.ts'

/** Among more elements the host takes the largest of each so many, and compares the bits of bfloat16 numbers as if they were whole numbers. */
const mostElements = 256

/**
 * Places of the largest elements: the chip finds the elements, in bfloat16, and the host the first place that has them, along the last axis.
 *
 * @throws QError `OP_UNSUPPORTED` for the last place of several, and for long axes
 */
export const lowerArgMax: LowerOp = (node, context) => {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { shape } = context.typeOf(x)
  const { axis, select_last_index } = context.attrs(node) as { readonly axis: number; readonly select_last_index: boolean }
  checkForm(node, { count: shape[axis]!, isLast: select_last_index }, context)
  const last = shape.length - 1
  const perm = [...shape.keys()].filter((each) => each !== axis).concat(axis)
  const turned = perm.map((each) => shape[each]!)
  const places = [...turned.slice(0, -1), 1]
  const type = floatResult(name, context.in('HOST'))
  const wanted = type.shape
  const nodes: Node[] = []
  const values: Value[] = []
  const put = (op: string, inputs: readonly string[], to: string, type: Value['type'], attrs: Node['attrs']): string => {
    nodes.push({ op, inputs, outputs: [to], attrs })
    values.push({ name: to, type })
    return to
  }
  const { dtype } = floatResult(name, context)
  const along = axis === last ? x : put('Transpose', [x], `${name}_permute`, { dtype, shape: turned }, { perm })
  const style = bf16StyleOf(context)
  const largest = put('ReduceMax', [along], `${name}_trans1`, { dtype, shape: places }, { axes: [last], keepdims: true, ...style })
  const keepdims = wanted.length === shape.length
  const made = keepdims ? places : turned.slice(0, -1)
  const isShaped = wanted.join() === made.join()
  const attrs = { axis: last, ...(keepdims ? {} : { keepdims }) }
  const found = put('ArgMax', [along, largest], isShaped ? name : `${name}_places`, { ...type, shape: made }, attrs)
  if (!isShaped) put('Reshape', [found], name, type, { shape: wanted })
  return { nodes, values, operands: new Map([along, largest].map((each) => [each, dtype] as const)) }
}

function checkForm(node: Node, { count, isLast }: { readonly count: number; readonly isLast: boolean }, context: LowerContext): void {
  if (isLast) throw notOnHost(node, context, 'select_last_index', 'the first place of several')
  if (count > mostElements) throw notOnHost(node, context, `an axis of ${count} elements`, `at most ${mostElements}`)
}
