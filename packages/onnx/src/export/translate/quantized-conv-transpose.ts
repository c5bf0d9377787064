import { centred, hasSlicedZeros, isByte, reach, takenZero, zeroPointOf } from './codes.ts'
import { reshaped } from './finish.ts'
import { fullRank, windowAttrs } from './float-window.ts'
import { isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate } from './translator.ts'

/** Computed by the float32 kernel on whole numbers, which is exact while no sum can reach 2^24. */
export const translateQConvTranspose: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const [x, w, b] = node.inputs
  const weights = t.valueOf(w!).constant
  const bias = b === undefined ? undefined : t.valueOf(b).constant
  const xType = t.typeOf(x!)
  const wType = t.typeOf(w!)
  if (weights === undefined || (b !== undefined && bias === undefined) || !isByte(xType.dtype)) return undefined
  if (zeroPointOf(xType) !== takenZero(t, node, x!) || !isByte(weights.dtype) || hasSlicedZeros(wType)) return undefined
  const factors = Float32Array.from(weights.data as Int8Array, (code) => code - zeroPointOf(wType))
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const axes = (attrs['strides'] as readonly number[]).length
  const group = Number(attrs['group'])
  const bounds = boundsOf(factors, weights.shape, group, reach(t, x!))
  if (bounds.some((bound, c) => bound + Math.abs(Number(bias?.data[c] ?? 0)) >= 2 ** 24)) return undefined
  const padding = attrs['output_padding'] as readonly number[]
  const float = { dtype: 'f32', shape: fullRank(type.shape, axes) } as const
  const kernel = build.constant({ dtype: 'f32', shape: weights.shape, data: factors })
  const offsets = bias === undefined ? [] : [build.numbers('f32', Array.from(bias.data as Int32Array, Number), [bias.data.length])]
  const input = reshaped(build, centred(build, t.carried(x!), xType, 'f32'), fullRank(xType.shape, axes))
  const sums = build.node('ConvTranspose', [input, kernel, ...offsets], float, {
    ...windowAttrs(attrs, axes),
    group,
    kernel_shape: weights.shape.slice(2),
    output_padding: padding.length === 0 ? Array.from({ length: axes }, () => 0) : padding,
  })
  const withBias = bounds.map((bound, c) => bound + Math.abs(Number(bias?.data[c] ?? 0)))
  const r = requantizationOf(attrs, withBias)
  if (r.kind !== 'none') return isExactInDouble(r, type) ? [reshaped(build, requantized(build, sums, type, r, 1), type.shape)] : undefined
  if (type.dtype !== 'i32') return undefined
  return [reshaped(build, build.cast(r.relu ? build.node('Relu', [sums], float) : sums, 'i32'), type.shape)]
}

/** Largest magnitude of the sums of each output channel: `w` is `[inputs, channels / group, ...window]`. */
function boundsOf(weights: Float32Array, shape: readonly number[], group: number, distance: number): Float64Array {
  const [inputs, perGroup, ...window] = shape as [number, number, ...number[]]
  const taps = window.reduce((product, side) => product * side, 1)
  const bounds = new Float64Array(perGroup * group)
  for (let i = 0; i < inputs; i++) {
    const first = Math.floor(i / (inputs / group)) * perGroup
    for (let c = 0; c < perGroup; c++) {
      let sum = 0
      for (let k = (i * perGroup + c) * taps; k < (i * perGroup + c + 1) * taps; k++) sum += Math.abs(weights[k]!)
      bounds[first + c] = bounds[first + c]! + sum * distance
    }
  }
  return bounds
}
