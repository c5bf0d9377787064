import { attributesOf, layerOf, type SimplifyPass } from '@q/ir'
import { definitionOf, draftOf } from '@q/ir/graph'
import { activationOps, floatElements, newConstant, tableFunction } from '@q/ir/lowering'
import { roundBf16, roundF16 } from '@q/ir/number'
import { tableForm, tableFunctions } from '../lower/activations.ts'

const rounding = { f32: Math.fround, f16: roundF16, bf16: (x: number): number => roundBf16(x) }
const isRounded = (dtype: string): dtype is keyof typeof rounding => Object.hasOwn(rounding, dtype)

/**
 * A float activation directly behind codes, and alone there, becomes a table of 256 floats, unless the plan names its layer: then the user wants
 * it computed.
 */
export const tabulateActivations: SimplifyPass = {
  name: 'tabulate-activations',
  ops: activationOps,
  run(graph, _, plan) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const cast = node.inputs[0] === undefined ? undefined : draft.producer(node.inputs[0])
      if (
        !activationOps.includes(node.op) ||
        cast?.op !== 'DequantizeLinear' ||
        draft.useCount(node.inputs[0]!) !== 1 ||
        plan.has(layerOf(node))
      )
        continue
      const source = draft.value(cast.inputs[0]!).type
      const { dtype } = draft.value(layerOf(node)).type
      if ((source.dtype !== 'i8' && source.dtype !== 'u8') || !isRounded(dtype)) continue
      const f = tableFunction(node.op, attributesOf(node, definitionOf(node, graph.ops)), tableFunctions)
      const round = rounding[dtype]
      const { scale, zeroPoint } = source.quant!
      const entries = new Float32Array(256)
      for (let i = source.dtype === 'i8' ? -128 : 0; i < (source.dtype === 'i8' ? 128 : 256); i++) {
        entries[i & 255] = round(f(round(round(scale) * round(i - zeroPoint))))
      }
      const table = newConstant(draft.freshName(`${layerOf(node)}_table`), dtype, tableForm.shape!, floatElements(entries, dtype))
      draft.setValue(table)
      draft.replace(node, [{ ...node, op: 'Lut', inputs: [cast.inputs[0], table.name], attrs: {} }])
      draft.replace(cast, [])
    }
    return draft.finish()
  },
}
