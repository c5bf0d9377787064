import { layerOf, type Node, type RewritePass } from '@q/ir'
import { draftOf, type GraphDraft, numberOperand } from '@q/ir/graph'

/** What a Reshape took from, where nothing else uses its result and it only takes away a first axis of one element, of four. */
function untouched(draft: GraphDraft, name: string): string | undefined {
  const reshape = draft.producer(name)
  if (reshape?.op !== 'Reshape' || draft.useCount(name) !== 1) return undefined
  const [source] = reshape.inputs as [string]
  const [from, to] = [draft.shape(source), draft.shape(name)]
  return from.length === 4 && from[0] === 1 && from.slice(1).join() === to.join() ? source : undefined
}

/** The operands of a product, a softmax or a scaling as they are in front of such Reshapes. */
function operandsBefore(draft: GraphDraft, node: Node): readonly (string | undefined)[] | undefined {
  const number = node.op === 'Mul' ? numberOperand(node, draft.value) : undefined
  const isScaled = node.op === 'Mul' && number !== undefined
  const isProduct = node.op === 'MatMul' && node.inputs[2] === undefined && node.attrs['headsAsBatch'] !== true
  if (!isScaled && !isProduct && node.op !== 'Softmax') return undefined
  const sources = node.inputs.map((name, i) => (name === undefined || i === number ? name : untouched(draft, name)))
  return sources.every((source, i) => source !== undefined || node.inputs[i] === undefined) ? sources : undefined
}

/**
 * Products, softmaxes and scalings of heads (attention that lists heads as a batch) are computed with the first axis that a Reshape takes away in front of
 * them: they are called `<layer>_Reshape`, the Reshape stands behind and takes the name of the layer, and one that gives the axis back takes it out.
 */
export const reshapeBehind: RewritePass = {
  name: 'reshape-behind',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const inputs = operandsBefore(draft, node)
      if (inputs === undefined) continue
      const name = layerOf(node)
      const type = draft.value(name).type
      const whole = draft.freshName(`${name}_Reshape`)
      const shape = [1, ...type.shape]
      draft.setValue({ name: whole, type: { ...type, shape } })
      const axis = node.attrs['axis']
      const attrs = typeof axis === 'number' && axis >= 0 ? { ...node.attrs, axis: axis + 1 } : node.attrs
      const reshapes = node.inputs.flatMap((each, i) => (each === undefined || inputs[i] === each ? [] : [draft.producer(each)!]))
      draft.replace(node, [
        { ...node, inputs, outputs: [whole], attrs, origin: node.origin ?? [name] },
        { op: 'Reshape', inputs: [whole], outputs: [name], attrs: { shape: type.shape }, origin: [name] },
      ])
      for (const each of reshapes) draft.remove(each)
      for (const back of draft.consumers(name)) {
        const [result] = back.outputs as [string]
        if (back.op !== 'Reshape' || draft.isOutput(result) || draft.shape(result).join() !== shape.join()) continue
        draft.redirect(result, whole)
        draft.remove(back)
      }
      if (draft.useCount(name) === 0) draft.remove(draft.producer(name)!)
    }
    return draft.finish()
  },
}
