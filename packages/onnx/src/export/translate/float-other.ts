import type { DType } from '@q/ir'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { centred, isCodeType, saturated } from './codes.ts'
import { alwaysRounded, reshaped, rounded, withoutNaN } from './finish.ts'
import { roundedFloat } from './rounding.ts'
import type { Translate } from './translator.ts'

export const translateArg: Translate = (node, t) => {
  const { axis, select_last_index } = t.attrs(node) as { axis: number; select_last_index: boolean }
  const { build } = t
  const x = t.carried(node.inputs[0]!)
  const { dtype, shape } = build.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const at = axis < 0 ? axis + shape.length : axis
  const kept = shape.map((dim, i) => (i === at ? 1 : dim))
  const places = build.node(
    node.op,
    [x],
    { dtype: 'i64', shape: kept },
    { axis, keepdims: 1, select_last_index: select_last_index ? 1 : 0 },
  )
  const indices = build.cast(reshaped(build, places, type.shape), 'f32')
  if (node.outputs.length === 1) return [indices]
  return [indices, reshaped(build, build.node('GatherElements', [x, places], { dtype, shape: kept }, { axis }), type.shape)]
}

/** Of two and of three spatial axes, in float32. */
export const translateGridSample: Translate = (node, t) => {
  const { mode, padding_mode, align_corners } = t.attrs(node) as { mode: string; padding_mode: string; align_corners: boolean }
  const type = t.typeOf(node.outputs[0]!)
  const operands = node.inputs.map((name) => t.carried(name!))
  const isKnown = type.shape.length === 4 || (type.shape.length === 5 && mode !== 'cubic')
  if (!isKnown || operands.some((name) => t.build.typeOf(name).dtype !== 'f32')) return undefined
  const attrs = { mode, padding_mode, align_corners: Number(align_corners) }
  return [rounded(t, t.build.node('GridSample', operands, { dtype: 'f32', shape: type.shape }, attrs), type, node)]
}

/** Pairs of neighbours as they stand, and changed about with the sign of the first turned, by their factors. */
export const translateRope: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const [x, sin, cos] = node.inputs.map((name) => t.carried(name!)) as [string, string, string]
  if ([x, sin, cos].some((name) => build.typeOf(name).dtype !== 'f32')) return undefined
  const own = { dtype: 'f32', shape: type.shape } as const
  const size = type.shape.at(-1)!
  const list = (of: (i: number) => number): readonly number[] => Array.from({ length: size }, (_, i) => of(i))
  const places = build.numbers(
    'i64',
    list((i) => i ^ 1),
    [size],
  )
  const signs = build.numbers(
    'f32',
    list((i) => (i % 2 === 0 ? -1 : 1)),
    [size],
  )
  const turned = build.node('Mul', [build.node('Gather', [x, places], own, { axis: type.shape.length - 1 }), signs], own)
  const sum = build.node('Add', [build.node('Mul', [x, cos], own), build.node('Mul', [turned, sin], own)], own)
  return [rounded(t, sum, type, node)]
}

/** Always in order: what is not asked to be comes in an order of the runtime's own. */
export const translateTopK: Translate = (node, t) => {
  const { axis, k, largest } = t.attrs(node) as { axis: number; k: number; largest: boolean }
  const shape = t.typeOf(node.outputs[0]!).shape
  const [values, indices] = t.build.nodes(
    'TopK',
    [t.carried(node.inputs[0]!), t.build.numbers('i64', [k])],
    [
      { dtype: 'f32', shape },
      { dtype: 'i64', shape },
    ],
    { axis, largest: largest ? 1 : 0, sorted: 1 },
  )
  return [values!, t.build.cast(indices!, 'f32')].slice(0, node.outputs.length)
}

export const translateCumSum: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const y = t.build.node('CumSum', [t.carried(node.inputs[0]!), t.build.numbers('i64', Number(t.attrs(node)['axis']))], {
    dtype: 'f32',
    shape: type.shape,
  })
  return [rounded(t, y, type, node)]
}

/**
 * In a float graph integers are float32 numbers without a fraction. A 16-bit float made from another float is rounded, except from a
 * 16-bit one.
 */
export const translateCast: Translate = (node, t) => {
  const { build } = t
  const type = t.typeOf(node.outputs[0]!)
  const from = t.typeOf(node.inputs[0]!)
  const { to, rounding } = t.attrs(node) as { to: DType; rounding: string }
  const x = centred(build, t.carried(node.inputs[0]!), from, from.dtype === 'i32' ? 'f64' : 'f32', 0)
  const isFloat = type.dtype === 'f32' || type.dtype === 'f16' || type.dtype === 'bf16'
  if (!isWhole(to)) {
    if (!isFloat) return undefined
    const keeps = to === 'f32' || from.dtype === 'f16' || from.dtype === 'bf16'
    const single = build.cast(x, 'f32')
    return [keeps ? single : rounded(t, single, { ...type, dtype: to }, alwaysRounded(node))]
  }
  const rounds = isCodeType(from.dtype) ? x : roundedFloat(build, isFloat ? x : withoutNaN(build, x), rounding)
  const whole = to === type.dtype || to === 'i32' ? rounds : wrapped(build, rounds, to)
  if (isFloat) return [build.cast(whole, 'f32')]
  return isCodeType(type.dtype) ? [saturated(build, build.cast(whole, 'f64'), { dtype: type.dtype, shape: type.shape })] : undefined
}

