import { constantOperand, type FormView, flagAttr, numberAttr, refuse } from '../normalize/form.ts'
import { isCanonicalResize, type ResizeTarget, resamplingOf, resizeTarget } from '../normalize/resize.ts'
import { knownChoices, knownCoordinates, type Resampling } from '../normalize/resize-places.ts'
import type { Body, Compose } from './body.ts'
import { bounded } from './bounded.ts'
import { type AxisWeights, nearestOf, weightsOf } from './resample.ts'

/** An axis without change. */
const isWhole = ({ rows, size }: AxisWeights): boolean =>
  rows.length === size && rows.every((row, i) => row?.length === 1 && row[0]!.at === i && row[0]!.weight === 1)

/** The last axis of a tensor times a matrix; another axis is brought there before, and back behind. */
function times(body: Body, view: FormView, x: string | undefined, axis: number, { rows, size }: AxisWeights): string {
  const rank = view.type(0).shape.length
  const matrix = new Float32Array(bounded(size * rows.length))
  rows.forEach((row, to) => {
    for (const { at, weight } of row ?? []) matrix[at * rows.length + to]! += weight
  })
  const name = body.constant(view.type(0).dtype, matrix, [size, rows.length])
  if (axis === rank - 1) return body.node('MatMul', [x, name])
  const perm = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i))
  return body.node('Transpose', [body.node('MatMul', [body.node('Transpose', [x], { perm }), name])], { perm })
}

/** Where a place of some axis lies outside of the operand, the number that the node gives for such places. */
function extrapolated(body: Body, view: FormView, x: string | undefined, weights: readonly AxisWeights[]): string | undefined {
  const value = view.op === 'Resize' ? numberAttr(view, 'extrapolation_value') : 0
  if (value === 0 || weights.every(({ rows }) => rows.every((row) => row !== undefined))) return x
  const shape = weights.map(({ rows }) => (rows.every((row) => row !== undefined) ? 1 : rows.length))
  const outside = weights.reduce<readonly boolean[]>(
    (all, { rows }, axis) => (shape[axis] === 1 ? all : all.flatMap((before) => rows.map((row) => before || row === undefined))),
    [false],
  )
  const { dtype } = view.type(0)
  return body.node('Add', [
    x,
    body.constant(
      dtype,
      outside.map((each) => (each ? value : 0)),
      shape,
    ),
  ])
}

function resampled(view: FormView, body: Body, how: Resampling, { sizes, factors, roi }: ResizeTarget): void {
  const { shape } = view.type(0)
  const isResize = view.op === 'Resize'
  const axes = shape.map((size, axis) => ({
    size,
    out: sizes[axis]!,
    scale: factors[axis]!,
    ...(how.coordinates === 'tf_crop_and_resize' ? { from: roi[axis]!, to: roi[axis + shape.length]! } : {}),
  }))
  let x = view.inputs[0]
  if (how.mode === 'nearest' && how.coordinates !== 'tf_crop_and_resize') {
    axes.forEach((axis, i) => {
      const places = nearestOf(how, axis)
      if (!places.every((place, at) => place === at) || places.length !== axis.size)
        x = body.node('Gather', [x, body.constant('i64', places)], { axis: i })
    })
  } else {
    const rule = {
      how,
      a: isResize ? numberAttr(view, 'cubic_coeff_a') : -0.75,
      excludes: isResize && flagAttr(view, 'exclude_outside'),
      smooths: isResize && flagAttr(view, 'antialias'),
    }
    const weights = axes.map((axis) => weightsOf(rule, axis))
    weights.forEach((each, axis) => {
      if (!isWhole(each)) x = times(body, view, x, axis, each)
    })
    x = extrapolated(body, view, x, weights)
  }
  body.result('Identity', [x])
}

function checkWord(view: FormView, attr: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) refuse(view, `${view.op} with this ${attr} is not supported`, `${attr} ${value}`, known.join(', '))
}

/** Refuses a part that is not known, and one of which the result is as large only where factors are of it, as ONNX says, or only where they are of the whole axis, as its runtime takes them. */
function checkCrop(view: FormView, { sizes, factors, roi: part }: ResizeTarget): void {
  const { shape } = view.type(0)
  const roi = view.inputs[view.place('roi')]
  if (roi === undefined || constantOperand(view, 'roi').length === 0)
    refuse(
      view,
      `Resize with coordinate_transformation_mode tf_crop_and_resize has no part to take`,
      roi === undefined ? 'no roi' : `no elements in roi, ${roi}`,
      'where each axis begins and ends',
    )
  const isPlain =
    view.known(view.place('scales')) === undefined ||
    sizes.every((size, i) => Math.floor(shape[i]! * factors[i]! * (part[i + shape.length]! - part[i]!) + 1e-6) === size)
  if (!isPlain)
    refuse(
      view,
      'Resize with coordinate_transformation_mode tf_crop_and_resize by factors of a part is not supported',
      `[${shape.join(', ')}] by factors ${factors.join(', ')}, roi ${part.join(', ')}`,
      'sizes in place of factors, or the whole of each axis that has a factor',
    )
}

/** Whether factors times sizes are whole: elsewhere runtimes and ONNX's own tests put the last corner in different places. */
const isWholeTarget = (view: FormView, { sizes, factors }: ResizeTarget): boolean =>
  view.type(0).shape.every((size, i) => Math.abs(size * factors[i]! - sizes[i]!) < 1e-4)

/**
 * Resize and Upsample where the operator `Resize` of canonical graphs takes elements from other places: nearest elements are picked by their places;
 * linear and cubic interpolation is a product with a matrix of weights for each axis.
 */
export const resize: Compose = (view, body) => {
  const target = resizeTarget(view)
  if (isCanonicalResize(view, target)) return false
  const how = resamplingOf(view)
  checkWord(view, 'mode', how.mode, ['nearest', 'linear', 'cubic'])
  checkWord(view, 'coordinate_transformation_mode', how.coordinates, knownCoordinates)
  checkWord(view, 'nearest_mode', how.nearestMode, knownChoices)
  if (how.coordinates === 'tf_crop_and_resize') checkCrop(view, target)
  if (how.coordinates === 'align_corners' && how.mode === 'cubic' && !isWholeTarget(view, target))
    refuse(
      view,
      'Resize with coordinate_transformation_mode align_corners and mode cubic by these factors is not supported',
      `[${view.type(0).shape.join(', ')}] by factors ${target.factors.join(', ')}`,
      'factors whose products with the sizes are whole, or sizes',
    )
  resampled(view, body, how, target)
  return true
}
