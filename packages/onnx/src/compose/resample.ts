import { nearestChoice, onnxPlace, type Resampling, type ResizedAxis } from '../normalize/resize-places.ts'
import { bounded } from './bounded.ts'

/** What a place of the result is made of; `undefined` for a place outside of the operand. */
export interface AxisWeights {
  readonly size: number
  readonly rows: readonly (readonly { readonly at: number; readonly weight: number }[] | undefined)[]
}

/** How weights are found. */
export interface Weighting {
  readonly how: Resampling
  /** `cubic_coeff_a` */
  readonly a: number
  /** `exclude_outside` */
  readonly excludes: boolean
  /** `antialias`: where elements are left out, those around count as well. */
  readonly smooths: boolean
}

const inside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at))

/** The element that each place of the result is. */
export function nearestOf(how: Resampling, axis: ResizedAxis): readonly number[] {
  return Array.from({ length: bounded(axis.out) }, (_, at) => inside(nearestChoice(how, onnxPlace(how.coordinates, at, axis)), axis.size))
}

/** Keys' cubic: the weight of an element at a distance. @see https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance)
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
}

const linear = (distance: number): number => Math.max(0, 1 - Math.abs(distance))

/**
 * The weights of an axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Resize.html
 */
export function weightsOf({ how, a, excludes, smooths }: Weighting, axis: ResizedAxis): AxisWeights {
  const { size, out, scale } = axis
  const isCrop = how.coordinates === 'tf_crop_and_resize'
  const stretch = smooths && how.mode !== 'nearest' ? Math.min(1, scale) : 1
  const reach = (how.mode === 'cubic' ? 2 : 1) / stretch
  const weigh = (distance: number): number => (how.mode === 'cubic' ? cubic(distance * stretch, a) : linear(distance * stretch))
  const rows = Array.from({ length: bounded(out) }, (_, to) => {
    const place = onnxPlace(how.coordinates, to, axis)
    if (isCrop && (place < 0 || place > size - 1)) return undefined
    if (how.mode === 'nearest') return [{ at: inside(nearestChoice(how, place), size), weight: 1 }]
    const taps: { at: number; weight: number }[] = []
    for (let at = Math.ceil(place - reach); at <= Math.floor(place + reach); at++) {
      const weight = weigh(at - place)
      if (weight !== 0 && !(excludes && (at < 0 || at >= size))) taps.push({ at: inside(at, size), weight })
    }
    const total = excludes || stretch < 1 ? taps.reduce((sum, { weight }) => sum + weight, 0) : 1
    return taps.map(({ at, weight }) => ({ at, weight: weight / total }))
  })
  return { size, rows }
}
