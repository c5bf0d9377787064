import { roundF16 } from '@q/ir/number'
import { centred, isByte, zeroPointOf } from './codes.ts'
import { alwaysRounded, reshaped, rounded } from './finish.ts'
import type { Translate } from './translator.ts'

const f = Math.fround
const h = (x: number): number => roundF16(f(x))

/** Codes normalized over axis 1 in float32, every step rounded to a half float. Sums of codes and squares that are not infinite are whole numbers below 2^24, in any order. */
export const translateQPixelNorm: Translate = (node, t) => {
  const [x, gain, bias] = node.inputs
  const { build } = t
  const from = t.typeOf(x!)
  if (!isByte(from.dtype)) return undefined
  const { shape } = from
  const scale = f(from.quant?.scale ?? 1)
  const half = (y: string): string => rounded(t, y, { dtype: 'f16', shape: build.typeOf(y).shape }, alwaysRounded(node))
  const number = (y: number): string => build.numbers('f32', h(y))
  const step = (op: string, a: string, b: string, like = a): string => half(build.node(op, [a, b], build.typeOf(like)))
  const kept = { dtype: 'f32', shape: shape.map((dim, i) => (i === 1 ? 1 : dim)) } as const
  const sum = (y: string): string => build.node('ReduceSum', [y, build.numbers('i64', [1])], kept, { keepdims: 1 })
  const share = number(1 / shape[1]!)
  const codes = centred(build, t.carried(x!), from, 'f32', zeroPointOf(from))
  const mean = step('Mul', sum(codes), share)
  const square = step('Mul', half(sum(build.node('Mul', [codes, codes], build.typeOf(codes)))), share)
  const apart = step('Sub', square, step('Mul', mean, mean))
  const variance = build.node('Max', [apart, build.numbers('f32', 0)], kept)
  const power = step('Add', step('Mul', variance, number(h(scale) ** 2)), number(Number(t.attrs(node)['epsilon'])))
  const inverse = half(build.node('Div', [build.numbers('f32', 1), build.node('Sqrt', [power], kept)], kept))
  const channels = (name: string): string =>
    reshaped(
      build,
      t.carried(name),
      shape.map((_, i) => (i === 1 ? shape[1]! : 1)),
    )
  const unit = step('Mul', step('Sub', codes, mean), step('Mul', inverse, number(scale)))
  const scaled = gain === undefined ? unit : step('Mul', unit, channels(gain))
  return [bias === undefined ? scaled : step('Add', scaled, channels(bias))]
}
