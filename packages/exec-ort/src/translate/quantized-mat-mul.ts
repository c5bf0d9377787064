import { elementCount } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import { reshaped } from './finish.ts'
import { productOperands, productResult, productShape } from './float-mat-mul.ts'
import { codeRange, isExactInDouble, requantized } from './quantized-sum.ts'
import { reach, weightOperand } from './quantized-window.ts'
import type { Translate, Translation } from './translator.ts'

export const translateQMatMul: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const [a, b, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  if (attrs['requantize'] !== 'multiplier-shift' && attrs['requantize'] !== 'none') return undefined
  const left = operand(t, a!)
  const right = operand(t, b!)
  if (left === undefined || right === undefined) return undefined
  const [m, n] = productOperands(build, attrs, left.name, right.name)
  const inner = build.typeOf(m).shape.at(-1)!
  const shape = productShape(build.typeOf(m).shape, build.typeOf(n).shape)
  const columns = shape.at(-1)!
  const biases = bias === undefined ? undefined : (t.valueOf(bias).constant?.data as Int32Array | undefined)
  if (bias !== undefined && (biases === undefined || biases.length !== columns)) return undefined
  const bound = inner * left.reach * right.reach + (biases === undefined ? 0 : biases.reduce((most, each) => Math.max(most, Math.abs(each)), 0))
  if (bound >= 2 ** 31) return undefined
  const sums = build.node('MatMulInteger', [m, n, build.numbers(left.dtype, left.zero), build.numbers(right.dtype, right.zero)], { dtype: 'i32', shape })
  if (attrs['requantize'] === 'none') {
    if (attrs['relu'] === true) return undefined
    t.setBound(node.outputs[0]!, bound)
    const shifted = bias === undefined ? sums : build.node('Add', [sums, reshaped(build, t.carried(bias), [columns])], { dtype: 'i32', shape })
    return [productResult(build, attrs, shifted, type.shape)]
  }
  const r = {
    multipliers: attrs['multipliers'] as readonly number[],
    shifts: attrs['shifts'] as readonly number[],
    rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true,
    bound,
    ...(biases === undefined ? {} : { bias: biases }),
  }
  if (!isExactInDouble(r)) return undefined
  return [productResult(build, attrs, requantized(build, sums, type, r, shape.length - 1), type.shape)]
}

interface ProductOperand {
  readonly name: string
  readonly dtype: 'i8' | 'u8'
  readonly zero: number
  readonly reach: number
}

/** A factor: codes as they travel, or a constant in the storage that is exact here. */
function operand(t: Translation, name: string): ProductOperand | undefined {
  const value = t.valueOf(name)
  const { dtype, quant, shape } = value.type
  if (dtype !== 'i8' && dtype !== 'u8') return undefined
  if (shape.length < 2) return undefined
  if (value.constant !== undefined) {
    const weight = weightOperand(t, value.constant, t.kernels.matMul)
    return { name: weight.name, dtype: weight.dtype, zero: weight.zero, reach: largest(value.constant.data as Int8Array) }
  }
  if (elementCount(shape) === 0) return undefined
  codeRange(dtype)
  return { name: t.carried(name), dtype: 'u8', zero: (quant?.zeroPoint ?? 0) + shiftOf(dtype), reach: reach(t, name) }
}

function largest(codes: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < codes.length; i++) most = Math.max(most, Math.abs(codes[i]!))
  return most
}
