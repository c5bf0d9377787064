import type { DType, RoundingMode } from '@q/ir'
import { hasCodeLimits } from '@q/ir/graph'
import { type Bf16Style, decodeBf16, encodeBf16, roundBf16, roundF16, roundTo, saturate, truncatingBf16, wrapperTo } from '@q/ir/number'
import { codeLimits } from '../compute/codes.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { flag, newResult, operand, resultType, word } from '../operands.ts'

/** Rounds a number to a float type. */
function rounderTo(dtype: DType, bf16: Bf16Style): (x: number) => number {
  if (dtype === 'f16') return roundF16
  if (dtype === 'bf16') return (x) => roundBf16(x, bf16)
  return Math.fround
}

/** The narrower float type that a float32 cast goes through. */
const throughOf = ({ attrs }: KernelCall): DType | undefined => attrs['through'] as DType | undefined

const cutToBf16 = (x: number): number => decodeBf16(encodeBf16(x, truncatingBf16))

/** The scale and zero point of each element of a tensor. */
function paramsOf(call: KernelCall, which: 'operand' | 'result'): (i: number) => { readonly scale: number; readonly zero: number } {
  const type = which === 'operand' ? operand(call, 0).type : resultType(call)
  const { quant, shape } = type
  const { axis, scales, zeroPoints } = quant ?? {}
  if (axis === undefined || scales === undefined) {
    const all = { scale: quant?.scale ?? 1, zero: quant?.zeroPoint ?? 0 }
    return () => all
  }
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  const each = scales.map((scale, c) => ({ scale, zero: zeroPoints?.[c] ?? quant?.zeroPoint ?? 0 }))
  return (i) => each[Math.floor(i / inner) % each.length]!
}

/**
 * Float to codes; the float type of `x` decides in which precision the quotient is made. A bfloat16 operand that was left
 * unrounded is rounded first, a float16 one is taken as it is (TPU-MLIR 1.30.2 behaviour).
 */
export const quantizeLinear: Kernel = (call) => {
  const x = operand(call, 0)
  const through = throughOf(call)
  const round = rounderTo(through ?? x.type.dtype, call.bf16)
  const enter = through !== undefined ? cutToBf16 : x.type.dtype === 'bf16' ? round : undefined
  const isHost = flag(call, 'hostScale')
  const rounding = word(call, 'rounding') as RoundingMode
  const { dtype } = resultType(call)
  const [min, max] = codeLimits(resultType(call), false)
  const params = paramsOf(call, 'result')
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const { scale, zero } = params(i)
    const factor = round(1 / (isHost ? Math.fround(scale) : scale))
    const quotient = round((enter === undefined ? x.data[i]! : enter(x.data[i]!)) * factor)
    const code = roundTo(quotient, rounding) + zero
    y[i] = hasCodeLimits(dtype) ? (code >= max ? max : code > min ? code : min) : code
  }
  return [y]
}

/** Codes to float, in the precision of the result. */
export const dequantizeLinear: Kernel = (call) => {
  const x = operand(call, 0).data
  const round = rounderTo(throughOf(call) ?? resultType(call).dtype, call.bf16)
  const params = paramsOf(call, 'operand')
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const { scale, zero } = params(i)
    y[i] = round(round(scale) * round(x[i]! - zero))
  }
  return [y]
}

/**
 * Between element types without scales. A 16-bit float made from another float is rounded, except from the other 16-bit
 * type: TPU-MLIR 1.30.2 copies f16 to bf16 as it is.
 */
export const cast: Kernel = (call) => {
  const x = operand(call, 0)
  const to = resultType(call).dtype
  const y = newResult(call)
  const wanted = word(call, 'to')
  if (!hasCodeLimits(wanted as DType)) {
    const half = x.type.dtype === 'f16' || x.type.dtype === 'bf16'
    const round = half || wanted === 'f32' ? Math.fround : rounderTo(wanted as DType, call.bf16)
    for (let i = 0; i < y.length; i++) y[i] = round(x.data[i]!)
    return [y]
  }
  const rounding = word(call, 'rounding') as RoundingMode
  const fitted = wanted !== to && wanted !== 'i32' ? wrapperTo(wanted as DType) : (v: number) => v
  for (let i = 0; i < y.length; i++) {
    const v = fitted(roundTo(x.data[i]!, rounding))
    y[i] = hasCodeLimits(to) ? saturate(v, to) : v
  }
  return [y]
}
