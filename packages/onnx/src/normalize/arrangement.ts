import { type Attrs, elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { inside } from '../fold/indexing.ts'
import { reshapeTarget, sliceBounds, splitSizes, squeezedAxes } from '../fold/movement.ts'
import {
  constantOperand,
  countedFromEnd,
  type FormView,
  flagAttr,
  frontAxes,
  listAttr,
  listOf,
  type Normalize,
  numberAttr,
  refuse,
  wordAttr,
} from './form.ts'

/** Reshape: the shape, in full. */
export const reshape: Normalize = (view) => ({
  op: 'Reshape',
  inputs: [view.inputs[0]],
  attrs: { shape: reshapeTarget(view.type(0).shape, listOf(view, 'shape') ?? [], flagAttr(view, 'allowzero')) },
})

/** Flatten: the two sizes, in full. */
export const flatten: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = numberAttr(view, 'axis')
  const at = axis < 0 ? axis + shape.length : axis
  if (at < 0 || at > shape.length) refuse(view, 'there is no such axis', `axis ${axis}`, `${-shape.length} to ${shape.length}`)
  return { op: 'Flatten', inputs: view.inputs, attrs: { shape: [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))] } }
}

/** Squeeze: axes from the attribute, the operand, or every axis of size 1. */
export const squeeze: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const axes = squeezedAxes(shape, listOf(view, 'axes'))
  const kept = axes.find((axis) => shape[axis] !== 1)
  if (kept !== undefined)
    refuse(view, 'an axis of more than one place is squeezed', `axis ${kept} of [${shape.join(', ')}]`, 'axes of size 1')
  return {
    op: 'Squeeze',
    inputs: [view.inputs[0]],
    attrs: { axes: [...axes] },
    types: [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }],
  }
}

/** Unsqueeze: axes from the attribute or the operand. */
export const unsqueeze: Normalize = (view) => {
  const axes = listOf(view, 'axes') ?? []
  const front = [...frontAxes(axes, view.type(0).shape.length + axes.length)]
  return { op: 'Unsqueeze', inputs: [view.inputs[0]], attrs: { axes: front, ...countedFromEnd(axes) } }
}

/** Transpose: the order, reversed when it is not given. */
export const transpose: Normalize = (view) => {
  const { shape } = view.type(0)
  // A number without axes is one of one axis in a canonical graph.
  if (shape.length === 0) return view.inputs[0]!
  const perm = listAttr(view, 'perm') ?? shape.map((_, i) => shape.length - 1 - i)
  return { op: 'Transpose', inputs: view.inputs, attrs: { perm } }
}

/** Concat: opset 3 and older may leave the axis out. Operands without elements add nothing; TPU-MLIR 1.30.2 has no layers of them either. */
export const concat: Normalize = (view) => {
  const axis = frontAxis(numberAttr(view, 'axis'), view.type(0).shape.length)
  const parts = view.inputs.filter((_, i) => view.type(i).shape[axis] !== 0 || view.inputs.length === 1)
  const isLeft = parts.length > 0 && parts.length < view.inputs.length && isJoinable(view, axis)
  if (isLeft && parts.length === 1) return parts[0]!
  return { op: 'Concat', inputs: isLeft ? parts : view.inputs, attrs: { axis } }
}

/** Whether all operands are of one size along the other axes: what does not fit is refused by the types, empty or not. */
const isJoinable = (view: FormView, axis: number): boolean => {
  const others = view.inputs.map((_, i) =>
    view
      .type(i)
      .shape.map((size, k) => (k === axis ? '' : size))
      .join(),
  )
  return new Set(others).size === 1
}

/** Slice: bounds for every axis. */
export const slice: Normalize = (view) => {
  const { shape } = view.type(0)
  const [starts, ends] = [listOf(view, 'starts') ?? [], listOf(view, 'ends') ?? []]
  const [axes, steps] = [listOf(view, 'axes'), listOf(view, 'steps')]
  const lists = [starts, ends, ...(axes === undefined ? [] : [axes]), ...(steps === undefined ? [] : [steps])]
  if (lists.some(({ length }) => length !== starts.length))
    refuse(
      view,
      'the bounds are not given for each axis',
      `lists of ${lists.map(({ length }) => length).join(', ')}`,
      'lists of one length',
    )
  if (new Set(frontAxes(axes ?? [], shape.length)).size !== (axes ?? []).length)
    refuse(view, 'an axis is cut twice', `axes [${axes!.join(', ')}]`, 'each axis once')
  return { op: 'Slice', inputs: [view.inputs[0]], attrs: sliceBounds(shape, starts, ends, axes, steps) }
}

/** Split: sizes in full; parts nobody uses keep their names. */
export const split: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  const count = view.outputs.length
  const [given, stated] = [listOf(view, 'split'), view.attrs['num_outputs'] as number | undefined]
  const sizes = splitSizes(shape[axis]!, count, given, stated)
  if (sizes === undefined) {
    const parts = given === undefined ? `${stated ?? count} even parts of ${shape[axis]}` : `parts of [${given.join(', ')}]`
    refuse(view, 'the parts of Split are not its operand', `${count} results, ${parts}`, `${count} parts that are ${shape[axis]} together`)
  }
  return {
    op: 'Split',
    inputs: [view.inputs[0]],
    attrs: { axis, split: [...sizes] },
    types: sizes.map((size) => ({ dtype, shape: shape.map((d, i) => (i === axis ? size : d)) })),
  }
}

