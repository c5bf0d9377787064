import { type LowerContext, type LowerOp, layerOf, type Node, type TensorType, type Value } from '@q/ir'
import { floatResult } from '@q/ir/lowering'
import { rescaledBy } from './byte-factor.ts'
import { bf16StyleOf } from './lut-bf16.ts'
import { notOnHost } from './on-host.ts'

/** Among more elements the host takes the largest of each so many, and compares the bits of bfloat16 numbers as if they were whole numbers. */
const mostElements = 256

/**
 * Places of the largest elements: the chip finds the elements, among codes or in bfloat16, and the host the first place that has them, along the last axis. The host lays
 * places out as the model does.
 *
 * @throws QError `OP_UNSUPPORTED` for the last place of several, for long axes, and where the elements are wanted too, which the chip could give in bfloat16 only
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
  const type: TensorType = { dtype: 'f32', shape: context.typeOf(name).shape }
  const nodes: Node[] = []
  const values: Value[] = []
  const put = (op: string, inputs: readonly string[], value: Value, attrs: Node['attrs']): string => {
    nodes.push({ op, inputs, outputs: [value.name], attrs })
    values.push(value)
    return value.name
  }
  const isCodes = context.scheme.kind === 'integer'
  const from = isCodes ? context.quantizedType(x) : floatResult(x, context)
  const along = axis === last ? x : put('Transpose', [x], { name: `${name}_permute`, type: { ...from, shape: turned } }, { perm })
  const largest: Value = { name: `${name}_trans1`, type: { ...from, shape: places } }
  const over = { axes: [last], keepdims: true }
  if (isCodes) put('QReduce', [along], largest, { ...over, mode: 'max', ...rescaledBy([{ multiplier: 1, shift: 0 }], context) })
  else put('ReduceMax', [along], largest, { ...over, ...bf16StyleOf(context) })
  const keepdims = type.shape.length === shape.length
  const usual = keepdims ? places : turned.slice(0, -1)
  const laidOut = type.shape.join() === usual.join() ? {} : { shape: type.shape }
  put('ArgMax', [along, largest.name], { name, type }, { axis: last, ...(keepdims ? {} : { keepdims }), ...laidOut })
  return { nodes, values, operands: new Map([along, largest.name].map((each) => [each, isCodes ? ('codes' as const) : from.dtype])) }
}

function checkForm(node: Node, { count, isLast }: { readonly count: number; readonly isLast: boolean }, context: LowerContext): void {
  const [, elements] = node.outputs
  if (elements !== undefined && context.useCount(elements) > 0)
    throw notOnHost(node, context, `${elements}, which is used`, 'the places alone, and a ReduceMax')
  if (isLast) throw notOnHost(node, context, 'select_last_index', 'the first place of several')
  if (count > mostElements) throw notOnHost(node, context, `an axis of ${count} elements`, `at most ${mostElements}`)
}
