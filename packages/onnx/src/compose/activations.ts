import { isFloat } from '../fold/literal.ts'
import { numberAttr, refuse } from '../normalize/form.ts'
import type { Compose } from './body.ts'

/** `gamma * (x > 0 ? x : alpha * (e^x - 1))` */
export const selu: Compose = (view, body) => {
  const [x] = view.inputs
  const elu = body.node('Elu', [x], { alpha: numberAttr(view, 'alpha') })
  body.result('Mul', [elu, body.constant(view.type(0).dtype, numberAttr(view, 'gamma'))])
  return true
}

/** Above it, the last place of `exp(x / alpha)`, which ONNX Runtime rounds to float32, shows in the product with alpha. */
const largestEluAlpha = 16

/** `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`: for a positive alpha `alpha * elu(x / alpha)` */
export const celu: Compose = (view, body) => {
  const given = numberAttr(view, 'alpha')
  const alpha = body.constant(view.type(0).dtype, given)
  if (!(given > 0 && given <= largestEluAlpha)) {
    const [zero, one] = [0, 1].map((value) => body.constant(view.type(0).dtype, value)) as [string, string]
    const grown = body.node('Exp', [body.node('Div', [view.inputs[0], alpha])], {})
    const below = body.node('Min', [body.node('Mul', [body.node('Sub', [grown, one]), alpha]), zero])
    body.result('Add', [body.node('Max', [view.inputs[0], zero]), below])
    return true
  }
  const elu = body.node('Elu', [body.node('Div', [view.inputs[0], alpha])], { alpha: 1 })
  body.result('Mul', [elu, alpha])
  return true
}

/** `x > alpha ? x : 0` */
export const thresholdedRelu: Compose = (view, body) => {
  const [x] = view.inputs
  const { dtype } = view.type(0)
  const isAbove = body.node('Greater', [x, body.constant(dtype, numberAttr(view, 'alpha'))])
  body.result('Where', [isAbove, x, body.constant(dtype, 0)])
  return true
}

/** `x < -lambd ? x + bias : x > lambd ? x - bias : 0` */
export const shrink: Compose = (view, body) => {
  const [x] = view.inputs
  const { dtype } = view.type(0)
  for (const name of ['bias', 'lambd']) {
    const given = numberAttr(view, name)
    if (isFloat(dtype) || Number.isInteger(given)) continue
    refuse(
      view,
      `Shrink of integers with a ${name} that is none is not supported`,
      `${name} ${given}`,
      'a whole number, or a Cast to floats in front',
    )
  }
  const number = (name: string, sign: number): string => body.constant(dtype, sign * numberAttr(view, name))
  const isBelow = body.node('Less', [x, number('lambd', -1)])
  const isAbove = body.node('Greater', [x, number('lambd', 1)])
  const above = body.node('Where', [isAbove, body.node('Sub', [x, number('bias', 1)]), body.constant(dtype, 0)])
  body.result('Where', [isBelow, body.node('Add', [x, number('bias', 1)]), above])
  return true
}

/** A Cast to the type of the second operand, whatever that holds. */
export const castLike: Compose = (view, body) => {
  body.result('Cast', [view.inputs[0]], { to: view.type(1).dtype })
  return true
}

/** NaN alone is not equal to itself. */
export const isNaN: Compose = (view, body) => {
  const [x] = view.inputs
  body.result('Not', [body.node('Equal', [x, x])])
  return true
}

/** Equal to an infinity of a sign that is asked for. */
export const isInf: Compose = (view, body) => {
  const [x] = view.inputs
  const { dtype } = view.type(0)
  const signs = [
    ...(numberAttr(view, 'detect_positive') === 0 ? [] : [1]),
    ...(numberAttr(view, 'detect_negative') === 0 ? [] : [-1]),
  ] as const
  if (signs.length === 0) body.result('And', [body.node('Equal', [x, x]), body.constant('bool', 0)])
  else {
    const operand = signs.length === 2 ? body.node('Abs', [x]) : x
    body.result('Equal', [operand, body.constant(dtype, (signs.length === 2 ? 1 : signs[0]!) * Number.POSITIVE_INFINITY)])
  }
  return true
}

/** A shift of unsigned integers: a product with a power of two, without the bits that leave the type, or a quotient cut to a whole number. */
export const bitShift: Compose = (view, body) => {
  const [x, y] = view.inputs
  const { dtype } = view.type(0)
  const bits = Number(dtype.slice(1))
  // A network holds float32 numbers, which are not all integers of more bits.
  if (bits > 16) refuse(view, 'BitShift of integers of more than 16 bits is not supported', `integers of ${bits} bits`, '8 or 16 bits')
  const factor = body.node('Pow', [body.constant('f32', 2), body.node('Cast', [y], { to: 'f32' })])
  const numbers = body.node('Cast', [x], { to: 'f32' })
  const shifted =
    view.attrs['direction'] === 'LEFT'
      ? body.node('Mod', [body.node('Mul', [numbers, factor]), body.constant('f32', 2 ** bits)], { fmod: 1 })
      : body.node('Floor', [body.node('Div', [numbers, factor])])
  body.result('Cast', [shifted], { to: dtype })
  return true
}
