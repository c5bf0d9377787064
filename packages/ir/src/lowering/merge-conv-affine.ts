import type { RewritePass } from '../contracts/backend.ts'
import { draftOf, type GraphDraft } from '../graph/draft.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node } from '../graph/types.ts'
import { tensor } from '../tensor/tensor.ts'

/** The convolution in front of an Affine, when nothing else sees its result and it can take the factors in. */
function convBefore(draft: GraphDraft, { op, inputs }: Node): Node | undefined {
  if (op !== 'Affine' || inputs.slice(1).some((name) => draft.value(name!).constant === undefined)) return undefined
  const conv = draft.producer(inputs[0]!)
  const isPlain = conv?.op === 'Conv' && draft.useCount(inputs[0]!) === 1 && conv.attrs.relu !== true
  return isPlain && conv.inputs.slice(1).every((name) => name === undefined || draft.value(name).constant !== undefined) ? conv : undefined
}

/**
 * A convolution followed by a scale and bias per channel becomes one convolution: weights float32(w scale), bias
 * float32(bias + float32(b scale)). Its constants keep their names, its result has that of the Affine.
 */
export const mergeConvAffine: RewritePass = {
  name: 'merge-conv-affine',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const conv = convBefore(draft, node)
      if (conv === undefined) continue
      const [x, w, b] = conv.inputs as [string, string, string?]
      const [factors, addends] = node.inputs.slice(1).map((name) => draft.value(name!).constant!.data as Float32Array) as [
        Float32Array,
        Float32Array,
      ]
      const weights = draft.value(w).constant!
      const channels = weights.shape[0]!
      const size = weights.data.length / channels
      const scaled = Float32Array.from(weights.data as Float32Array, (each, i) => each * factors[Math.floor(i / size)]!)
      const own = b === undefined ? undefined : (draft.value(b).constant!.data as Float32Array)
      const bias = Float32Array.from(addends, (each, channel) => each + Math.fround((own?.[channel] ?? 0) * factors[channel]!))
      const named = (name: string): string => (draft.useCount(name) > 1 ? draft.freshName(`${layerOf(node)}_${name}`) : name)
      const [filter, addend] = [named(w), named(b ?? node.inputs[2]!)]
      draft.setValue({ name: filter, type: { dtype: 'f32', shape: weights.shape }, constant: tensor('f32', weights.shape, scaled) })
      draft.setValue({ name: addend, type: { dtype: 'f32', shape: [channels] }, constant: tensor('f32', [channels], bias) })
      draft.replace(node, [
        {
          ...conv,
          inputs: [x, filter, addend],
          outputs: node.outputs,
          attrs: { ...conv.attrs, ...node.attrs },
          origin: [layerOf(conv), layerOf(node)],
        },
      ])
      draft.replace(conv, [])
    }
    return draft.finish()
  },
}
