import { shiftOf } from '../onnx/carriers.ts'
import { hasSlicedZeros, isByte, reach, takenZero, zeroPointOf } from './codes.ts'
import { productOperands, productResult, productShape } from './float-mat-mul.ts'
import { largestCode, largestMagnitude, weightOperand } from './integer-weights.ts'
import { biased, isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate, Translation } from './translator.ts'

/** The zero point of `b` is taken off, that of `a` as the operator says. */
export const translateQMatMul: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const [a, b, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const left = factor(t, a!, takenZero(t, node, a!))
  const right = factor(t, b!, zeroPointOf(t.typeOf(b!)))
  if (left === undefined || right === undefined) return undefined
  const [m, n] = productOperands(build, attrs, left.name, right.name)
  const inner = build.typeOf(m).shape.at(-1)!
  const shape = productShape(build.typeOf(m).shape, build.typeOf(n).shape)
  const columns = shape.at(-1)!
  const given = bias === undefined ? undefined : t.valueOf(bias).constant
  if (bias !== undefined && (given === undefined || columns % given.data.length !== 0)) return undefined
  const offsets =
    given === undefined ? undefined : Float64Array.from({ length: columns }, (_, i) => Number(given.data[i % given.data.length]))
  const r = requantizationOf(attrs, [inner * left.reach * right.reach], offsets)
  const most = r.bounds[0]! + (offsets === undefined ? 0 : largestMagnitude(offsets))
  if (most >= 2 ** 31) return undefined
  const sums = build.node('MatMulInteger', [m, n, build.numbers(left.dtype, left.zero), build.numbers(right.dtype, right.zero)], {
    dtype: 'i32',
    shape,
  })
  if (r.kind === 'none') {
    if (type.dtype !== 'i32') return undefined
    const summed = offsets === undefined ? sums : biased(build, sums, offsets, shape.length - 1)
    const active = r.relu ? build.node('Max', [summed, build.numbers('i32', 0)], { dtype: 'i32', shape }) : summed
    return [productResult(build, attrs, active, type.shape)]
  }
  if (!isExactInDouble(r, type)) return undefined
  return [productResult(build, attrs, requantized(build, sums, type, r, shape.length - 1), type.shape)]
}

interface Factor {
  readonly name: string
  readonly dtype: 'i8' | 'u8'
  readonly zero: number
  readonly reach: number
}

/** A factor: codes as they travel, or a constant in the storage that is exact here; `zero` is what is taken off. */
function factor(t: Translation, name: string, zero: number): Factor | undefined {
  const { type, constant } = t.valueOf(name)
  if (!isByte(type.dtype) || type.shape.length < 2 || hasSlicedZeros(type)) return undefined
  if (constant !== undefined && zero === 0) {
    const weight = weightOperand(t, constant, t.kernels.matMul)
    return { ...weight, reach: largestCode(constant) }
  }
  return {
    name: t.carried(name),
    dtype: 'u8',
    zero: zero + shiftOf(type.dtype),
    reach: reach(t, name) + Math.abs(zeroPointOf(type) - zero),
  }
}
