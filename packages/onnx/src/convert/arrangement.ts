import { elementCount, type Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { concatenated } from '../fold/movement.ts'
import { addConstant, bypass, constantOf, numberOf, reshapedConstant } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { sliceAttrs } from '../net/slice-attrs.ts'
import { before } from './arithmetic.ts'

/** Puts a Reshape before a node. */
export function reshaped(net: GraphDraft, node: Node, name: string, x: string, shape: readonly number[]): string {
  const result = before(net, node, name, 'Reshape', [x], x, { shape: [...shape] })
  net.setValue({ name: result, type: { ...net.value(x).type, shape: [...shape] } })
  return result
}

/** Flatten is a Reshape. */
export const flatten: Rule = (net, node) => {
  net.change(node, { op: 'Reshape' })
  return true
}

/** Expand repeats axes of size 1; axes added in front come by a Reshape. */
export const expand: Rule = (net, node) => {
  const from = net.shape(node.inputs[0]!)
  const to = net.shape(node.outputs[0]!)
  const x =
    from.length === to.length
      ? node.inputs[0]!
      : reshaped(net, node, `${node.outputs[0]}_r_reshape`, node.inputs[0]!, [
          ...new Array<number>(to.length - from.length).fill(1),
          ...from,
        ])
  const start = net.shape(x)
  net.change(node, { op: 'Tile', inputs: [x], attrs: { repeats: to.map((d, i) => d / start[i]!) } })
  return true
}

/** Split is one Slice for each result that is used. */
export const split: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  const shape = net.shape(x)
  const { axis, split: sizes } = node.attrs as { readonly axis: number; readonly split: readonly number[] }
  const { outputs } = node
  const place = node
  let from = 0
  outputs.forEach((output, i) => {
    const to = from + sizes[i]!
    if (net.useCount(output) > 0) {
      net.add({ op: 'Slice', inputs: [x], outputs: [output], attrs: sliceAttrs(shape, axis, from, to) }, place)
    }
    from = to
  })
  net.remove(node)
  return true
}

/** A Slice that only walks one whole axis backwards turns it round. */
export const backwards: Rule = (net, node) => {
  const shape = net.shape(node.inputs[0]!)
  const { starts, ends, steps } = node.attrs as Record<'starts' | 'ends' | 'steps', readonly number[]>
  const isWhole = (i: number): boolean => steps[i] === 1 && starts[i] === 0 && ends[i]! >= shape[i]!
  const axis = steps.findIndex((step) => step < 0)
  if (axis < 0 || steps[axis] !== -1 || starts[axis]! < shape[axis]! - 1 || net.shape(node.outputs[0]!)[axis] !== shape[axis]) return false
  if (!shape.every((_, i) => i === axis || isWhole(i))) return false
  net.change(node, { op: 'Reverse', attrs: { axis } })
  return true
}

/**
 * Constant parts of a Concat that stand side by side are one. It is named as TPU-MLIR 1.30.2 does: `<constant>_<tensor of the Concat>_weight` of
 * a single one, `<constant>_<constant>_weight` of several, `<tensor of the Concat>_weight` at the end.
 */
export function joinConcatParts(net: GraphDraft, node: Node): void {
  const tensor = node.outputs[0]!.replace(/_Concat$/, '')
  const inputs: string[] = []
  const run: string[] = []
  const close = (isLast: boolean): void => {
    const name = isLast ? `${tensor}_weight` : run.length === 1 ? `${run[0]}_${tensor}_weight` : `${run.join('_')}_weight`
    const parts = run.map((part) => constantOf(net, part)!)
    if (parts.length > 0) {
      const { shape, data, dtype } = concatenated(parts, node.attrs['axis'] as number)
      inputs.push(addConstant(net, name, shape, data, dtype))
    }
    run.length = 0
  }
  for (const input of node.inputs as readonly string[]) {
    if (constantOf(net, input) !== undefined) run.push(input)
    else {
      close(false)
      inputs.push(input)
    }
  }
  close(true)
  net.change(node, { inputs })
}

/** SpaceToDepth is DepthToSpace backwards. */
export const spaceToDepth: Rule = (net, node) => {
  net.change(node, { op: 'DepthToSpace' })
  return true
}

/** What is left without axes has one in a canonical graph. */
export const numberKept: Rule = (net, node) => {
  if (net.shape(node.outputs[0]!).length > 0 || (node.attrs['shape'] as readonly number[] | undefined)?.length !== 0) return false
  net.change(node, { attrs: { ...node.attrs, shape: [1] } })
  return true
}

