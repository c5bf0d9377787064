import type { RoundingMode } from '@q/ir'
import { shiftRight, shiftRightBig } from '@q/ir/number'

import { broadcastTo } from '../compute/broadcast.ts'
import { centred, codeLimits, largestOf } from '../compute/codes.ts'
import { checkSums, exactly, finishSum } from '../compute/exact-sums.ts'
import { perChannel, requantizerOf, wideRequantizerOf } from '../compute/requantizer.ts'
import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { around, flag, newResult, num, nums, operand, resultType, word, zeroPointOf } from '../operands.ts'

/** Adds the zero point of the result to what `valueOf` gives for each element, and saturates. */
function saturated(call: KernelCall, valueOf: (i: number) => number, zero = zeroPointOf(resultType(call))): Numbers {
  const [min, max] = codeLimits(resultType(call), flag(call, 'relu'), zero)
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = valueOf(i) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return y
}

/** The codes of an operand: without its zero point when that is no part of the sum. */
const taken = (call: KernelCall, index = 0): Numbers =>
  call.attrs['zeroPointInSum'] === false ? centred(operand(call, index)) : operand(call, index).data

/** Sums (or the difference) of codes, each brought to the scale of the result before, or all together after. */
const combined =
  (signs: readonly [number, number]): Kernel =>
  (call) => {
    const { shape } = resultType(call)
    const operands = call.inputs.flatMap((input, k) =>
      input === undefined ? [] : [{ k, x: broadcastTo(centred(input), input.type.shape, shape), sign: signs[k === 0 ? 0 : 1] }],
    )
    if (flag(call, 'requantizeSum')) return [sumRoundedOnce(call, operands)]
    return [sumOfRounded(call, operands)]
  }

/** An operand at its place, without its zero point, in the shape of the result. */
interface SumOperand {
  readonly k: number
  readonly x: Numbers
  readonly sign: number
}

/** Each operand brought to the scale of the result; in integers of any size where a double is too small for all of them together. */
function sumOfRounded(call: KernelCall, operands: readonly SumOperand[]): Numbers {
  const sums = new Float64Array(newResult(call).length)
  const sizes = new Float64Array(sums.length)
  for (const { k, x, sign } of operands) {
    const apply = requantizerOf(call, k)
    for (let i = 0; i < sums.length; i++) {
      const term = apply(x[i]!)
      sums[i] = sums[i]! + sign * term
      sizes[i] = sizes[i]! + Math.abs(term)
    }
  }
  const exactAt = (i: number): number =>
    Number(operands.reduce((total, { k, x, sign }) => total + BigInt(sign) * wideRequantizerOf(call, k)(BigInt(x[i]!)), 0n))
  return saturated(call, (i) => (sizes[i]! < 2 ** 53 ? sums[i]! : exactAt(i)))
}

/** All operands times their multipliers, shifted together; in integers of any size where a double is too small. */
function sumRoundedOnce(call: KernelCall, operands: readonly SumOperand[]): Numbers {
  const shift = perChannel(nums(call, 'shifts'), 0, 0)
  const rounding = word(call, 'rounding') as RoundingMode
  const factors = operands.map(({ k, sign }) => sign * perChannel(nums(call, 'multipliers'), k, 1))
  return saturated(call, (i) => {
    let sum = 0
    let size = 0
    operands.forEach(({ x }, k) => {
      sum += x[i]! * factors[k]!
      size += Math.abs(x[i]! * factors[k]!)
    })
    if (size < 2 ** 53) return shiftRight(sum, shift, rounding)
    const wide = operands.reduce((total, { x }, k) => total + BigInt(x[i]!) * BigInt(factors[k]!), 0n)
    return Number(shiftRightBig(wide, shift, rounding))
  })
}

export const qAdd = combined([1, 1])
export const qSub = combined([1, -1])

/** The larger or smaller of codes, each brought to the scale of the result before. */
const chosen =
  (choose: (a: number, b: number) => number): Kernel =>
  (call) => {
    const { shape } = resultType(call)
    const [a, b] = [0, 1].map((index) => broadcastTo(centred(operand(call, index)), operand(call, index).type.shape, shape)) as [
      Numbers,
      Numbers,
    ]
    const [first, second] = [requantizerOf(call, 0), requantizerOf(call, 1)]
    return [saturated(call, (i) => choose(first(a[i]!), second(b[i]!)))]
  }

