import type { Node } from '@q/ir'
import { carriedZero, centred, isByte, isCodeType, reach, saturated } from './codes.ts'
import { isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate, Translation } from './translator.ts'

/** Entry `i` of a list in which one entry stands for all. */
const entryOf = (list: readonly number[], i: number, otherwise: number) => (list.length === 1 ? list[0] : list[i]) ?? otherwise

const numbersOf = (node: Node, t: Translation, name: string) => t.attrs(node)[name] as readonly number[]

/**
 * `round((x - zero point) * m / 2^s) + lift`, half up: `floor(x * m / 2^s + (1/2 - zero point * m / 2^s)) + lift`. All numbers are
 * multiples of 2^-s (or whole) and small, so float32 is exact up to 24 bits and float64 beyond.
 */
function scaledTerm(t: Translation, name: string, multiplier: number, shift: number, dtype: 'f32' | 'f64', lift: number): string {
  const { build } = t
  const x = build.cast(t.carried(name), dtype)
  const type = build.typeOf(x)
  const zero = carriedZero(t.typeOf(name))
  const ratio = multiplier * 2 ** -shift
  const scaled = ratio === 1 ? x : build.node('Mul', [x, build.numbers(dtype, ratio)], type)
  const offset = lift - zero * ratio + (shift > 0 ? 0.5 : 0)
  const placed = offset === 0 ? scaled : build.node('Add', [scaled, build.numbers(dtype, offset)], type)
  return shift > 0 ? build.node('Floor', [placed], type) : placed
}

/** What a term is made of: the operand, its factor `m / 2^s`, and a whole number that joins it. */
interface Term {
  readonly name: string
  readonly multiplier: number
  readonly shift: number
  readonly lift: number
}

/** Largest `x * m`, shifted left where the shift is one to the left, of an operand as it travels and of its zero point. */
function productSize(t: Translation, { name, multiplier, shift }: Omit<Term, 'lift'>): number {
  return (reach(t, name) + 2 * Math.abs(carriedZero(t.typeOf(name)))) * Math.abs(multiplier) * 2 ** Math.max(0, -shift)
}

/**
 * The largest number counted in its smallest unit that terms and their sum ask for: while it is below 2^24 float32 is exact, below 2^53
 * float64. A term is a multiple of 2^-s before it is rounded, sums of terms are whole.
 */
function sumSize(t: Translation, terms: readonly Term[]): number {
  const unrounded = terms.map((term) => productSize(t, term) + (1 + Math.abs(term.lift)) * 2 ** Math.max(0, term.shift))
  const whole = terms.reduce((total, term) => total + productSize(t, term) * 2 ** -Math.max(0, term.shift) + 1 + Math.abs(term.lift), 0)
  return Math.max(whole, ...unrounded)
}

function combination(node: Node, t: Translation, op: 'Add' | 'Sub' | 'Max' | 'Min'): readonly string[] | undefined {
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const attrs = t.attrs(node)
  const multipliers = numbersOf(node, t, 'multipliers')
  const shifts = numbersOf(node, t, 'shifts')
  const operands = node.inputs as readonly string[]
  if (!operands.every((name) => isCodeType(t.typeOf(name).dtype)) || !isCodeType(type.dtype)) return undefined
  if (attrs['requantize'] !== 'multiplier-shift') return undefined
  const multiplier = (i: number) => entryOf(multipliers, i, 1)
  const shift = (i: number) => entryOf(shifts, i, 0)
  if (attrs['requantizeSum'] === true) {
    const bound = operands.reduce((total, name, i) => total + reach(t, name) * Math.abs(multiplier(i)), 0)
    const r = requantizationOf({ ...attrs, requantize: 'shift', multipliers: [], shifts: [shift(0)] }, [bound])
    if (!isExactInDouble(r, type)) return undefined
    const terms = operands.map((name, i) => scaledTerm(t, name, multiplier(i), 0, 'f64', 0))
    return [
      requantized(
        build,
        terms.reduce((left, right) => build.node(op, [left, right], { dtype: 'f64', shape: type.shape })),
        type,
        r,
        -1,
      ),
    ]
  }
  if (attrs['rounding'] !== 'half-up' && operands.some((_, i) => shift(i) > 0)) return undefined
  // The zero point of the result joins the first term of a sum, and what is compared all.
  const isSum = op === 'Add' || op === 'Sub'
  const lift = (i: number) => (i === 0 || !isSum ? carriedZero(type) : 0)
  const size = sumSize(
    t,
    operands.map((name, i) => ({ name, multiplier: multiplier(i), shift: shift(i), lift: lift(i) })),
  )
  if (size >= 2 ** 52) return undefined
  const dtype = size < 2 ** 24 ? 'f32' : 'f64'
  const total = operands
    .map((name, i) => scaledTerm(t, name, multiplier(i), shift(i), dtype, lift(i)))
    .reduce((left, right) => build.node(op, [left, right], { dtype, shape: type.shape }))
  return [saturated(build, total, type, attrs['relu'] === true, true)]
}

export const translateQAdd: Translate = (node, t) => linearAdd(node, t) ?? combination(node, t, 'Add')
export const translateQSub: Translate = (node, t) => combination(node, t, 'Sub')
export const translateQMax: Translate = (node, t) => combination(node, t, 'Max')
export const translateQMin: Translate = (node, t) => combination(node, t, 'Min')

/** One fused kernel, within one step of the two separately rounded terms. */
function linearAdd(node: Node, t: Translation): readonly string[] | undefined {
  const type = t.typeOf(node.outputs[0]!)
  const multipliers = numbersOf(node, t, 'multipliers')
  const shifts = numbersOf(node, t, 'shifts')
  const operands = node.inputs as readonly string[]
  const bytes = operands.every((name) => isByte(t.typeOf(name).dtype)) && isByte(type.dtype) && type.quant?.saturate === undefined
  if (t.precision !== 'fast' || operands.length !== 2 || multipliers.length !== 2 || shifts.length !== 2 || !bytes) return undefined
  if (t.attrs(node)['requantize'] !== 'multiplier-shift' || t.attrs(node)['requantizeSum'] === true) return undefined
  const { build } = t
  const factors = operands.flatMap((name, i) => [
    t.carried(name),
    build.numbers('f32', multipliers[i]! * 2 ** -shifts[i]!),
    build.numbers('u8', carriedZero(t.typeOf(name))),
  ])
  const zero = carriedZero(type)
  const y = build.node('com.microsoft.QLinearAdd', [...factors, build.numbers('f32', 1), build.numbers('u8', zero)], {
    dtype: 'u8',
    shape: type.shape,
  })
  return [
    node.attrs['relu'] === true && zero > 0 ? build.node('Clip', [y, build.numbers('u8', zero)], { dtype: 'u8', shape: type.shape }) : y,
  ]
}

export const translateQMul: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const operands = node.inputs as readonly string[]
  if (!operands.every((name) => isByte(t.typeOf(name).dtype)) || !isCodeType(type.dtype)) return undefined
  const r = requantizationOf(t.attrs(node), [reach(t, operands[0]!) * reach(t, operands[1]!)])
  if (!isExactInDouble(r, type)) return undefined
  const product = build.node(
    'Mul',
    operands.map((name) => centred(build, t.carried(name), t.typeOf(name), 'f32')),
    { dtype: 'f32', shape: type.shape },
  )
  return [requantized(build, product, type, r, 1)]
}
