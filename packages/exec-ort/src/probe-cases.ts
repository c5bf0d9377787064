import type { WeightForm } from './kernel-forms.ts'
import type { ModelBuilder } from './onnx-translator.ts'

/** Operands of extreme values for one kernel, seen as a convolution (a matrix product is one over a line of places). */
export interface ProbeCase {
  readonly group: number
  readonly channels: number
  /** Sides of the window and of the plane; a border of half a window is added. */
  readonly side: number
  readonly size: number
  readonly xShape: readonly number[]
  readonly x: Uint8Array
  readonly xZero: number
  /** `[channels, channels of x / group, side, side]` */
  readonly w: Int8Array
  build(build: ModelBuilder, x: string, form: WeightForm | 'f32'): string
  /** What the kernel must give for the exact sums. */
  result(sums: Float64Array): Float64Array
}

/** The smallest and the largest of a type, in an order without a pattern but the same everywhere, and long runs of one sign. */
function extremes(count: number, low: number, high: number): number[] {
  let state = 12345
  return Array.from({ length: count }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    if (i % 97 < 60) return high
    return state >>> 31 === 0 ? low : high
  })
}

interface Sizes {
  readonly inputs: number
  readonly channels: number
  readonly group: number
  readonly side: number
  readonly size: number
  readonly xZero: number
}

function operandsOf({ inputs, channels, group, side, size }: Sizes) {
  return {
    xShape: [1, inputs, size, size],
    x: Uint8Array.from(extremes(inputs * size * size, 0, 255)),
    w: Int8Array.from(extremes(((channels * inputs) / group) * side * side, 127, -128)),
  }
}

/** A weight in a storage, and its zero point as a constant. */
function stored(build: ModelBuilder, w: Int8Array, shape: readonly number[], form: WeightForm, zeros?: number): readonly [string, string] {
  const zero = form === 'i8' ? 0 : 128
  const dims = zeros === undefined ? [] : [zeros]
  const list = Array.from({ length: zeros ?? 1 }, () => zero)
  return form === 'i8'
    ? [build.constant({ dtype: 'i8', shape, data: w }), build.numbers('i8', list, dims)]
    : [build.constant({ dtype: 'u8', shape, data: Uint8Array.from(w, (each) => each + 128) }), build.numbers('u8', list, dims)]
}

function windowOf({ group, side }: Sizes) {
  const pad = (side - 1) / 2
  return { kernel_shape: [side, side], strides: [1, 1], pads: [pad, pad, pad, pad], dilations: [1, 1], group }
}

const same = (sums: Float64Array): Float64Array => sums

function convCase(sizes: Sizes): ProbeCase {
  const { inputs, channels, group, side, size, xZero } = sizes
  const { xShape, x, w } = operandsOf(sizes)
  const wShape = [channels, inputs / group, side, side]
  const shape = [1, channels, size, size]
  return {
    ...sizes,
    xShape,
    x,
    w,
    result: same,
    build(build, fed, form) {
      if (form !== 'f32') {
        const [weight, zero] = stored(build, w, wShape, form)
        return build.node('ConvInteger', [fed, weight, build.numbers('u8', xZero), zero], { dtype: 'i32', shape }, windowOf(sizes))
      }
      const floats = { dtype: 'f32', shape: xShape } as const
      const centred = build.node('Sub', [build.cast(fed, 'f32'), build.numbers('f32', xZero)], floats)
      return build.node(
        'Conv',
        [centred, build.constant({ dtype: 'f32', shape: wShape, data: Float32Array.from(w) })],
        { dtype: 'f32', shape },
        windowOf(sizes),
      )
    },
  }
}

/** The scale of the result, a power of two, keeps every sum inside the codes: nothing may be hidden by saturation. */
function linearCase(sizes: Sizes): ProbeCase {
  const { inputs, channels, group, side, size, xZero } = sizes
  const { xShape, x, w } = operandsOf(sizes)
  const scale = 2 ** -Math.ceil(Math.log2(((inputs / group) * side * side * 128 * 255) / 127))
  const halfToEven = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v))
  return {
    ...sizes,
    xShape,
    x,
    w,
    result: (sums) => sums.map((sum) => halfToEven(sum * scale) + 128),
    build(build, fed, form) {
      const [weight, zero] = stored(build, w, [channels, inputs / group, side, side], form === 'f32' ? 'u8' : form, channels)
      return build.node(
        'QLinearConv',
        [
          fed,
          build.numbers('f32', 1),
          build.numbers('u8', xZero),
          weight,
          build.numbers(
            'f32',
            Array.from({ length: channels }, () => scale),
            [channels],
          ),
          zero,
          build.numbers('f32', 1),
          build.numbers('u8', 128),
        ],
        { dtype: 'u8', shape: [1, channels, size, size] },
        windowOf(sizes),
      )
    },
  }
}

