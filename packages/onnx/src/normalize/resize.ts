import { tooLarge } from '../decode/check-size.ts'
import { constantOperand, type FormView, flagAttr, listAttr, listOf, type Normalize, refuse, wordAttr } from './form.ts'
import { canonicalCoordinates, type Resampling } from './resize-places.ts'

/** Factors of all axes: an operand, a list, or, before opset 7, two numbers for the plane. */
function scalesOf(view: FormView): readonly number[] | undefined {
  const { height_scale: down, width_scale: across } = view.attrs as { readonly height_scale?: number; readonly width_scale?: number }
  if (down !== undefined && across !== undefined) return [1, 1, down, across]
  const known = listOf(view, 'scales')
  return known === undefined || known.length === 0 ? undefined : known
}

/** What a node asks for, for all axes. */
export interface ResizeTarget {
  readonly sizes: readonly number[]
  readonly factors: readonly number[]
  /** The parts of the axes that are taken: where each begins, then where each ends, as fractions. */
  readonly roi: readonly number[]
}

/** Sizes and factors of all axes, whichever of them the node gives; sizes may be limits within which the picture keeps its shape. */
export function resizeTarget(view: FormView): ResizeTarget {
  const target = statedTarget(view)
  // The places of each axis are looked at one by one.
  for (const size of target.sizes) if (!(size <= longestAxis)) throw tooLarge(size, longestAxis, [])
  return target
}

/** Elements that an axis may be resized to. */
const longestAxis = 2 ** 24

function statedTarget(view: FormView): ResizeTarget {
  const { shape } = view.type(0)
  const axes = listAttr(view, 'axes')?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? shape.map((_, i) => i)
  const spread = (list: readonly number[], fill: readonly number[]): readonly number[] =>
    fill.map((each, i) => (axes.includes(i) ? list[axes.indexOf(i)]! : each))
  const given = view.op === 'Resize' ? (view.known(view.place('roi'))?.data ?? []) : []
  const [zeros, ones] = [shape.map(() => 0), shape.map(() => 1)]
  const roi =
    given.length === 0
      ? [...zeros, ...ones]
      : [...spread([...given.slice(0, axes.length)], zeros), ...spread([...given.slice(axes.length)], ones)]
  const scales = scalesOf(view)
  if (scales !== undefined) {
    if (!scales.every((scale) => scale > 0)) refuse(view, `${view.op} by no factors`, `scales [${scales.join(', ')}]`, 'factors above 0')
    const factors = spread(scales, ones)
    return { sizes: shape.map((d, i) => Math.floor(d * factors[i]! + 1e-6)), factors, roi }
  }
  const limits = constantOperand(view, 'sizes')
  const policy = view.op === 'Resize' ? wordAttr(view, 'keep_aspect_ratio_policy') : 'stretch'
  if (policy === 'stretch') {
    const sizes = spread(limits, shape)
    return { sizes, factors: sizes.map((size, i) => size / shape[i]!), roi }
  }
  const ratios = axes.map((axis, i) => limits[i]! / shape[axis]!)
  const factor = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios)
  const factors = spread(
    axes.map(() => factor),
    ones,
  )
  return { sizes: shape.map((d, i) => Math.floor(d * factors[i]! + 0.5)), factors, roi }
}

/** How elements are found; before opset 11 places are asymmetric, and the element before them is the nearest. */
export function resamplingOf(view: FormView): Resampling {
  const mode = wordAttr(view, 'mode') === 'bilinear' ? 'linear' : wordAttr(view, 'mode')
  return view.op === 'Upsample' || view.opset < 11
    ? { mode, coordinates: 'asymmetric', nearestMode: 'floor' }
    : { mode, coordinates: wordAttr(view, 'coordinate_transformation_mode'), nearestMode: wordAttr(view, 'nearest_mode') }
}

const gridModes: Readonly<Record<string, string>> = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
}

/** GridSample, in the words of opset 20. */
export const gridSample: Normalize = (view) => {
  const mode = gridModes[wordAttr(view, 'mode')]
  if (mode === undefined)
    refuse(view, 'GridSample with this mode is not supported', `mode ${wordAttr(view, 'mode')}`, Object.keys(gridModes).join(', '))
  return {
    op: 'GridSample',
    inputs: view.inputs,
    attrs: { mode, padding_mode: wordAttr(view, 'padding_mode'), align_corners: flagAttr(view, 'align_corners') },
  }
}

const planeOf = (shape: readonly number[], { sizes, factors }: ResizeTarget) =>
  [shape.length - 2, shape.length - 1].map((i) => ({ size: shape[i]!, out: sizes[i]!, scale: factors[i]! }))

/** The coordinate mode in which a canonical graph takes elements from the same places; `undefined` where there is none. */
function coordinatesOf(view: FormView, target: ResizeTarget): string | undefined {
  const { shape } = view.type(0)
  const rank = shape.length
  const how = resamplingOf(view)
  if (rank < 3 || how.coordinates === 'tf_crop_and_resize' || target.sizes.some((size, i) => i < rank - 2 && size !== shape[i]))
    return undefined
  const plane = planeOf(shape, target)
  if (view.op === 'Resize' && flagAttr(view, 'antialias') && how.mode !== 'nearest' && plane.some(({ scale }) => scale < 1))
    return undefined
  return canonicalCoordinates(how, plane)
}

/** Whether the operator `Resize` of canonical graphs computes the same. */
export const isCanonicalResize = (view: FormView, target: ResizeTarget): boolean => coordinatesOf(view, target) !== undefined

/** Resize and Upsample of any version where {@link isCanonicalResize}: scales and sizes of the last two axes, and the coordinate mode in which a canonical graph takes elements from the same places. */
export const resize: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const rank = shape.length
  const target = resizeTarget(view)
  const { sizes, factors } = target
  const how = resamplingOf(view)
  return {
    op: view.op,
    inputs: [view.inputs[0]],
    attrs: {
      mode: how.mode === 'nearest' ? 'nearest' : 'linear',
      coordinate_transformation_mode: coordinatesOf(view, target)!,
      scale_h: rank < 4 ? 1 : factors[rank - 2]!,
      scale_w: factors[rank - 1]!,
      sizes: sizes.slice(-2),
    },
    types: [{ dtype, shape: sizes }],
  }
}
