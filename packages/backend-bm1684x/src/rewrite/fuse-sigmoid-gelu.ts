import { layerOf, type RewritePass } from '@q/ir'
import { draftOf, numberOperand } from '@q/ir/graph'

/** The factor of the approximation, as float32, and how far off it may be. */
const factor = 1.7020000219345093
const tolerance = 1e-4

/** `x sigmoid(1.702 x)` becomes one Gelu. The nodes it replaces stay behind unused (casts are named after them). */
export const fuseSigmoidGelu: RewritePass = {
  name: 'fuse-sigmoid-gelu',
  run(graph) {
    const draft = draftOf(graph)
    for (const { outputs } of draft.nodes()) {
      const node = draft.producer(outputs[0]!)
      if (node?.op !== 'Mul' || node.inputs.length !== 2 || node.attrs.relu === true) continue
      for (const place of [0, 1] as const) {
        const gate = draft.producer(node.inputs[place]!)
        const x = node.inputs[1 - place]!
        const scaled = gate?.op === 'Sigmoid' && draft.useCount(layerOf(gate)) === 1 ? draft.producer(gate.inputs[0]!) : undefined
        if (gate === undefined || scaled?.op !== 'Mul' || draft.useCount(layerOf(scaled)) !== 1 || gate.attrs.log === true) continue
        const number = numberOperand(scaled, draft.value)
        if (number === undefined || scaled.inputs[1 - number] !== x) continue
        if (Math.abs(Number(draft.value(scaled.inputs[number]!).constant!.data[0]) - factor) > tolerance) continue
        draft.replace(node, [
          {
            op: 'Gelu',
            inputs: [x],
            outputs: node.outputs,
            attrs: { approximate: 'sigmoid' },
            origin: [layerOf(scaled), layerOf(gate), layerOf(node)],
          },
        ])
        break
      }
    }
    return draft.finish()
  },
}
