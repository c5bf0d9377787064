import { layerOf, type Node, type RewritePass, tensor } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** What the chip puts between two elements at most is one element less: of more its compiler makes something else. */
const mostMagnified = 15

/** By how much the planes of a linear resampling between middles grow; `undefined` where it is not that, or not by whole factors. */
function factorsOf(draft: GraphDraft, { op, inputs, outputs, attrs }: Node): readonly number[] | undefined {
  const { mode = 'nearest', coordinate_transformation_mode: places = 'half_pixel' } = attrs
  if (op !== 'Resize' || mode !== 'linear' || places === 'align_corners' || places === 'asymmetric') return undefined
  const [from, to] = [draft.shape(inputs[0]!), draft.shape(outputs[0]!)]
  const factors = [2, 3].map((axis) => to[axis]! / from[axis]!)
  const isKnown = (factor: number): boolean => Number.isInteger(factor) && factor > 1 && factor <= mostMagnified
  return from.length === 4 && factors.every(isKnown) ? factors : undefined
}

/** The weights around an element that is magnified, in the float32 numbers of the vendor's lowering: what is between two middles. */
function ramp(factor: number): readonly number[] {
  const before = Math.trunc(factor / 2) - 1
  const weights = new Float32Array(2 * factor)
  for (let i = 0; i < factor; i++) {
    const at = (before - i + factor) % factor
    const place = Math.fround((0.5 + i) / factor + 0.5)
    const share = place - Math.trunc(place)
    weights[at] = 1 - share
    weights[factor + at] = share
  }
  return [...weights].reverse()
}

/** A linear resampling by whole factors becomes a transposed convolution of each channel by itself, of a tensor with a border of its edge: `<operand>_pad_edge`. */
export const magnify: RewritePass = {
  name: 'magnify',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const factors = factorsOf(draft, node)
      if (factors === undefined) continue
      const [x] = node.inputs as [string]
      const name = layerOf(node)
      const { type } = draft.value(x)
      const [images, channels, height, width] = type.shape as [number, number, number, number]
      const padded = draft.freshName(`${x}_pad_edge`)
      draft.setValue({ name: padded, type: { ...type, shape: [images, channels, height + 2, width + 2] } })
      const [rows, columns] = factors.map(ramp) as [readonly number[], readonly number[]]
      const taps = rows.flatMap((row) => columns.map((column) => Math.fround(row * column)))
      const shape = [channels, 1, rows.length, columns.length]
      const weights = draft.freshName(`${name}_${x}_add_weight`)
      const data = Float32Array.from(Array.from({ length: channels }, () => taps).flat())
      draft.setValue({ name: weights, type: { dtype: 'f32', shape }, constant: tensor('f32', shape, data) })
      const before = factors.map((each) => 2 * each - Math.trunc(each / 2))
      const behind = factors.map((each) => each + Math.trunc(each / 2))
      const { relu = false, reluLimit = -1 } = node.attrs
      const own = { strides: factors, pads: [...before, ...behind], dilations: [1, 1], output_padding: [0, 0], group: channels }
      draft.replace(node, [
        { op: 'Pad', inputs: [x], outputs: [padded], attrs: { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: 'edge' }, origin: [name] },
        { op: 'ConvTranspose', inputs: [padded, weights], outputs: [name], attrs: { ...own, relu, reluLimit }, origin: [name] },
      ])
    }
    return draft.finish()
  },
}
