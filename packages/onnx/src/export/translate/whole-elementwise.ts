import type { Node, TensorType } from '@q/ir'
import { isCodeType, takenZero, zeroPointOf } from './codes.ts'
import { requantizationRows } from './requantization-rows.ts'
import { beyond, factorsOf, rescaledWhole, type WholeFactors } from './rescale-whole.ts'
import type { Translate, Translation } from './translator.ts'
import { clampedFrom, entry, limited, magnitude, plus, saturatedWhole, type Whole, wholeCodes, withConstant } from './whole-numbers.ts'

const onCodes = (t: Translation, ...names: readonly (string | undefined)[]): boolean =>
  names.every((name) => name !== undefined && isCodeType(t.typeOf(name).dtype))

const resultOf = (node: Node, t: Translation): TensorType => t.typeOf(node.outputs[0]!)

function finished(node: Node, t: Translation, y: Whole | undefined, zero?: number): readonly string[] | undefined {
  const code = y && saturatedWhole(t.build, y, resultOf(node, t), t.attrs(node)['relu'] === true, zero)
  return code === undefined ? undefined : [code]
}

type Combination = 'Add' | 'Sub' | 'Max' | 'Min'

/** Sum, difference, the larger or the smaller of two whole numbers; operands may broadcast. */
function combined(t: Translation, op: Combination, a: Whole, b: Whole, shape: readonly number[]): Whole {
  if (op === 'Max' || op === 'Min') return chosen(t, op, a, b, shape)
  return { id: t.build.node(op, [a.id, b.id], { dtype: 'i64', shape }), most: [largest(a) + largest(b)] }
}

/** The larger or the smaller of two whole numbers, by a comparison: the runtime's own looks at their lower 32 bits on some processors. */
function chosen({ build }: Translation, op: 'Max' | 'Min', a: Whole, b: Whole, shape: readonly number[]): Whole {
  const isA = build.node(op === 'Max' ? 'Greater' : 'Less', [a.id, b.id], { dtype: 'bool', shape })
  const most = largest(a) > largest(b) ? largest(a) : largest(b)
  return { id: build.node('Where', [isA, a.id, b.id], { dtype: 'i64', shape }), most: [most] }
}

const largest = ({ most }: Whole): bigint => most.reduce((a, b) => (a > b ? a : b))
const fits = (v: Whole): boolean => v.most.every((most) => most < beyond)

const combination =
  (op: Combination): Translate =>
  (node, t) => {
    const attrs = t.attrs(node)
    const operands = node.inputs as readonly string[]
    const { shape } = resultOf(node, t)
    if (!onCodes(t, ...operands, node.outputs[0])) return undefined
    const once = attrs['requantizeSum'] === true
    const factors = (k: number): WholeFactors =>
      once ? { ...factorsOf(attrs, k), kind: 'multiplier-shift', shifts: [0] } : factorsOf(attrs, k)
    const terms = operands.map((name, k) => rescaledWhole(t.build, wholeCodes(t, name), factors(k), 0))
    if (!terms.every((term) => term !== undefined)) return undefined
    const total = terms.reduce((a, b) => combined(t, op, a, b, shape))
    if (!fits(total)) return undefined
    if (!once) return finished(node, t, total)
    const { shifts, rounding } = factorsOf(attrs, 0)
    const shift = { kind: 'shift', multipliers: [1n], shifts, rounding }
    return finished(node, t, rescaledWhole(t.build, total, shift, 0, clampedFrom(resultOf(node, t))))
  }

/** Sums of codes of any type, each brought to the scale of the result by any rounding. */
export const translateWholeAdd: Translate = combination('Add')
/** Differences in the same way. */
export const translateWholeSub: Translate = combination('Sub')
/** The larger of codes in the same way. */
export const translateWholeMax: Translate = combination('Max')
/** The smaller of codes in the same way. */
export const translateWholeMin: Translate = combination('Min')

export const translateWholeMul: Translate = (node, t) => {
  const [a, b] = node.inputs as [string, string]
  const type = resultOf(node, t)
  if (!onCodes(t, a, b, node.outputs[0])) return undefined
  const [left, right] = [wholeCodes(t, a), wholeCodes(t, b)]
  const most = [largest(left) * largest(right)]
  const product: Whole = { id: t.build.node('Mul', [left.id, right.id], { dtype: 'i64', shape: type.shape }), most }
  if (!fits(product)) return undefined
  return finished(node, t, rescaledWhole(t.build, product, factorsOf(t.attrs(node), 0), 0, clampedFrom(type)))
}

