import type { Node } from '@q/ir'
import { shiftOf, toCarrier } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { reshaped } from './finish.ts'
import { centred, halfAwayFromZero, isExactInDouble, requantized, saturated } from './quantized-sum.ts'
import { reach } from './quantized-window.ts'
import type { Translate, Translation } from './translator.ts'

const numbersOf = (node: Node, t: Translation, name: string) => t.attrs(node)[name] as readonly number[]
const numberOf = (node: Node, t: Translation, name: string) => Number(t.attrs(node)[name])

/**
 * `round(x * m / 2^s)`, half up, of whole numbers: `floor((x * m + 2^(s-1)) / 2^s)`. In float32 while the numerator stays
 * below 2^24, in double precision otherwise.
 */
function shifted(build: OnnxBuilder, x: string, multiplier: number, shift: number): string {
  if (shift === 0 && multiplier === 1) return x
  const type = build.typeOf(x)
  const { dtype } = type
  const scaled = build.node('Mul', [x, build.numbers(dtype, multiplier * 2 ** -shift)], type)
  return shift <= 0 ? scaled : build.node('Floor', [build.node('Add', [scaled, build.numbers(dtype, 0.5)], type)], type)
}

/** The float type in which `x * m` and the half of `2^s` are exact, for numbers up to `most`. */
function exactFloat(most: number, multiplier: number, shift: number): 'f32' | 'f64' {
  return most * Math.abs(multiplier) + 2 ** Math.max(0, shift) < 2 ** 24 ? 'f32' : 'f64'
}

/** Constants of codes have no quantization of their own: they are numbers with zero point 0. */
function codes(t: Translation, name: string, dtype: 'f32' | 'f64'): string {
  return centred(t.build, t.carried(name), t.typeOf(name), dtype)
}

function sum(node: Node, t: Translation, op: 'Add' | 'Sub'): readonly string[] | undefined {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const attrs = t.attrs(node)
  const multipliers = numbersOf(node, t, 'multipliers')
  const shifts = numbersOf(node, t, 'shifts')
  if (multipliers.length === 0) {
    if (type.dtype !== 'i32') return undefined
    const operands = node.inputs.map((name) => t.carried(name!))
    t.setBound(node.outputs[0]!, node.inputs.reduce((bound, name) => bound + t.boundOf(name!), 0))
    return [operands.reduce((left, right) => build.node(op, [left, right], { dtype: 'i32', shape: type.shape }))]
  }
  if (attrs['rounding'] !== 'half-up' || attrs['requantizeSum'] === true) return undefined
  const dtype = node.inputs.every((name, i) => exactFloat(reach(t, name!), multipliers[i]!, shifts[i]!) === 'f32') ? 'f32' : 'f64'
  const terms = node.inputs.map((name, i) => shifted(build, codes(t, name!, dtype), multipliers[i]!, shifts[i]!))
  const total = terms.reduce((left, right) => build.node(op, [left, right], { dtype, shape: type.shape }))
  return [saturated(build, total, type, attrs['relu'] === true)]
}

export const translateQAdd: Translate = (node, t) => (linearAdd(node, t) ?? sum(node, t, 'Add'))
export const translateQSub: Translate = (node, t) => sum(node, t, 'Sub')

/** One fused kernel, within one step of the two separately rounded terms. */
function linearAdd(node: Node, t: Translation): readonly string[] | undefined {
  const type = t.typeOf(node.outputs[0]!)
  const multipliers = numbersOf(node, t, 'multipliers')
  const shifts = numbersOf(node, t, 'shifts')
  const bytes = [...node.inputs.map((name) => t.typeOf(name!).dtype), type.dtype].every((dtype) => dtype === 'i8' || dtype === 'u8')
  if (t.precision !== 'fast' || node.inputs.length !== 2 || multipliers.length !== 2 || !bytes) return undefined
  const build = t.build
  const zero = (name: string) => (t.typeOf(name).quant?.zeroPoint ?? 0) + shiftOf(t.typeOf(name).dtype)
  const operands = node.inputs.flatMap((name, i) =>
    [t.carried(name!), build.numbers('f32', multipliers[i]! * 2 ** -shifts[i]!), build.numbers('u8', zero(name!))])
  const outZero = zero(node.outputs[0]!)
  const y = build.node('com.microsoft.QLinearAdd', [...operands, build.numbers('f32', 1), build.numbers('u8', outZero)], { dtype: 'u8', shape: type.shape })
  return [node.attrs['relu'] === true && outZero > 0 ? build.node('Clip', [y, build.numbers('u8', outZero)], { dtype: 'u8', shape: type.shape }) : y]
}

export const translateQMul: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const attrs = t.attrs(node)
  const multiplier = numberOf(node, t, 'multiplier')
  const shift = numberOf(node, t, 'shift')
  if (attrs['rounding'] !== 'half-up' || attrs['requantize'] !== 'multiplier-shift') return undefined
  const most = reach(t, node.inputs[0]!) * reach(t, node.inputs[1]!)
  const dtype = exactFloat(most, multiplier, shift)
  const product = build.node('Mul', node.inputs.map((name) => codes(t, name!, dtype)), { dtype, shape: type.shape })
  return [saturated(build, shifted(build, product, multiplier, shift), type, attrs['relu'] === true)]
}

export const translateRequantize: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (attrs['requantize'] !== 'multiplier-shift') return undefined
  const plain = t.typeOf(x).dtype === 'i32'
  const r = {
    multipliers: [numberOf(node, t, 'multiplier')],
    shifts: [numberOf(node, t, 'shift')],
    rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true,
    bound: plain ? t.boundOf(x) : reach(t, x),
  }
  if (!isExactInDouble(r)) return undefined
  return [requantized(t.build, plain ? t.carried(x) : codes(t, x, 'f64'), type, r, 1)]
}

