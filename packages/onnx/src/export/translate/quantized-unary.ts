import type { Node } from '@q/ir'
import { carrierOf, shiftOf } from '../onnx/carriers.ts'
import { byByteTable, scaleInteger, scaleIntegerBy, toCode } from './byte-table.ts'
import { centred, codeLimits, hasSlicedZeros, isByte, isCodeType, reach, takenZero, zeroPointOf } from './codes.ts'
import { requantizationRows } from './requantization-rows.ts'
import type { Requantization } from './requantize-sums.ts'
import { isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate, Translation } from './translator.ts'

export const translateRequantize: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (!isCodeType(from.dtype) || !isCodeType(type.dtype)) return undefined
  const slices = Math.max(1, (attrs['multipliers'] as readonly number[]).length, (attrs['shifts'] as readonly number[]).length)
  const given = Number(attrs['axis'])
  const axis = given < 0 ? given + from.shape.length : given
  if (slices > 1 && slices !== from.shape[axis]) return undefined
  if (isByte(from.dtype)) {
    if (slices > 1 && axis !== 1) return undefined
    const scales = Array.from({ length: slices }, (_, c) => scaleIntegerBy(attrs, c))
    const code = toCode(type, attrs['relu'] === true)
    return [byByteTable(t, x, type, (each, c) => code(scales[c]!(each - zeroPointOf(from))), slices)]
  }
  const r = requantizationOf(attrs, [reach(t, x)])
  if (!isExactInDouble(r, type)) return undefined
  const sums = zeroPointOf(from) === 0 ? t.carried(x) : centred(t.build, t.carried(x), from, 'f64')
  return [requantized(t.build, sums, type, r, axis)]
}

export const translateRequantizeAxis: Translate = (node, t) => {
  const [x, parameters] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const rows = requantizationRows(t, parameters!)
  const axis = Number(attrs['axis'])
  const at = axis < 0 ? axis + from.shape.length : axis
  if (rows === undefined) return undefined
  if (rows.length !== from.shape[at] || zeroPointOf(from) !== 0 || from.dtype !== 'i32' || !isCodeType(type.dtype)) return undefined
  if (rows.some(({ zeroPoint }) => zeroPoint !== zeroPointOf(type))) return undefined
  const r: Requantization = {
    kind: String(attrs['requantize']),
    multipliers: rows.map(({ multiplier }) => multiplier),
    shifts: rows.map(({ shift }) => shift),
    rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true,
    bounds: [reach(t, x!)],
  }
  return isExactInDouble(r, type) ? [requantized(t.build, t.carried(x!), type, r, at)] : undefined
}

export const translateQAddConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const constant = Number(attrs['constant'])
  if (!isByte(t.typeOf(x).dtype) || !isCodeType(type.dtype) || Math.abs(constant) >= 2 ** 52) return undefined
  const zero = takenZero(t, node, x)
  const code = toCode(type, attrs['relu'] === true)
  const sign = attrs['operation'] === 'subtract-from' ? -1 : 1
  const added = attrs['operation'] === 'subtract' ? -constant : constant
  const kind = String(attrs['requantize'])
  if (kind === 'none' || kind === 'quantized-multiplier') {
    const scale = scaleIntegerBy(attrs)
    return [byByteTable(t, x, type, (each) => code(sign * scale(each - zero) + added))]
  }
  const multiplier = kind === 'shift' ? 1 : ((attrs['multipliers'] as readonly number[])[0] ?? 1)
  const scale = scaleIntegerBy({ ...attrs, requantize: 'shift' })
  return [byByteTable(t, x, type, (each) => code(scale(sign * (each - zero) * multiplier + added)))]
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

/** Numbers below zero by the first entry of the lists and a slope, others by the second entry or as they are. */
function bySign(node: Node, t: Translation, slopes: readonly number[]): readonly string[] | undefined {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  if (!isByte(from.dtype) || !isCodeType(type.dtype) || (slopes.length !== 1 && slopes.length !== from.shape[1])) return undefined
  const isTaken = attrs['zeroPointInSum'] === false
  const zero = takenZero(t, node, x)
  const below = scaleIntegerBy(attrs)
  const isScaled = Math.max((attrs['multipliers'] as readonly number[]).length, (attrs['shifts'] as readonly number[]).length) > 1
  const above = isScaled ? scaleIntegerBy(attrs, 1) : (v: number): number => v
  const code = toCode(type, attrs['relu'] === true, isTaken ? zeroPointOf(type) : 0)
  const result = (d: number, c: number): number => code(d < 0 ? below(d * slopes[c]!) : above(d))
  return [byByteTable(t, x, type, (each, c) => result(each - zero, c), slopes.length)]
}

export const translateQLeakyRelu: Translate = (node, t) => bySign(node, t, [1])

export const translateQPRelu: Translate = (node, t) => {
  const slope = t.valueOf(node.inputs[1]!)
  if (slope.constant === undefined || hasSlicedZeros(slope.type)) return undefined
  const zero = zeroPointOf(slope.type)
  return bySign(
    node,
    t,
    Array.from(slope.constant.data as Int8Array, (each) => each - zero),
  )
}

export const translateQAffine: Translate = (node, t) => {
  const [x, scale, bias, shift] = node.inputs
  const from = t.typeOf(x!)
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const numbersOf = (name: string | undefined) => {
    const data = name === undefined ? undefined : t.valueOf(name).constant?.data
    return data === undefined ? undefined : Array.from(data as Int32Array, Number)
  }
  const [factors, biases, shifts] = [scale, bias, shift].map(numbersOf)
  const channels = from.shape[1] ?? 1
  if (!isByte(from.dtype) || !isCodeType(type.dtype) || hasSlicedZeros(t.typeOf(scale!))) return undefined
  if (factors?.length !== channels || biases?.length !== channels || biases.some((each) => Math.abs(each) >= 2 ** 52)) return undefined
  if (shift !== undefined && shifts?.length !== channels) return undefined
  const zero = takenZero(t, node, x!)
  const factorZero = zeroPointOf(t.typeOf(scale!))
  const code = toCode(type, attrs['relu'] === true)
  const isShifted = shifts !== undefined && attrs['requantize'] !== 'none'
  const scales = Array.from({ length: channels }, (_, c) =>
    isShifted ? scaleInteger('shift', 1, -shifts[c]!, String(attrs['rounding'])) : scaleIntegerBy(attrs, c),
  )
  return [byByteTable(t, x!, type, (each, c) => code(scales[c]!((each - zero) * (factors[c]! - factorZero) + biases[c]!)), channels)]
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
  const from = t.typeOf(x)
  if (holds === undefined || !isCodeType(from.dtype) || !isCodeType(type.dtype)) return undefined
  if (isByte(from.dtype)) return [byByteTable(t, x, type, (each) => (holds(each, constant) ? 1 : 0))]
  const { build } = t
  const bool = { dtype: 'bool', shape: type.shape } as const
  const operands = [build.cast(t.carried(x), 'f64'), build.numbers('f64', constant)]
  const test =
    operation === 'NotEqual' ? build.node('Not', [build.node('Equal', operands, bool)], bool) : build.node(operation, operands, bool)
  const truth = build.cast(test, 'i32')
  const shift = shiftOf(type.dtype)
  const placed = shift === 0 ? truth : build.node('Add', [truth, build.numbers('i32', shift)], build.typeOf(truth))
  return [build.cast(placed, carrierOf(type))]
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
          [x, build.numbers(carried.dtype, shift), build.numbers(carried.dtype, Math.min(codeLimits(type)[1], Math.floor(limit)) + shift)],
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
