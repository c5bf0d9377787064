import { QError } from '@q/ir'
import type { KernelCall, Operand } from '../kernel.ts'
import { resultType } from '../operands.ts'
import { requantizerOf, wideRequantizerOf } from './requantizer.ts'

/**
 * Checks that sums of `terms` products are exact in doubles: no partial sum reaches 2^52, and a bias below that can be added.
 *
 * @throws QError `SUM_TOO_LARGE`
 */
export function checkSums(call: KernelCall, terms: number, left: number, right: number): void {
  const bound = terms * left * right
  if (bound < 2 ** 52) return
  throw new QError('SUM_TOO_LARGE', 'the sums of this node may be larger than can be added exactly', {
    at: [call.node.outputs[0]!],
    found: `${terms} products of numbers up to ${left} and ${right}`,
    wanted: 'a sum below 2^52',
    hint: 'use narrower codes, or fewer of them in one sum',
  })
}

/** How the sums of a channel become codes: bias, requantization; zero point and saturation are left to the caller. */
export type FinishSum = (sum: number) => number

/**
 * What a kernel does with the sums of channel `i`: adds `bias[at]` and requantizes, exactly even where the bias has more
 * digits than a double.
 */
export function finishSum(call: KernelCall, i: number, bias: Operand | undefined, at: number): FinishSum {
  const wide = bias?.exact?.[at]
  if (wide !== undefined) {
    const apply = wideRequantizerOf(call, i)
    return (sum) => checkResult(call, Number(apply(BigInt(sum) + wide)))
  }
  const added = bias?.data[at] ?? 0
  const apply = requantizerOf(call, i)
  if (Math.abs(added) < 2 ** 52) return (sum) => apply(sum + added)
  const applyWide = wideRequantizerOf(call, i)
  return (sum) => {
    const total = sum + added
    return Number.isSafeInteger(total) ? apply(total) : checkResult(call, Number(applyWide(BigInt(sum) + BigInt(added))))
  }
}

/** A 64-bit result beyond 2^53 cannot be carried on as a double; narrower ones saturate. */
function checkResult(call: KernelCall, result: number): number {
  const { dtype } = resultType(call)
  if ((dtype === 'i64' || dtype === 'u64') && !Number.isSafeInteger(result)) checkSums(call, 1, Math.abs(result), 1)
  return result
}

/** `apply(a * b + c)`, the product and the sum exact in integers of any size. */
export function exactly(call: KernelCall, i = 0): (a: number, b: number, c: number) => number {
  const apply = requantizerOf(call, i)
  const applyWide = wideRequantizerOf(call, i)
  return (a, b, c) => {
    const product = a * b
    const sum = product + c
    if (Math.abs(product) < 2 ** 53 && Math.abs(sum) < 2 ** 53) return apply(sum)
    return Number(applyWide(BigInt(a) * BigInt(b) + BigInt(c)))
  }
}
