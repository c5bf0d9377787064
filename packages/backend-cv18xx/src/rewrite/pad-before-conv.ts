import { layerOf, type RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** The widest border that the chips' convolution has a place for. */
const widestBorder = 15

/** A convolution with a wider border reads a tensor that has it: `<layer>_pad`. Given the border itself, the chips compute something else without a word. */
export const padBeforeConv: RewritePass = {
  name: 'pad-before-conv',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Conv') continue
      const pads = node.attrs.pads as readonly number[]
      if (pads.every((pad) => pad <= widestBorder)) continue
      const [x, ...operands] = node.inputs
      const { type } = draft.value(x!)
      const axes = pads.length / 2
      const leading = Array.from({ length: type.shape.length - axes }, () => 0)
      const around = [...leading, ...pads.slice(0, axes), ...leading, ...pads.slice(axes)]
      const shape = type.shape.map((size, axis) => size + around[axis]! + around[axis + type.shape.length]!)
      const name = layerOf(node)
      const padded = draft.freshName(`${name}_pad`)
      draft.setValue({ name: padded, type: { ...type, shape } })
      draft.replace(node, [
        { op: 'Pad', inputs: [x], outputs: [padded], attrs: { pads: around }, origin: [name] },
        { ...node, inputs: [padded, ...operands], attrs: { ...node.attrs, pads: pads.map(() => 0) } },
      ])
    }
    return draft.finish()
  },
}