export const translateWholeRequantize: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = resultOf(node, t)
  const attrs = t.attrs(node)
  const factors = factorsOf(attrs)
  const { shape } = t.typeOf(x)
  const axis = frontOf(Number(attrs['axis']), shape)
  const slices = Math.max(factors.multipliers.length, factors.shifts.length)
  if (!onCodes(t, x) || !(isCodeType(type.dtype) || type.dtype === 'i64') || (slices > 1 && slices !== shape[axis])) return undefined
  return finished(node, t, rescaledWhole(t.build, wholeCodes(t, x), factors, axis, clampedFrom(type)))
}

/** A zero point of each slice is added before clamping to the codes, which the type's own zero point then says nothing about. */
export const translateWholeRequantizeAxis: Translate = (node, t) => {
  const [x, parameters] = node.inputs as [string, string]
  const type = resultOf(node, t)
  const attrs = t.attrs(node)
  const { shape } = t.typeOf(x)
  const axis = frontOf(Number(attrs['axis']), shape)
  const rows = requantizationRows(t, parameters)
  if (rows === undefined) return undefined
  if (!onCodes(t, x, node.outputs[0]) || rows.length !== shape[axis]) return undefined
  const zeros = rows.map(({ zeroPoint }) => zeroPoint)
  const factors = {
    kind: String(attrs['requantize']),
    rounding: String(attrs['rounding']),
    multipliers: rows.map(({ multiplier }) => BigInt(multiplier)),
    shifts: rows.map(({ shift }) => shift),
  }
  const furthest = zeros.map((zero) => clampedFrom(type, zero)!).reduce((a, b) => (a > b ? a : b))
  const scaled = rescaledWhole(t.build, wholeCodes(t, x, zeroPointOf(t.typeOf(x))), factors, axis, furthest)
  if (scaled === undefined || !fits(scaled)) return undefined
  const active = attrs['relu'] === true ? limited(t.build, scaled.id, 'above', [0n], axis) : scaled.id
  const placed = plus(t.build, { id: active, most: scaled.most }, zeros.map(BigInt), axis)
  const y = saturatedWhole(t.build, placed, type, false, 0)
  return y === undefined ? undefined : [y]
}

export const translateWholeAddConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const type = resultOf(node, t)
  const attrs = t.attrs(node)
  const constant = Number(attrs['constant'])
  if (!onCodes(t, x, node.outputs[0]) || !Number.isSafeInteger(constant)) return undefined
  const codes = wholeCodes(t, x, takenZero(t, node, x))
  const sign = attrs['operation'] === 'subtract-from' ? -1n : 1n
  const added = BigInt(attrs['operation'] === 'subtract' ? -constant : constant)
  const signed = (v: Whole): Whole => ({ id: withConstant(t.build, 'Mul', v.id, [sign], 0), most: v.most })
  const factors = factorsOf(attrs, 0)
  if (factors.kind === 'none' || factors.kind === 'quantized-multiplier') {
    const scaled = rescaledWhole(t.build, codes, factors, 0)
    return scaled && finished(node, t, plus(t.build, signed(scaled), [added], 0))
  }
  const multiplier = factors.kind === 'shift' ? 1n : factors.multipliers[0]!
  const product: Whole = {
    id: withConstant(t.build, 'Mul', signed(codes).id, [multiplier], 0),
    most: [largest(codes) * magnitude(multiplier)],
  }
  const total = plus(t.build, product, [added], 0)
  return fits(total) ? finished(node, t, rescaledWhole(t.build, total, { ...factors, kind: 'shift' }, 0, clampedFrom(type))) : undefined
}

export const translateWholeLimitConstant: Translate = (node, t) => {
  const x = node.inputs[0]!
  const attrs = t.attrs(node)
  const constant = Number(attrs['constant'])
  if (!onCodes(t, x, node.outputs[0]) || !Number.isSafeInteger(constant)) return undefined
  const scaled = rescaledWhole(t.build, wholeCodes(t, x), factorsOf(attrs, 0), 0)
  if (scaled === undefined) return undefined
  const id = limited(t.build, scaled.id, attrs['operation'] === 'max' ? 'above' : 'below', [BigInt(constant)], 0)
  return finished(node, t, { id, most: [largest(scaled) + magnitude(BigInt(constant))] })
}

