import type { Node } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import type { Translate, Translation } from './translator.ts'

/** A border of one number, or of elements as they are mirrored or repeated at the ends. */
export const translatePad: Translate = (node, t) =>
  t.attrs(node)['mode'] === 'constant' ? constantBorder(node, t) : borderOfElements(node, t)

function constantBorder(node: Node, t: Translation): readonly string[] | undefined {
  const { build } = t
  const attrs = t.attrs(node)
  const x = t.carried(node.inputs[0]!)
  const { dtype, shape } = build.typeOf(x)
  const value = Number(attrs['value']) + shiftOf(t.typeOf(node.inputs[0]!).dtype)
  if (dtype !== 'f32' && !Number.isInteger(value)) return undefined
  const operands = [x, build.numbers('i64', attrs['pads'] as readonly number[]), build.numbers(dtype, value)]
  const axes = isForConvolutions(node, t) ? [] : [build.numbers('i64', [...shape.keys()])]
  return [build.node('Pad', [...operands, ...axes], { dtype, shape: t.typeOf(node.outputs[0]!).shape }, { mode: 'constant' })]
}

/**
 * ONNX Runtime's optimizer takes a border of zeros for padding of the convolution or pool behind it, which it is not for a pool: there padding never wins and does not
 * count. It leaves a `Pad` alone that names its axes. For a convolution it is right, and spares a pass.
 */
function isForConvolutions({ outputs }: Node, { graph }: Translation): boolean {
  return graph.nodes.every(({ op, inputs }) => op === 'Conv' || !inputs.includes(outputs[0]!))
}

/** Elements that are cut off are still mirrored, which they are not in ONNX: the border is laid first. */
function borderOfElements(node: Node, t: Translation): readonly string[] | undefined {
  const { build } = t
  const attrs = t.attrs(node)
  const mode = String(attrs['mode'])
  const x = t.carried(node.inputs[0]!)
  const { dtype, shape } = build.typeOf(x)
  const pads = attrs['pads'] as readonly number[]
  const laid = pads.map((pad) => Math.max(0, pad))
  const isMirroredTwice = laid.some((pad, i) => pad > 0 && pad >= shape[i % shape.length]!)
  if (mode === 'symmetric' || (mode === 'reflect' && isMirroredTwice)) return undefined
  const long = shape.map((dim, axis) => laid[axis]! + dim + laid[axis + shape.length]!)
  const bordered = laid.every((pad) => pad === 0) ? x : build.node('Pad', [x, build.numbers('i64', laid)], { dtype, shape: long }, { mode })
  if (pads.every((pad) => pad >= 0)) return [bordered]
  const starts = shape.map((_, axis) => Math.max(0, -pads[axis]!))
  const ends = long.map((dim, axis) => dim - Math.max(0, -pads[axis + shape.length]!))
  const operands = [starts, ends, [...shape.keys()]].map((each) => build.numbers('i64', each))
  return [build.node('Slice', [bordered, ...operands], { dtype, shape: t.typeOf(node.outputs[0]!).shape })]
}
