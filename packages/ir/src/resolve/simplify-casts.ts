import type { SimplifyPass } from '../contracts/backend.ts'
import { draftOf } from '../graph/draft.ts'
import type { Graph, Node, TensorType } from '../graph/types.ts'

/** Operators that change how numbers are stored and nothing else. */
export const castOps: readonly string[] = ['Cast', 'QuantizeLinear', 'DequantizeLinear']

/**
 * Takes away casts that do nothing: to the type the value has already, and there and back again when nothing else uses the
 * value in between. Plain integers in between are the model's own: they cut fractions, which stays, as do half floats that a layer itself makes.
 */
export const simplifyCasts: SimplifyPass = {
  name: 'simplify-casts',
  ops: castOps,
  run: withoutIdleCasts,
}

function withoutIdleCasts(graph: Graph): Graph {
  const draft = draftOf(graph)
  const isCast = (node: Node | undefined): node is Node => node !== undefined && castOps.includes(node.op)
  for (const node of draft.nodes()) {
    if (!isCast(node)) continue
    const current = draft.producer(node.outputs[0]!)
    if (current === undefined) continue
    const from = current.inputs[0]!
    const to = current.outputs[0]!
    const before = draft.producer(from)
    const isThereAndBack = isCast(before) && draft.useCount(from) === 1 && !cutsFractions(draft.value(from).type) && !isLayer(before)
    const source = isThereAndBack ? before.inputs[0]! : from
    if (!sameElement(draft.value(source).type, draft.value(to).type)) continue
    draft.replace(current, [])
    if (source !== from) draft.replace(before!, [])
    draft.redirect(to, source)
  }
  return draft.finish()
}

/** Integers that are no codes. */
const cutsFractions = ({ dtype, quant }: TensorType): boolean => quant === undefined && /^[iu]\d/.test(dtype)

/** Whether a cast is a layer of the model, and not one between layers. */
const isLayer = ({ op, outputs, origin = [] }: Node): boolean => op === 'Cast' && origin.includes(outputs[0]!)

const sameElement = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype &&
  a.quant?.scale === b.quant?.scale &&
  a.quant?.zeroPoint === b.quant?.zeroPoint &&
  a.quant?.saturate?.join() === b.quant?.saturate?.join()
