import { toCarrier } from '../onnx/carriers.ts'
import { byByteTable, scaleInteger, scaleIntegerBy, toCode } from './byte-table.ts'
import { centred, isByte, isCodeType, zeroPointOf } from './codes.ts'
import type { Requantization } from './requantize-sums.ts'
import { isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate } from './translator.ts'

export const translateRequantize: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (!isCodeType(from.dtype) || !isCodeType(type.dtype)) return undefined
  if (isByte(from.dtype)) {
    const scale = scaleIntegerBy(attrs)
    const code = toCode(type, attrs['relu'] === true)
    return [byByteTable(t, x, type, (each) => code(scale(each - zeroPointOf(from))))]
  }
  const r = requantizationOf(attrs, [t.boundOf(x) + Math.abs(zeroPointOf(from))])
  if (!isExactInDouble(r, type)) return undefined
  const sums = zeroPointOf(from) === 0 ? t.carried(x) : centred(t.build, t.carried(x), from, 'f64')
  return [requantized(t.build, sums, type, r, 1)]
}

/** Rows of `parameters` are multiplier, minus the shift, and zero point. */
export const translateRequantizeAxis: Translate = (node, t) => {
  const [x, parameters] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const table = t.valueOf(parameters!).constant?.data as Int32Array | undefined
  const axis = Number(attrs['axis'])
  const at = axis < 0 ? axis + from.shape.length : axis
  if (
    table === undefined ||
    table.length !== 3 * from.shape[at]! ||
    zeroPointOf(from) !== 0 ||
    from.dtype !== 'i32' ||
    !isCodeType(type.dtype)
  )
    return undefined
  const rows = Array.from({ length: table.length / 3 }, (_, i) => i)
  if (rows.some((i) => table[3 * i + 2] !== zeroPointOf(type))) return undefined
  const r: Requantization = {
    kind: 'multiplier-shift',
    multipliers: rows.map((i) => table[3 * i]!),
    shifts: rows.map((i) => -table[3 * i + 1]!),
    rounding: String(attrs['rounding']),
    relu: false,
    bounds: [t.boundOf(x!)],
  }
  return isExactInDouble(r, type) ? [requantized(t.build, t.carried(x!), type, r, at)] : undefined
}

export const translateQAddConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (!isByte(t.typeOf(x).dtype) || !isCodeType(type.dtype)) return undefined
  const [multiplier = 1] = attrs['multipliers'] as readonly number[]
  const constant = Number(attrs['constant'])
  const scale = scaleIntegerBy({ ...attrs, requantize: 'shift' })
  const code = toCode(type, attrs['relu'] === true)
  const sign = attrs['operation'] === 'subtract-from' ? -1 : 1
  const added = attrs['operation'] === 'subtract' ? -constant : constant
  return [byByteTable(t, x, type, (each) => code(scale(sign * each * multiplier + added)))]
}

export const translateQLimitConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (!isByte(from.dtype) || !isCodeType(type.dtype)) return undefined
  const scale = scaleIntegerBy(attrs)
  const constant = Number(attrs['constant'])
  const choose = attrs['operation'] === 'max' ? Math.max : Math.min
  const code = toCode(type, attrs['relu'] === true)
  return [byByteTable(t, x, type, (each) => code(choose(scale(each - zeroPointOf(from)), constant)))]
}

export const translateQLeakyRelu: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  if (!isByte(t.typeOf(x).dtype) || !isCodeType(type.dtype) || zeroPointOf(type) !== 0) return undefined
  const scale = scaleIntegerBy(t.attrs(node))
  const code = toCode(type, t.attrs(node)['relu'] === true)
  return [byByteTable(t, x, type, (each) => code(each < 0 ? scale(each) : each))]
}

export const translateQPRelu: Translate = (node, t) => {
  const [x, slope] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const slopes = t.valueOf(slope!).constant?.data as Int8Array | undefined
  if (slopes === undefined || !isByte(from.dtype) || !isCodeType(type.dtype) || zeroPointOf(type) !== 0) return undefined
  if (slopes.length !== 1 && slopes.length !== from.shape[1]) return undefined
  const scale = scaleIntegerBy(t.attrs(node))
  const code = toCode(type, t.attrs(node)['relu'] === true)
  return [byByteTable(t, x!, type, (each, c) => code(each < 0 ? scale(each * slopes[c]!) : each), slopes.length)]
}

export const translateQAffine: Translate = (node, t) => {
  const [x, ...parameters] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const { requantize, rounding, relu } = t.attrs(node) as { requantize: string; rounding: string; relu: boolean }
  const [factors, biases, shifts] = parameters.map((name) => t.valueOf(name!).constant?.data as Int32Array | undefined)
  const channels = from.shape[1] ?? 1
  if (factors?.length !== channels || biases?.length !== channels || shifts?.length !== channels) return undefined
  if (!isByte(from.dtype) || !isCodeType(type.dtype)) return undefined
  const code = toCode(type, relu)
  const scales = Array.from(shifts, (shift) => scaleInteger(requantize === 'none' ? 'none' : 'shift', 1, -shift, rounding))
  return [byByteTable(t, x!, type, (each, c) => code(scales[c]!(each * factors[c]! + biases[c]!)), channels)]
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  NotEqual: (a, b) => a !== b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
}

export const translateQCompareConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const { constant, operation } = t.attrs(node) as { constant: number; operation: string }
  const holds = comparisons[operation]
  if (holds === undefined || !isByte(t.typeOf(x).dtype)) return undefined
  return [byByteTable(t, x, type, (each) => (holds(each, constant) ? 1 : 0))]
}

/** The table's own element type is that of the result, or a wider one that holds the same numbers. */
export const translateLut: Translate = (node, t) => {
  const [x, table] = node.inputs
  const entries = t.valueOf(table!).constant
  const type = t.typeOf(node.outputs[0]!)
  if (entries === undefined || entries.data.length !== 256 || !isByte(t.typeOf(x!).dtype)) return undefined
  const numbers = entries.dtype === 'f16' || entries.dtype === 'bf16' ? toCarrier(entries).data : entries.data
  return [byByteTable(t, x!, type, (each) => Number(numbers[each & 255]))]
}

/** `Max`, `Min` and `Relu` on codes of one scale and element type. */
export const translateCodeSelection: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  if (!isCodeType(type.dtype) || node.inputs.some((name) => t.typeOf(name!).dtype !== type.dtype) || node.attrs['relu'] === true)
    return undefined
  if (node.op === 'Relu') {
    const x = t.carried(node.inputs[0]!)
    const carried = { dtype: build.typeOf(x).dtype, shape: type.shape }
    const limit = Number(t.attrs(node)['reluLimit'])
    const zero = zeroPointOf(type)
    const shift = type.dtype === 'i8' ? 128 : 0
    if (limit > 0 && zero === 0)
      return [
        build.node(
          'Clip',
          [x, build.numbers(carried.dtype, shift), build.numbers(carried.dtype, Math.min(255, Math.floor(limit) + shift))],
          carried,
        ),
      ]
    return [
      zero + shift === 0 && carried.dtype === 'u8'
        ? x
        : build.node('Max', [build.cast(x, 'i32'), build.numbers('i32', zero + shift)], { dtype: 'i32', shape: type.shape }),
    ].map((y) => build.cast(y, carried.dtype))
  }
  const chosen = build.node(
    node.op,
    node.inputs.map((name) => build.cast(t.carried(name!), 'i32')),
    { dtype: 'i32', shape: type.shape },
  )
  return [build.cast(chosen, build.typeOf(t.carried(node.inputs[0]!)).dtype)]
}
