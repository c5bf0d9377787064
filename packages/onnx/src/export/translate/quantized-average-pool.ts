import { shiftOf } from '../onnx/carriers.ts'
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
    count_include_pad: isCounted ? 1 : 0,
  })
  const sums = build.cast(
    kernel.reduce((y, side) => build.node('Mul', [y, build.numbers('f32', side)], float), average),
    'f64',
  )
  if (!isReal) {
    const whole = halfAwayFromZero(build, sums)
    if (isExactInDouble(r, type)) return [reshaped(build, requantized(build, whole, type, r, 1), type.shape)]
    const scaled = rescaledWhole(
      build,
      { id: build.cast(whole, 'i64'), most: [BigInt(r.bounds[0]!)] },
      factorsOf(attrs, 0),
      1,
      clampedFrom(type),
    )
    const y = scaled && saturatedWhole(build, scaled, type, r.relu)
    return y === undefined ? undefined : [reshaped(build, y, type.shape)]
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