export const translateRequantizeAxis: Translate = (node, t) => {
  const [x, parameters] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const table = t.valueOf(parameters!).constant?.data as Int32Array | undefined
  if (table === undefined || table.length % 3 !== 0) return undefined
  const rows = Array.from({ length: table.length / 3 }, (_, i) => i)
  if (rows.some((i) => table[3 * i + 2] !== (type.quant?.zeroPoint ?? 0))) return undefined
  const r = {
    multipliers: rows.map((i) => table[3 * i]!),
    shifts: rows.map((i) => -table[3 * i + 1]!),
    rounding: String(t.attrs(node)['rounding']),
    relu: false,
    bound: t.boundOf(x!),
  }
  return isExactInDouble(r) ? [requantized(t.build, t.carried(x!), type, r, Number(t.attrs(node)['axis']))] : undefined
}

export const translateQAddConstant: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const { constant, operation, multiplier, shift, relu, rounding } = t.attrs(node) as
    { constant: number; operation: string; multiplier: number; shift: number; relu: boolean; rounding: string }
  if (rounding !== 'half-up') return undefined
  const sign = operation === 'subtract-from' ? -1 : 1
  const offset = operation === 'subtract' ? -constant : constant
  const wide = { dtype: 'f64', shape: type.shape } as const
  const scaled = build.node('Mul', [codes(t, node.inputs[0]!, 'f64'), build.numbers('f64', sign * multiplier * 2 ** -shift)], wide)
  const half = shift > 0 ? 0.5 : 0
  const lifted = build.node('Add', [scaled, build.numbers('f64', offset * 2 ** -shift + half)], wide)
  return [saturated(build, build.node('Floor', [lifted], wide), type, relu)]
}

export const translateQLeakyRelu: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  if (t.attrs(node)['rounding'] !== 'half-up') return undefined
  const dtype = exactFloat(128, numberOf(node, t, 'multiplier'), numberOf(node, t, 'shift'))
  const x = codes(t, node.inputs[0]!, dtype)
  const negative = build.node('Less', [x, build.numbers(dtype, 0)], { dtype: 'bool', shape: type.shape })
  const low = shifted(build, x, numberOf(node, t, 'multiplier'), numberOf(node, t, 'shift'))
  return [saturated(build, build.node('Where', [negative, low, x], { dtype, shape: type.shape }), type)]
}

export const translateQAveragePool: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const kernel = attrs['kernel_shape'] as readonly number[]
  const x = node.inputs[0]!
  if (kernel.length !== 2 || t.typeOf(x).shape.length !== 4 || attrs['requantize'] !== 'multiplier-shift') return undefined
  const [n, c] = t.typeOf(x).shape as [number, number, number, number]
  const spatial = attrs['keepdims'] === false ? [1, 1] : type.shape.slice(2)
  const float = { dtype: 'f32', shape: [n, c, ...spatial] } as const
  const average = build.node('AveragePool', [codes(t, x, 'f32')], float,
    { kernel_shape: kernel, strides: attrs['strides']!, pads: attrs['pads']!, count_include_pad: attrs['count_include_pad'] === true ? 1 : 0 })
  const summed = kernel.reduce((y, side) => build.node('Mul', [y, build.numbers('f32', side)], float), average)
  const r = {
    multipliers: [numberOf(node, t, 'multiplier')], shifts: [numberOf(node, t, 'shift')], rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true, bound: reach(t, x) * kernel[0]! * kernel[1]!,
  }
  if (!isExactInDouble(r)) return undefined
  return [reshaped(build, requantized(build, halfAwayFromZero(build, build.cast(summed, 'f64')), type, r, 1), type.shape)]
}

export const translateLut: Translate = (node, t) => {
  const [x, table] = node.inputs
  const entries = t.valueOf(table!).constant
  const xType = t.typeOf(x!)
  if (entries === undefined || entries.data.length !== 256) return undefined
  const carried = toCarrier(entries)
  const shift = shiftOf(xType.dtype)
  const data = carried.data.slice()
  for (let stored = 0; stored < 256; stored++) data[stored] = carried.data[(stored - shift) & 255]!
  const places = t.build.constant({ dtype: carried.dtype, shape: [256], data })
  return [t.build.node('Gather', [places, t.build.cast(t.carried(x!), 'i32')], { dtype: carried.dtype, shape: xType.shape }, { axis: 0 })]
}

/** `Max`, `Min` and `Relu` on codes of one scale. */
export const translateCodeSelection: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  if (node.op === 'Relu') {
    const x = t.carried(node.inputs[0]!)
    const { dtype } = build.typeOf(x)
    const zero = (type.quant?.zeroPoint ?? 0) + shiftOf(t.typeOf(node.inputs[0]!).dtype)
    const active = zero === 0 ? x : build.node('Clip', [x, build.numbers(dtype, zero)], { dtype, shape: type.shape })
    return t.typeOf(node.inputs[0]!).dtype === type.dtype ? [active] : undefined
  }
  if (node.inputs.some((name) => t.typeOf(name!).dtype !== type.dtype)) return undefined
  const chosen = build.node(node.op, node.inputs.map((name) => build.cast(t.carried(name!), 'i32')), { dtype: 'i32', shape: type.shape })
  return [build.cast(chosen, build.typeOf(t.carried(node.inputs[0]!)).dtype)]
}
