import { isCodeType, reach, takenZero } from './codes.ts'
import { reshaped } from './finish.ts'
import { productOperands, productResult, productShape } from './float-mat-mul.ts'
import { beyond, factorsOf, rescaledWhole } from './rescale-whole.ts'
import type { Translate, Translation } from './translator.ts'
import { clampedFrom, plus, saturatedWhole, type Whole, wholeCodes } from './whole-numbers.ts'

/** A matrix product of codes of up to 16 bits, sums in double precision, which is exact below 2^52 in whatever order they are added. */
export const translateWholeMatMul: Translate = (node, t) => {
  const { build } = t
  const attrs = t.attrs(node)
  const [a, b, bias] = node.inputs as [string, string, string?]
  const type = t.typeOf(node.outputs[0]!)
  if (![a, b].every((name) => isNarrow(t, name)) || !(isCodeType(type.dtype) || type.dtype === 'i64')) return undefined
  const left = factor(t, a, true, takenZero(t, node, a))
  const right = factor(t, b, false)
  const [m, n] = productOperands(build, attrs, left.id, right.id)
  const inner = BigInt(build.typeOf(m).shape.at(-1)!)
  const most = inner * left.most[0]! * right.most[0]!
  if (most >= 2n ** 52n) return undefined
  const shape = productShape(build.typeOf(m).shape, build.typeOf(n).shape)
  const sums = build.cast(build.node('MatMul', [m, n], { dtype: 'f64', shape }), 'i64')
  const total = withBias(t, { id: sums, most: [most] }, bias)
  const scaled = total && rescaledWhole(build, total, factorsOf(attrs), shape.length - 1, clampedFrom(type))
  const y = scaled && saturatedWhole(build, scaled, type, attrs['relu'] === true)
  return y === undefined ? undefined : [productResult(build, attrs, y, type.shape)]
}

const isNarrow = (t: Translation, name: string): boolean => isCodeType(t.typeOf(name).dtype) && t.typeOf(name).dtype !== 'i32'

/** Codes without their zero point in double precision, a vector as a row or a column. */
function factor(t: Translation, name: string, isRow: boolean, zero?: number): Whole {
  const { build } = t
  const { id, most } = wholeCodes(t, name, zero)
  const { shape } = t.typeOf(name)
  const wide = build.cast(id, 'f64')
  return { id: shape.length > 1 ? wide : reshaped(build, wide, isRow ? [1, shape[0]!] : [shape[0]!, 1]), most }
}

/** Sums and a bias of a number for each column, or of one for all; as many columns as the bias has numbers repeat it. */
function withBias(t: Translation, sums: Whole, name: string | undefined): Whole | undefined {
  if (name === undefined) return sums
  const { build } = t
  const { constant, type } = t.valueOf(name)
  const { shape } = build.typeOf(sums.id)
  const columns = shape.at(-1)!
  const given = type.shape.reduce((product, dim) => product * dim, 1)
  if (columns % given !== 0) return undefined
  if (constant !== undefined) {
    const numbers = Array.from({ length: columns }, (_, j) => BigInt(constant.data[j % given]!))
    const total = plus(build, sums, numbers, shape.length - 1)
    return total.most.some((most) => most >= beyond) ? undefined : total
  }
  if (!isCodeType(type.dtype) || (given !== 1 && given !== columns)) return undefined
  const row = reshaped(build, wholeCodes(t, name, 0).id, [given])
  const most = [sums.most[0]! + BigInt(reach(t, name, 0))]
  return { id: build.node('Add', [sums.id, row], { dtype: 'i64', shape }), most }
}