/** Axes given to a number without any: a canonical graph has an axis there already. */
export const numberRaised: Rule = (net, node) => {
  if (net.shape(node.inputs[0]!).length > 0) return false
  net.change(node, { op: 'Reshape', attrs: { shape: [...net.shape(node.outputs[0]!)] } })
  return true
}

/** A tensor that gets its axes in front from a number, gets them by a Reshape: the number may go elsewhere. */
export const raisedRank: Rule = (net, node) => {
  const { length: rank } = net.shape(node.outputs[0]!)
  const side = node.inputs.findIndex((name, i) => {
    const own = net.shape(name!).length
    return Math.max(own, 1) < rank && constantOf(net, name) === undefined && numberOf(net, node.inputs[1 - i]) !== undefined
  })
  if (side < 0) return false
  const x = node.inputs[side]!
  const shape = [...new Array<number>(rank - net.shape(x).length).fill(1), ...net.shape(x)]
  const inputs = [...node.inputs]
  inputs[side] = reshaped(net, node, `${node.outputs[0]}_reshape`, x, shape)
  net.change(node, { inputs })
  return true
}

/** As {@link raisedRank} where a number is chosen: the condition gets the axes. */
export const raisedChoice: Rule = (net, node) => {
  const [condition, ...sides] = node.inputs as [string, string, string]
  const { length: rank } = net.shape(node.outputs[0]!)
  const from = net.shape(condition)
  const isAdding = (name: string): boolean => net.shape(name).length === rank && numberOf(net, name) !== undefined
  if (Math.max(from.length, 1) >= rank || !sides.some(isAdding)) return false
  const shape = [...new Array<number>(rank - from.length).fill(1), ...from]
  const known = constantOf(net, condition) !== undefined
  const raised = known ? reshapedConstant(net, condition, shape) : reshaped(net, node, `${node.outputs[0]}_reshape`, condition, shape)
  net.change(node, { inputs: [raised, ...sides] })
  return true
}

/** A constant operand gets the rank of the result; numbers stay as they are. */
export const alignRank: Rule = (net, node) => {
  const rank = net.shape(node.outputs[0]!).length
  const side = node.inputs.findIndex((name) => {
    const known = constantOf(net, name)
    return known !== undefined && known.data.length > 1 && known.shape.length < rank
  })
  if (side < 0) return false
  const shape = net.shape(node.inputs[side]!)
  const inputs = [...node.inputs]
  inputs[side] = reshapedConstant(net, inputs[side]!, [...new Array<number>(rank - shape.length).fill(1), ...shape])
  net.change(node, { inputs })
  return true
}

/** Resizing by one nearest whole factor repeats elements, on axes of two factors it is a Resize for chips; to the same size there is nothing to do. */
export const resize: Rule = (net, node) => {
  const {
    mode,
    scale_h,
    scale_w,
    sizes,
    coordinate_transformation_mode: coordinates,
  } = node.attrs as {
    readonly mode: string
    readonly scale_h: number
    readonly scale_w: number
    readonly sizes: readonly number[]
    readonly coordinate_transformation_mode: string
  }
  const shape = net.shape(node.inputs[0]!)
  if (sizes[0] === shape.at(-2) && sizes[1] === shape.at(-1)) {
    bypass(net, node, node.inputs[0]!)
    return true
  }
  const exact =
    Number.isInteger(scale_h) && Number.isInteger(scale_w) && sizes[0] === shape.at(-2)! * scale_h && sizes[1] === shape.at(-1)! * scale_w
  if (mode === 'nearest' && exact && scale_h === scale_w && shape.length === 4 && coordinates === 'asymmetric') {
    net.change(node, { op: 'Upsample', attrs: { scale_h, scale_w } })
    return true
  }
  if (node.op === 'Resize') return false
  net.change(node, { op: 'Resize' })
  return true
}

/** Softmax over everything from an axis on (before opset 13) goes through two axes. */
export const softmax: Rule = (net, node) => {
  const { flattened, axis } = node.attrs as { readonly flattened?: boolean; readonly axis: number }
  const log = node.op === 'LogSoftmax'
  const plain = { axis, ...(log ? { log: true } : {}) }
  if (flattened !== true) {
    if (!log) return false
    net.change(node, { op: 'Softmax', attrs: plain })
    return true
  }
  const shape = net.shape(node.outputs[0]!)
  const flat = reshaped(net, node, `${node.outputs[0]}_flat`, node.inputs[0]!, [
    elementCount(shape.slice(0, axis)),
    elementCount(shape.slice(axis)),
  ])
  const soft = before(net, node, `${node.outputs[0]}_softmax`, 'Softmax', [flat], flat, { ...plain, axis: 1 })
  net.change(node, { op: 'Reshape', inputs: [soft], attrs: { shape: [...shape] } })
  return true
}