/** Numbers below zero by a slope and the first entry of the lists, others by the second entry or as they are. */
function bySign(node: Node, t: Translation, slopes: readonly bigint[]): readonly string[] | undefined {
  const x = node.inputs[0]!
  const type = resultOf(node, t)
  const attrs = t.attrs(node)
  const shape = t.typeOf(x).shape
  if (!onCodes(t, x, node.outputs[0]) || (slopes.length !== 1 && slopes.length !== shape[1])) return undefined
  const { build } = t
  const isTaken = attrs['zeroPointInSum'] === false
  const d = wholeCodes(t, x, takenZero(t, node, x))
  const sloped: Whole = {
    id: withConstant(build, 'Mul', d.id, slopes, 1),
    most: slopes.map((slope) => largest(d) * magnitude(slope)),
  }
  const isScaled = Math.max((attrs['multipliers'] as readonly number[]).length, (attrs['shifts'] as readonly number[]).length) > 1
  const below = fits(sloped) ? rescaledWhole(build, sloped, factorsOf(attrs, 0), 1) : undefined
  const above = isScaled ? rescaledWhole(build, d, factorsOf(attrs, 1), 1) : d
  if (below === undefined || above === undefined) return undefined
  const isBelow = build.node('Less', [d.id, build.numbers('i64', 0)], { dtype: 'bool', shape })
  const id = build.node('Where', [isBelow, below.id, above.id], { dtype: 'i64', shape })
  return finished(node, t, { id, most: [largest(below) + largest(above)] }, isTaken ? zeroPointOf(type) : 0)
}

export const translateWholeLeakyRelu: Translate = (node, t) => bySign(node, t, [1n])

export const translateWholePRelu: Translate = (node, t) => {
  const slopes = centredConstant(t, node.inputs[1]!)
  return slopes && bySign(node, t, slopes)
}

/** The numbers of a constant without their zero points, which differ along axis 1 at most. */
function centredConstant(t: Translation, name: string): readonly bigint[] | undefined {
  const { constant, type } = t.valueOf(name)
  if (constant === undefined || !isCodeType(type.dtype)) return undefined
  const { axis, zeroPoints, zeroPoint = 0 } = type.quant ?? {}
  const isSliced = axis !== undefined && zeroPoints !== undefined
  if (isSliced && zeroPoints.length !== 1 && zeroPoints.length !== constant.data.length) return undefined
  return Array.from(constant.data as Int32Array, (code, i) => BigInt(code) - BigInt(isSliced ? entry(zeroPoints, i) : zeroPoint))
}

export const translateWholeAffine: Translate = (node, t) => {
  const [x, scale, bias, shift] = node.inputs as [string, string, string, string?]
  const type = resultOf(node, t)
  const attrs = t.attrs(node)
  const channels = t.typeOf(x).shape[1] ?? 1
  const factors = centredConstant(t, scale)
  const addends = t.valueOf(bias).constant
  const shifts = shift === undefined ? undefined : t.valueOf(shift).constant
  if (!onCodes(t, x, node.outputs[0]) || factors?.length !== channels || addends?.data.length !== channels) return undefined
  if (shift !== undefined && shifts?.data.length !== channels) return undefined
  const codes = wholeCodes(t, x, takenZero(t, node, x))
  const product: Whole = {
    id: withConstant(t.build, 'Mul', codes.id, factors, 1),
    most: factors.map((factor) => largest(codes) * magnitude(factor)),
  }
  const total = plus(t.build, product, Array.from(addends.data as Int32Array, BigInt), 1)
  if (!fits(product) || !fits(total)) return undefined
  const own = factorsOf(attrs)
  const isShifted = shifts !== undefined && own.kind !== 'none'
  const last = isShifted ? { ...own, kind: 'shift', shifts: Array.from(shifts.data as Int32Array, (each) => -each) } : own
  return finished(node, t, rescaledWhole(t.build, total, last, 1, clampedFrom(type)))
}

const frontOf = (axis: number, { length }: readonly number[]): number => (axis < 0 ? axis + length : axis)