/** `isPacked`: a constant right factor, as weights are; otherwise it is made while running, as activations are. */
function matMulCase({
  inputs,
  channels,
  xZero,
  isPacked,
}: {
  readonly inputs: number
  readonly channels: number
  readonly xZero: number
  readonly isPacked: boolean
}): ProbeCase {
  const size = 7
  const sizes = { inputs, channels, group: 1, side: 1, size, xZero }
  const { xShape, x, w } = operandsOf(sizes)
  return {
    ...sizes,
    xShape,
    x,
    w,
    result: same,
    build(build, fed, form) {
      const places = size * size
      const line = build.node('Reshape', [fed, build.numbers('i64', [inputs, places])], { dtype: 'u8', shape: [inputs, places] })
      const rows = build.node('Transpose', [line], { dtype: 'u8', shape: [places, inputs] }, { perm: [1, 0] })
      const turned = Int8Array.from({ length: w.length }, (_, i) => w[(i % channels) * inputs + Math.floor(i / channels)]!)
      const [weight, zero] = stored(build, turned, [inputs, channels], isPacked && form === 'i8' ? 'i8' : 'u8')
      // A factor that depends on the fed operand is packed at every run, as activations are.
      const factor = isPacked ? weight : madeWhileRunning(build, fed, weight)
      const sums = build.node('MatMulInteger', [rows, factor, build.numbers('u8', xZero), zero], {
        dtype: 'i32',
        shape: [places, channels],
      })
      const back = build.node('Transpose', [sums], { dtype: 'i32', shape: [channels, places] }, { perm: [1, 0] })
      return build.node('Reshape', [back, build.numbers('i64', [1, channels, size, size])], {
        dtype: 'i32',
        shape: [1, channels, size, size],
      })
    },
  }
}

/** A constant as something that the runtime cannot know before it runs. */
function madeWhileRunning(build: ModelBuilder, fed: string, constant: string): string {
  const least = build.node('ReduceMin', [build.cast(fed, 'i32')], { dtype: 'i32', shape: [] }, { keepdims: 0 })
  const zero = build.node('Min', [least, build.numbers('i32', 0)], { dtype: 'i32', shape: [] })
  const { dtype, shape } = build.typeOf(constant)
  return build.cast(build.node('Add', [build.cast(constant, 'i32'), zero], { dtype: 'i32', shape }), dtype)
}

/** `sum (x - zero point) * w` of every place and channel, in doubles: exact. Padding contributes nothing. */
export function exactSums({ group, channels, side, size, xShape, x, xZero, w }: ProbeCase): Float64Array {
  const perGroup = xShape[1]! / group
  const pad = (side - 1) / 2
  const sums = new Float64Array(channels * size * size)
  for (let c = 0; c < channels; c++) {
    const start = Math.floor(c / (channels / group)) * perGroup
    for (let i = 0; i < perGroup; i++) {
      for (let ky = 0; ky < side; ky++) {
        for (let kx = 0; kx < side; kx++) {
          const weight = w[((c * perGroup + i) * side + ky) * side + kx]!
          for (let y = Math.max(0, pad - ky); y < Math.min(size, size + pad - ky); y++) {
            const row = ((start + i) * size + y + ky - pad) * size
            for (let at = Math.max(0, pad - kx); at < Math.min(size, size + pad - kx); at++) {
              sums[(c * size + y) * size + at]! += weight * (x[row + at + kx - pad]! - xZero)
            }
          }
        }
      }
    }
  }
  return sums
}

export const convCases: readonly ProbeCase[] = [
  convCase({ inputs: 37, channels: 21, group: 1, side: 3, size: 9, xZero: 0 }),
  convCase({ inputs: 96, channels: 40, group: 1, side: 1, size: 8, xZero: 128 }),
  convCase({ inputs: 48, channels: 48, group: 48, side: 3, size: 9, xZero: 0 }),
  convCase({ inputs: 19, channels: 19, group: 19, side: 5, size: 7, xZero: 128 }),
  convCase({ inputs: 24, channels: 12, group: 3, side: 3, size: 6, xZero: 0 }),
]

export const linearCases: readonly ProbeCase[] = [
  linearCase({ inputs: 37, channels: 21, group: 1, side: 3, size: 9, xZero: 0 }),
  linearCase({ inputs: 96, channels: 40, group: 1, side: 1, size: 8, xZero: 128 }),
  linearCase({ inputs: 48, channels: 48, group: 48, side: 3, size: 9, xZero: 0 }),
  linearCase({ inputs: 24, channels: 12, group: 3, side: 3, size: 6, xZero: 128 }),
]

export const matMulCases: readonly ProbeCase[] = [
  matMulCase({ inputs: 96, channels: 40, xZero: 0, isPacked: true }),
  matMulCase({ inputs: 131, channels: 19, xZero: 128, isPacked: true }),
  matMulCase({ inputs: 96, channels: 40, xZero: 128, isPacked: false }),
]
