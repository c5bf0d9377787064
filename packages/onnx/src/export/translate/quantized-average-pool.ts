import type { Attrs, TensorType } from '@q/ir'
import { byteReciprocal } from '@q/ir/number'
import { shiftOf } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { centred, halfAwayFromZero, isCodeType, reach, saturated, zeroPointOf } from './codes.ts'
import { reshaped } from './finish.ts'
import { fullRank, hasPlaces } from './float-window.ts'
import { isExactInDouble, requantizationOf, requantized, scaled } from './requantize-sums.ts'
import { factorsOf, rescaledWhole } from './rescale-whole.ts'
import { roundedFloat } from './rounding.ts'
import type { Translate } from './translator.ts'
import { clampedFrom, saturatedWhole } from './whole-numbers.ts'

/** The average comes in float32, as the operator says; its kernel sums in float32 too, which is exact for codes. */
export const translateQAveragePool: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const kernel = attrs['kernel_shape'] as readonly number[]
  const places = kernel.reduce((product, side) => product * side, 1)
  if (!isCodeType(from.dtype) || !isCodeType(type.dtype) || !hasPlaces(attrs)) return undefined
  // Sums of codes as they are, without their zero point too.
  if ((reach(t, x, 0) + Math.abs(zeroPointOf(from))) * places >= 2 ** 24) return undefined
  const isReal = attrs['scale'] !== undefined
  if (!isReal && attrs['sumRounding'] !== 'half-away-from-zero') return undefined
  const r = requantizationOf(attrs, [2 * reach(t, x) * places])

  // Real numbers are made from the codes as they are, so that counted padding has to hold the zero point.
  const codes = reshaped(
    build,
    centred(build, t.carried(x), from, 'f32', isReal ? 0 : zeroPointOf(from)),
    fullRank(from.shape, kernel.length),
  )
  const full = build.typeOf(codes).shape
  const pads = attrs['pads'] as readonly number[]
  const isCounted = attrs['count_include_pad'] === true
  const isBehind = !isReal && !isCounted && attrs['border'] === 'behind' && pads.some((pad) => pad > 0)
  // Codes that saturate before they are made up for saturate behind that too, but for the zero point.
  if (isBehind && zeroPointOf(type) !== 0) return undefined
  const isPadded = isReal && isCounted && pads.some((pad) => pad > 0)
  const border = [0, 0, ...pads.slice(0, kernel.length), 0, 0, ...pads.slice(kernel.length)]
  const plane = isPadded
    ? build.node(
        'Pad',
        [codes, build.numbers('i64', border), build.numbers('f32', zeroPointOf(from))],
        { dtype: 'f32', shape: full.map((dim, i) => dim + border[i]! + border[i + full.length]!) },
        { mode: 'constant' },
      )
    : codes
  const spatial = attrs['keepdims'] === false ? kernel.map(() => 1) : fullRank(type.shape, kernel.length).slice(2)
  const float = { dtype: 'f32', shape: [from.shape[0]!, from.shape[1]!, ...spatial] } as const
  const average = build.node('AveragePool', [plane], float, {
    kernel_shape: kernel,
    strides: attrs['strides']!,
    pads: isPadded ? pads.map(() => 0) : pads,
    count_include_pad: isCounted || isBehind ? 1 : 0,
  })
  const sums = build.cast(
    kernel.reduce((y, side) => build.node('Mul', [y, build.numbers('f32', side)], float), average),
    'f64',
  )
  if (!isReal) {
    const whole = halfAwayFromZero(build, sums)
    const finished = (codes: string): readonly string[] => [
      reshaped(build, isBehind ? madeUp(build, codes, type, borderFactors(attrs, from.shape, spatial)) : codes, type.shape),
    ]
    if (isExactInDouble(r, type)) return finished(requantized(build, whole, type, r, 1))
    const scaled = rescaledWhole(
      build,
      { id: build.cast(whole, 'i64'), most: [BigInt(r.bounds[0]!)] },
      factorsOf(attrs, 0),
      1,
      clampedFrom(type),
    )
    const y = scaled && saturatedWhole(build, scaled, type, r.relu)
    return y === undefined ? undefined : finished(y)
  }
  const real = scaled(
    build,
    sums,
    -1,
    1,
    () => Number(attrs['scale']),
    () => Number(attrs['offset']),
  )
  const whole = roundedFloat(build, real, 'half-away-from-zero')
  const shift = shiftOf(type.dtype)
  const placed = shift === 0 ? whole : build.node('Add', [whole, build.numbers('f64', shift)], build.typeOf(whole))
  return [reshaped(build, saturated(build, placed, type, r.relu, true), type.shape)]
}

/** What the windows of each place along an axis are made up by, for each axis. */
function borderFactors(attrs: Attrs, shape: readonly number[], places: readonly number[]): readonly (readonly number[])[] {
  const list = (name: string): readonly number[] => attrs[name] as readonly number[]
  const [kernel, strides, pads] = [list('kernel_shape'), list('strides'), list('pads')]
  return kernel.map((side, a) =>
    Array.from({ length: places[a]! }, (_, i) => {
      const start = i * strides[a]! - pads[a]!
      const count = Math.min(start + side, shape[a + 2] ?? 1) - Math.max(start, 0)
      return count === side ? 1 : side * byteReciprocal(count)
    }),
  )
}

/** Codes times a factor for each place of an axis, rounded, one axis after the other. */
function madeUp(build: OnnxBuilder, codes: string, type: TensorType, factors: readonly (readonly number[])[]): string {
  const whole = factors.reduce(
    (y, along, a) =>
      along.every((factor) => factor === 1)
        ? y
        : halfAwayFromZero(
            build,
            build.node(
              'Mul',
              [y, build.numbers('f64', along, [1, 1, ...factors.map((_, other) => (other === a ? along.length : 1))])],
              build.typeOf(y),
            ),
          ),
    centred(build, codes, type, 'f64'),
  )
  return saturated(build, whole, type)
}