/** Expand: the shape, in full. */
export const expand: Normalize = (view) => {
  const shape = [...constantOperand(view, 'shape')]
  return shape.length === 0 && view.type(0).shape.length === 0
    ? view.inputs[0]!
    : { op: 'Expand', inputs: [view.inputs[0]], attrs: { shape } }
}

/** Tile: the counts as an attribute. */
export const tile: Normalize = (view) => ({
  op: 'Tile',
  inputs: [view.inputs[0]],
  attrs: { repeats: [...constantOperand(view, 'repeats')] },
})

/** Pad: pads for all axes as an attribute, also from opset 18's list of axes. */
export const pad: Normalize = (view) => {
  const rank = view.type(0).shape.length
  const given = listOf(view, 'pads') ?? listAttr(view, 'paddings') ?? []
  const axes = view.inputs[3] === undefined ? undefined : frontAxes(constantOperand(view, 'axes'), rank)
  const pads = axes === undefined ? [...given] : new Array<number>(2 * rank).fill(0)
  axes?.forEach((axis, i) => {
    pads[axis] = given[i]!
    pads[axis + rank] = given[i + axes.length]!
  })
  const mode = wordAttr(view, 'mode')
  if (mode !== 'constant') checkBorders(view, pads, mode === 'reflect')
  const value = view.inputs[2] === undefined ? numberAttr(view, 'value') : constantOperand(view, 'constant_value')[0]!
  return { op: 'Pad', inputs: [view.inputs[0]], attrs: { pads, mode, value } }
}

/** A border that repeats elements needs one to repeat, one that mirrors them as many as it is wide, and the one it mirrors at. */
function checkBorders(view: FormView, pads: readonly number[], isMirrored: boolean): void {
  for (const [axis, size] of view.type(0).shape.entries()) {
    const [before, behind] = [pads[axis] ?? 0, pads[axis + pads.length / 2] ?? 0]
    if (Math.max(before, behind) > 0 && size + Math.min(0, before) + Math.min(0, behind) <= 0)
      refuse(
        view,
        'a border repeats elements of an axis that has none left',
        `pads ${before} and ${behind} of ${size} elements`,
        'pads that leave an element',
      )
    const left = size + Math.min(0, before) + Math.min(0, behind)
    if (isMirrored && Math.max(before, behind) >= Math.max(1, left))
      refuse(
        view,
        'a border mirrors more elements than there are',
        `pads ${before} and ${behind} of ${left} elements`,
        `pads below ${left}`,
      )
  }
}

/** Gather with a single index keeps no axis for it. */
export const gather: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const indices = view.type(1).shape
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  checkIndices(view, () => shape[axis]!)
  return {
    op: 'Gather',
    inputs: view.inputs,
    attrs: { axis, keepdims: indices.length > 0 },
    types: [{ dtype, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }],
  }
}

/** How a scattered element and its update are joined, where the update is not all. */
function joining(view: FormView): Attrs {
  const reduction = view.attrs['reduction'] as string | undefined
  return reduction === undefined || reduction === 'none' ? {} : { reduction }
}

/** GatherElements and ScatterElements: the axis from the front. */
export const alongAxis: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  checkIndices(view, () => shape[axis]!)
  return { op: view.op === 'Scatter' ? 'ScatterElements' : view.op, inputs: view.inputs, attrs: { axis, ...joining(view) } }
}

/** GatherND and ScatterND: tuples of indices, one for each axis behind those that both operands walk through together. */
export const byTuples: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const indices = view.type(1).shape
  const batched = view.op === 'GatherND' ? numberAttr(view, 'batch_dims') : 0
  const tuple = indices.at(-1) ?? 1
  checkIndices(view, (i) => shape[batched + (i % tuple)]!)
  if (view.op !== 'GatherND') return { op: view.op, inputs: view.inputs, attrs: joining(view) }
  const isOne = batched === 0 && indices.length === 1 && tuple === shape.length
  return { op: view.op, inputs: view.inputs, attrs: { batch_dims: batched }, ...(isOne ? { types: [{ dtype, shape: [] }] } : {}) }
}

/** Refuses known indices that are not among the places of their axes. @throws QError `ONNX_BAD_NODE` */
function checkIndices(view: FormView, sizeOf: (place: number) => number): void {
  view.known(1)?.data.forEach((index, i) => {
    inside(index, sizeOf(i))
  })
}

/** DepthToSpace and SpaceToDepth by their block. */
export const depthToSpace: Normalize = (view) => {
  const block = numberAttr(view, 'blocksize')
  const { shape } = view.type(0)
  if (view.op === 'SpaceToDepth' && shape.slice(2).some((size) => size % block !== 0))
    refuse(
      view,
      'the blocks of SpaceToDepth do not fill its operand',
      `blocksize ${block} of [${shape.join(', ')}]`,
      'a divisor of both sizes',
    )
  return {
    op: view.op,
    inputs: view.inputs,
    attrs: { block_h: block, block_w: block, mode: wordAttr(view, 'mode'), inverse: view.op === 'SpaceToDepth' },
  }
}
