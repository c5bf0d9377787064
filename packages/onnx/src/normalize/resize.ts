import { constantOperand, type FormView, flagAttr, listAttr, listOf, type Normalize, refuse, wordAttr } from './form.ts'
import { canonicalCoordinates, type Resampling } from './resize-places.ts'

/** Factors of all axes: an operand, a list, or, before opset 7, two numbers for the plane. */
function scalesOf(view: FormView): readonly number[] | undefined {
  const { height_scale: down, width_scale: across } = view.attrs as { readonly height_scale?: number; readonly width_scale?: number }
  if (down !== undefined && across !== undefined) return [1, 1, down, across]
  const known = listOf(view, 'scales')
  return known === undefined || known.length === 0 ? undefined : known
}

/** Sizes and factors of all axes. */
function targetOf(view: FormView): { readonly sizes: readonly number[]; readonly factors: readonly number[] } {
  const { shape } = view.type(0)
  const axes = listAttr(view, 'axes')?.map((axis) => (axis < 0 ? axis + shape.length : axis))
  const spread = (list: readonly number[], fill: readonly number[]): readonly number[] =>
    axes === undefined ? list : fill.map((each, i) => (axes.includes(i) ? list[axes.indexOf(i)]! : each))
  const scales = scalesOf(view)
  if (scales === undefined) {
    const sizes = spread(constantOperand(view, 'sizes'), shape)
    return { sizes, factors: sizes.map((size, i) => size / shape[i]!) }
  }
  const factors = spread(
    scales,
    shape.map(() => 1),
  )
  return { sizes: shape.map((d, i) => Math.floor(d * factors[i]! + 1e-6)), factors }
}

/** How elements are found; before opset 11 places are asymmetric, and the element before them is the nearest. */
function resamplingOf(view: FormView): Resampling {
  const mode = wordAttr(view, 'mode') === 'bilinear' ? 'linear' : wordAttr(view, 'mode')
  return view.op === 'Upsample' || view.opset < 11
    ? { mode, coordinates: 'asymmetric', nearestMode: 'floor' }
    : { mode, coordinates: wordAttr(view, 'coordinate_transformation_mode'), nearestMode: wordAttr(view, 'nearest_mode') }
}

/**
 * Resize and Upsample of any version: scales and sizes of the last two axes, and the coordinate mode in which a canonical graph takes elements
 * from the same places. What takes them from others is refused: cubic interpolation that lies between elements, linear interpolation
 * without half-pixel centres, factors that are not the ratio of the sizes, smoothing before elements are left out.
 */
export const resize: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const rank = shape.length
  const { sizes, factors } = targetOf(view)
  if (rank < 3 || sizes.some((size, i) => i < rank - 2 && size !== shape[i])) {
    refuse(view, 'only the last two axes can be resized', `[${shape.join(', ')}] to [${sizes.join(', ')}]`, 'the same leading axes')
  }
  const how = resamplingOf(view)
  const plane = [rank - 2, rank - 1].map((i) => ({ size: shape[i]!, out: sizes[i]!, scale: factors[i]! }))
  if (view.op === 'Resize' && flagAttr(view, 'antialias') && how.mode !== 'nearest' && plane.some(({ scale }) => scale < 1))
    refuse(view, 'resizing with this antialias is not supported', 'antialias 1', 'antialias 0')
  const coordinates = canonicalCoordinates(how, plane)
  if (coordinates === undefined) {
    refuse(
      view,
      'resizing that takes elements from these places is not supported',
      `${describe(how)}, [${shape.join(', ')}] to [${sizes.join(', ')}] by factors ${plane.map(({ scale }) => scale).join(' and ')}`,
      'mode linear by half_pixel or align_corners, or nearest by asymmetric and floor, with factors that are the ratio of the sizes',
    )
  }
  return {
    op: view.op,
    inputs: [view.inputs[0]],
    attrs: {
      mode: how.mode === 'nearest' ? 'nearest' : 'linear',
      coordinate_transformation_mode: coordinates,
      scale_h: rank < 4 ? 1 : factors[rank - 2]!,
      scale_w: factors[rank - 1]!,
      sizes: sizes.slice(-2),
    },
    types: [{ dtype, shape: sizes }],
  }
}

const describe = ({ mode, coordinates, nearestMode }: Resampling): string =>
  `mode ${mode}, coordinate_transformation_mode ${coordinates}${mode === 'nearest' ? `, nearest_mode ${nearestMode}` : ''}`
