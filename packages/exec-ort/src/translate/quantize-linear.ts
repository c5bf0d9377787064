import { roundBf16, roundF16 } from '@q/ir'
import { rounded } from './finish.ts'
import { centred, halfAwayFromZero, saturated } from './quantized-sum.ts'
import type { Translate } from './translator.ts'

/** Rounds a number to a float type. */
function narrow(x: number, dtype: string): number {
  const single = Math.fround(x)
  return dtype === 'f16' ? roundF16(single) : dtype === 'bf16' ? roundBf16(single) : single
}

export const translateQuantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  if (type.quant === undefined || t.attrs(node)['rounding'] !== 'half-away-from-zero') return undefined
  const product = build.node('Mul', [t.carried(x), build.numbers('f32', narrow(1 / type.quant.scale, from.dtype))], { dtype: 'f32', shape: type.shape })
  const scaled = rounded(build, product, from, { ...node, unrounded: false })
  return [saturated(build, halfAwayFromZero(build, build.cast(scaled, 'f64')), type)]
}

export const translateDequantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  if (from.quant === undefined) return undefined
  const codes = rounded(build, centred(build, t.carried(x), from, 'f32'), type, node)
  const y = build.node('Mul', [codes, build.numbers('f32', narrow(from.quant.scale, type.dtype))], { dtype: 'f32', shape: type.shape })
  return [rounded(build, y, type, node)]
}
