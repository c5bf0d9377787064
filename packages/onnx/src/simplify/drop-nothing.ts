import type { AttrValue, Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { addConstant, bypass, bypassKeepingOutputs, constantOf, onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const list = (node: Node, name: string): readonly number[] => node.attrs[name] as readonly number[]

/** Whether a node's result is its operand. */
const doesNothing: Readonly<Record<string, (node: Node, net: GraphDraft) => boolean>> = {
  Transpose: (node) => list(node, 'perm').every((axis, i) => axis === i),
  Pad: (node) => list(node, 'pads').every((pad) => pad === 0),
  Tile: (node) => list(node, 'repeats').every((count) => count === 1),
  Slice: (node, net) =>
    sameShape(net.shape(node.inputs[0]!), net.shape(node.outputs[0]!)) && list(node, 'steps').every((step) => step === 1),
  Reshape: (node, net) => sameShape(net.shape(node.inputs[0]!), net.shape(node.outputs[0]!)),
  Flatten: (node, net) => sameShape(net.shape(node.inputs[0]!), net.shape(node.outputs[0]!)),
  Expand: (node, net) => sameShape(net.shape(node.inputs[0]!), net.shape(node.outputs[0]!)),
  Concat: (node) => node.inputs.length === 1,
  Split: (node) => node.outputs.length === 1,
  Sum: (node) => node.inputs.length === 1,
  Max: (node) => node.inputs.length === 1,
  Min: (node) => node.inputs.length === 1,
  Mean: (node) => node.inputs.length === 1,
  Squeeze: (node) => list(node, 'axes').length === 0,
  Unsqueeze: (node) => list(node, 'axes').length === 0,
}

/**
 * Operators that TPU-MLIR 1.30.2 takes out of its own layers: what an output of the network comes from keeps its name. The others go while the network
 * still is in ONNX, and the output's name stays.
 */
const goesAsLayer: ReadonlySet<string> = new Set(['Slice', 'Split', 'Sum', 'Tile'])

/** Takes out nodes that hand on their operand. */
export const dropNothing: Rule = (net, node) => {
  if (doesNothing[node.op]?.(node, net) !== true) return false
  if (net.producer(node.inputs[0]!) === undefined && net.isOutput(node.outputs[0]!)) return false
  if (goesAsLayer.has(node.op)) bypass(net, node, node.inputs[0]!)
  else bypassKeepingOutputs(net, node, node.inputs[0]!)
  return true
}

/** A term of zeros has no sign: `x + -0` is left out as `x + 0` is, and the term of -0 stands for a difference to 0, which stays. */
export const plainZeros: Rule = (net, node) => {
  const side = node.inputs.findIndex((name) => {
    const term = constantOf(net, name)
    return term?.data.every((each) => each === 0) === true && term.data.some((each) => Object.is(each, -0))
  })
  if (side < 0) return false
  const { shape, dtype, data } = constantOf(net, node.inputs[side])!
  const zeros = addConstant(
    net,
    `${node.inputs[side]}_zeros`,
    shape,
    Array.from(data, () => 0),
    dtype,
  )
  net.change(node, { inputs: node.inputs.with(side, zeros) })
  return true
}

/** Two transpositions in a row are one. */
export const mergeTransposes: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Transpose') return false
  const first = list(producer, 'perm')
  const attrs: Readonly<Record<string, AttrValue>> = { perm: list(node, 'perm').map((axis) => first[axis]!) }
  net.change(node, { inputs: [producer.inputs[0]], attrs })
  return true
}

/** The widest border that TPU-MLIR 1.30.2 takes into several layers at once. */
const widestShared = 15

/** A border of zeros in front of a convolution is part of its pads; one that several layers read, where all of them have pads that count as zeros. */
export const fusePad: Rule = (net, node) => {
  const pad = net.producer(node.inputs[0]!)
  if (pad?.op !== 'Pad' || pad.attrs['mode'] !== 'constant' || pad.attrs['value'] !== 0) return false
  if (onlyUser(net, pad) !== node && !isReadAsZeros(net, pad)) return false
  const pads = list(pad, 'pads')
  const rank = pads.length / 2
  if (node.op === 'AveragePool' && list(node, 'pads').some((each) => each !== 0)) return false
  if ([0, 1, rank, rank + 1].some((i) => pads[i] !== 0) || pads.some((each) => each < 0)) return false
  net.change(node, {
    inputs: [pad.inputs[0], ...node.inputs.slice(1)],
    attrs: {
      ...node.attrs,
      ...(node.op === 'AveragePool' ? { count_include_pad: true } : {}),
      pads: joinedPads(pad, node),
    },
  })
  return true
}

/** The pads of a layer whose operand has a border in front of it. */
function joinedPads(border: Node, layer: Node): readonly number[] {
  const pads = list(border, 'pads')
  const rank = pads.length / 2
  const n = rank - 2
  return list(layer, 'pads').map((each, i) => each + (i < n ? pads[i + 2]! : pads[rank + 2 + i - n]!))
}

function isReadAsZeros(net: GraphDraft, pad: Node): boolean {
  const [border] = pad.outputs as [string]
  if (net.isOutput(border)) return false
  return net.consumers(border).every((layer) => {
    const takesZeros = layer.op === 'Conv' || (layer.op === 'AveragePool' && layer.attrs['count_include_pad'] === true)
    return takesZeros && layer.inputs.lastIndexOf(border) === 0 && joinedPads(pad, layer).every((each) => each <= widestShared)
  })
}
