/** One axis that is resized: `out` places over `size` elements; `scale` is what the model says, which `out / size` need not be. */
export interface ResizedAxis {
  readonly size: number
  readonly out: number
  readonly scale: number
  /** The part of the axis that `tf_crop_and_resize` takes, as fractions of it. */
  readonly from?: number
  readonly to?: number
}

/** The place in the operand that a place of the result comes from. */
type Place = (at: number, axis: ResizedAxis) => number

const f = Math.fround
const halfPixel: Place = (at, { scale }) => f(f(f(at + 0.5) / f(scale)) - 0.5)

/**
 * ONNX's places by `coordinate_transformation_mode`, in float32 as ONNX Runtime computes them.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Resize.html
 */
const onnxPlaces: Readonly<Record<string, Place>> = {
  half_pixel: halfPixel,
  pytorch_half_pixel: (at, axis) => (axis.out > 1 ? halfPixel(at, axis) : 0),
  align_corners: (at, { size, out }) => (out === 1 ? 0 : f(f(at * (size - 1)) / (out - 1))),
  asymmetric: (at, { scale }) => f(at / f(scale)),
  tf_half_pixel_for_nn: (at, { scale }) => f(f(at + 0.5) / f(scale)),
  half_pixel_symmetric: (at, axis) => {
    const { size, out, scale } = axis
    return f((size / 2) * (1 - out / (scale * size)) + halfPixel(at, axis))
  },
  tf_crop_and_resize: (at, { size, out, from = 0, to = 1 }) =>
    out > 1 ? f(f(from * (size - 1)) + f(f(at * (to - from) * (size - 1)) / (out - 1))) : f(0.5 * (from + to) * (size - 1)),
}

/** ONNX's words for the ways to find places. */
export const knownCoordinates: readonly string[] = Object.keys(onnxPlaces)

/** The place in the operand that a place of the result comes from. */
export const onnxPlace = (coordinates: string, at: number, axis: ResizedAxis): number => onnxPlaces[coordinates]!(at, axis)

/** ONNX's choice of an element by `nearest_mode`. */
const onnxChoices: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
}

/** ONNX's words for the ways to choose the nearest element. */
export const knownChoices: readonly string[] = Object.keys(onnxChoices)

/** The element that a place is nearest to, which may lie outside. */
export const nearestChoice = ({ nearestMode }: Resampling, place: number): number => onnxChoices[nearestMode]!(place)
/** Places of the operator `Resize` of canonical graphs, by nearest elements and by linear interpolation; all other modes are one of these. */
const nearestPlaces: Readonly<Record<string, Place>> = {
  asymmetric: (at, { size, out }) => Math.floor((at * size) / out),
  align_corners: (at, { size, out }) => (out > 1 ? Math.round((at * (size - 1)) / (out - 1)) : 0),
}
const linearPlaces: Readonly<Record<string, Place>> = {
  half_pixel: (at, { size, out }) => ((at + 0.5) * size) / out - 0.5,
  align_corners: (at, { size, out }) => (out > 1 ? (at * (size - 1)) / (out - 1) : 0),
}

/** What an ONNX node says of the way elements are found. */
export interface Resampling {
  readonly mode: string
  readonly coordinates: string
  readonly nearestMode: string
}

const canonicalModes = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']

/**
 * The coordinate mode in which the operator `Resize` of canonical graphs takes elements from the same places as ONNX does, on every axis:
 * the model's own where that is so, else another one; `undefined` where no mode does. Elements that are only repeated are so by `asymmetric`.
 */
export function canonicalCoordinates(how: Resampling, axes: readonly ResizedAxis[]): string | undefined {
  const [ours, rest] = how.mode === 'nearest' ? [nearestPlaces, 'align_corners'] : [linearPlaces, 'half_pixel']
  const isRepeating = how.mode === 'nearest' && axes.every(({ size, out, scale }) => Number.isInteger(scale) && out === size * scale)
  const own = canonicalModes.filter((mode) => mode === how.coordinates)
  const others = Object.keys(ours)
  const modes = isRepeating && how.coordinates !== 'align_corners' ? [...others, ...own] : [...own, ...others]
  return modes.find((mode) => axes.every((axis) => isSame(how, axis, ours[mode] ?? ours[rest]!)))
}

function isSame({ mode, coordinates, nearestMode }: Resampling, axis: ResizedAxis, ours: Place): boolean {
  const wanted = onnxPlaces[coordinates]
  const choice = onnxChoices[nearestMode]
  if (wanted === undefined || choice === undefined) return false
  const inside = (place: number): number => Math.min(axis.size - 1, Math.max(0, place))
  const tolerance = 3e-7 * axis.size
  return Array.from({ length: axis.out }, (_, at) => at).every((at) => {
    const place = wanted(at, axis)
    const here = inside(ours(at, axis))
    if (mode === 'nearest') return [place, snapped(place, tolerance)].some((each) => inside(choice(each)) === here)
    return Math.abs(inside(place) - here) <= tolerance && (mode !== 'cubic' || Number.isInteger(inside(place)))
  })
}

/** A place that float32 puts beside an element, or beside the middle between two, on it: runtimes differ there. */
function snapped(place: number, tolerance: number): number {
  const exact = Math.round(place * 2) / 2
  return Math.abs(place - exact) <= tolerance ? exact : place
}
