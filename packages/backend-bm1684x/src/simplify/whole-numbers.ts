import type { Node, SimplifyPass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'
import { scaleShift } from '@q/ir/number'

const isWhole = (draft: GraphDraft, name: string): boolean => {
  const { dtype, quant } = draft.value(name).type
  return dtype === 'i32' && quant === undefined
}

/** A cast of whole numbers that nothing but one other cast uses. */
function passedOn(draft: GraphDraft, node: Node): Node | undefined {
  const [real] = node.outputs as [string]
  const [next, ...others] = draft.consumers(real)
  return node.op === 'Cast' && isWhole(draft, node.inputs[0]!) && others.length === 0 && !draft.isOutput(real) ? next : undefined
}

/** Whole numbers that become floats only to become codes are made codes at once, by a factor and a shift; narrower floats likewise. */
export const wholeToCodes: SimplifyPass = {
  name: 'whole-to-codes',
  ops: ['Cast'],
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const next = passedOn(draft, node)
      if (next === undefined) continue
      const inputs = node.inputs
      const result = draft.value(next.outputs[0]!).type
      if (next.op === 'Cast' && result.dtype !== 'i32') draft.change(next, { inputs })
      else if (next.op === 'QuantizeLinear' && result.quant!.zeroPoint === 0) {
        const { multiplier, shift } = scaleShift(1 / result.quant!.scale, { bits: 32 })
        const attrs = { multipliers: [multiplier], shifts: [shift], rounding: 'half-away-from-zero' }
        draft.change(next, { op: 'Requantize', inputs, attrs })
      } else continue
      draft.replace(node, [])
    }
    return draft.finish()
  },
}

/** Where codes have to arrive as whole numbers, places to pick or a mask, the chip hands on the codes themselves. */
export const codesAsWhole: SimplifyPass = {
  name: 'codes-as-whole',
  ops: ['DequantizeLinear'],
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes())
      if (node.op === 'DequantizeLinear' && isWhole(draft, node.outputs[0]!))
        draft.change(node, { op: 'Cast', attrs: { to: 'i32', rounding: 'half-away-from-zero' } })
    return draft.finish()
  },
}