export const qMax = chosen(Math.max)
export const qMin = chosen(Math.min)

/** Product of codes without their zero points, requantized. */
export const qMul: Kernel = (call) => {
  const { shape } = resultType(call)
  const [a, b] = [0, 1].map((index) => broadcastTo(centred(operand(call, index)), operand(call, index).type.shape, shape)) as [
    Numbers,
    Numbers,
  ]
  const apply = exactly(call)
  return [saturated(call, (i) => apply(a[i]!, b[i]!, 0))]
}

/** Numbers below zero by the first entry of the lists, others by the second or as they are. */
function bySign(call: KernelCall, factorOf: (i: number) => number): Numbers {
  const x = taken(call)
  const below = exactly(call)
  const isScaled = Math.max(nums(call, 'multipliers').length, nums(call, 'shifts').length) > 1
  const above = isScaled ? requantizerOf(call, 1) : (v: number): number => v
  const zero = call.attrs['zeroPointInSum'] === false ? zeroPointOf(resultType(call)) : 0
  return saturated(call, (i) => (x[i]! < 0 ? below(x[i]!, factorOf(i), 0) : above(x[i]!)), zero)
}

export const qLeakyRelu: Kernel = (call) => [bySign(call, () => 1)]

export const qPRelu: Kernel = (call) => {
  const slope = centred(operand(call, 1))
  const { size, inner } = around(operand(call, 0).type.shape, 1)
  return [bySign(call, (i) => slope[slope.length === 1 ? 0 : Math.floor(i / inner) % size]!)]
}

/** Codes times an integer scale plus an integer bias for each slice of axis 1, requantized, or shifted by an operand that holds left shifts. */
export const qAffine: Kernel = (call) => {
  const x = taken(call)
  const scale = centred(operand(call, 1))
  const bias = operand(call, 2)
  const shifts = call.inputs[3]?.data
  const isPlain = word(call, 'requantize') === 'none'
  checkSums(call, 1, largestOf(x), largestOf(scale))
  const { size, inner } = around(operand(call, 0).type.shape, 1)
  const finish = Array.from({ length: size }, (_, c) => {
    if (shifts === undefined || isPlain) return finishSum(call, c, bias, c)
    return finishSum({ ...call, attrs: { ...call.attrs, requantize: 'shift', shifts: [-shifts[c]!] } }, 0, bias, c)
  })
  return [
    saturated(call, (i) => {
      const c = Math.floor(i / inner) % size
      return finish[c]!(x[i]! * scale[c]!)
    }),
  ]
}

/** Code and number: sum or difference, then shift, ReLU, zero point; other ways of requantization come before the number. */
export const qAddConstant: Kernel = (call) => {
  const x = taken(call)
  const operation = word(call, 'operation')
  const sign = operation === 'subtract-from' ? -1 : 1
  const added = operation === 'subtract' ? -num(call, 'constant') : num(call, 'constant')
  const kind = word(call, 'requantize')
  if (kind === 'none' || kind === 'quantized-multiplier') {
    const apply = requantizerOf(call)
    const applyWide = wideRequantizerOf(call)
    return [
      saturated(call, (i) => {
        const scaled = sign * apply(x[i]!)
        if (Math.abs(scaled) + Math.abs(added) < 2 ** 53) return scaled + added
        return Number(BigInt(sign) * applyWide(BigInt(x[i]!)) + BigInt(added))
      }),
    ]
  }
  const multiplier = kind === 'shift' ? 1 : perChannel(nums(call, 'multipliers'), 0, 1)
  const shifted = { ...call, attrs: { ...call.attrs, requantize: 'shift' } }
  const apply = exactly(shifted)
  return [saturated(call, (i) => apply(sign * x[i]!, multiplier, added))]
}

/** The larger or smaller of each rescaled code and a number. */
export const qLimitConstant: Kernel = (call) => {
  const x = centred(operand(call, 0))
  const apply = requantizerOf(call)
  const constant = num(call, 'constant')
  const choose = word(call, 'operation') === 'max' ? Math.max : Math.min
  return [saturated(call, (i) => choose(apply(x[i]!), constant))]
}