/** Whole floats modulo what an integer type of 8 or 16 bits holds: products with powers of two and the differences are exact. */
function wrapped(build: OnnxBuilder, x: string, to: DType): string {
  const type = build.typeOf(x)
  const count = 2 ** Number(/\d+$/.exec(to)![0])
  const number = (value: number) => build.numbers(type.dtype, value)
  const less = (from: string, times: string) => build.node('Sub', [from, build.node('Mul', [times, number(count)], type)], type)
  const unsigned = less(x, build.node('Floor', [build.node('Mul', [x, number(1 / count)], type)], type))
  if (to.startsWith('u')) return unsigned
  const isUpper = build.node('GreaterOrEqual', [unsigned, number(count / 2)], { dtype: 'bool', shape: type.shape })
  return less(unsigned, build.cast(isUpper, type.dtype))
}

const isWhole = (to: DType): boolean => isCodeType(to) || to === 'u32'

/**
 * Linear resampling of one axis, `a + share * (b - a)` step by step in float32: a runtime's own Resize blends four neighbours in an order of its own, which shows in the last bits
 * where shares are not short.
 */
function blended(build: OnnxBuilder, x: string, axis: number, wanted: number, align: boolean): string {
  const { dtype, shape } = build.typeOf(x)
  const size = shape[axis]!
  const f = Math.fround
  const scale = align ? (wanted > 1 ? f((size - 1) / f(wanted - 1)) : 0) : f(size / f(wanted))
  const places = Array.from({ length: wanted }, (_, o) =>
    Math.max(0, Math.min(size - 1, align ? f(o * scale) : f(f(f(o + 0.5) * scale) - 0.5))),
  )
  const lower = places.map(Math.floor)
  const type = { dtype, shape: shape.map((dim, i) => (i === axis ? wanted : dim)) }
  const picked = (at: readonly number[]): string => build.node('Gather', [x, build.numbers('i64', at)], type, { axis })
  const shares = places.map((place, i) => f(place - lower[i]!))
  const a = picked(lower)
  if (shares.every((share) => share === 0)) return a
  const b = picked(lower.map((each) => Math.min(size - 1, each + 1)))
  const share = build.numbers(
    'f32',
    shares,
    shape.map((_, i) => (i === axis ? wanted : 1)),
  )
  return build.node('Add', [a, build.node('Mul', [build.node('Sub', [b, a], type), share], type)], type)
}

/**
 * Bilinear and nearest resampling of the last two axes. Every linear mode but `align_corners` is computed with
 * half-pixel centres; a nearest one that is not `asymmetric` rounds the corner-aligned place.
 */
export const translateResize: Translate = (node, t) => {
  const {
    mode,
    coordinate_transformation_mode: coordinates,
    sizes,
  } = t.attrs(node) as { mode: string; coordinate_transformation_mode: string; sizes: readonly number[] }
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const shape = t.typeOf(x).shape
  const build = t.build
  const full = reshaped(build, t.carried(x), [1, shape.slice(0, -2).reduce((product, dim) => product * dim, 1), ...shape.slice(-2)])
  // What is rounded behind it, to half floats or to codes, must not hang on a runtime.
  if (mode === 'linear' && t.precision === 'exact' && !t.keepsOperators) {
    const rows = blended(build, full, 2, sizes[0]!, coordinates === 'align_corners')
    return [rounded(t, reshaped(build, blended(build, rows, 3, sizes[1]!, coordinates === 'align_corners'), type.shape), type, node)]
  }
  const target = [1, build.typeOf(full).shape[1]!, ...sizes]
  const linear = mode === 'linear'
  const y = build.node(
    'Resize',
    [full, undefined, undefined, build.numbers('i64', target)],
    { dtype: build.typeOf(full).dtype, shape: target },
    {
      mode,
      coordinate_transformation_mode: linear
        ? coordinates === 'align_corners'
          ? 'align_corners'
          : 'half_pixel'
        : coordinates === 'asymmetric'
          ? 'asymmetric'
          : 'align_corners',
      nearest_mode: coordinates === 'asymmetric' || linear ? 'floor' : 'round_prefer_ceil',
    },
  )
  return [rounded(t, reshaped(build, y, type.shape), type, node)]
}
