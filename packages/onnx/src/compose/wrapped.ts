import type { Compose } from './body.ts'

/** Types whose sums float32 holds. */
const narrow = new Set(['u8', 'i8', 'u16', 'i16'])

/**
 * Arithmetic of integers of 8 and 16 bits: on numbers, and back to the type, which wraps what it does not hold. Products of 16 bits stay as they
 * are, as float32 does not hold all of them.
 */
export const wrapped: Compose = (view, body) => {
  const { dtype } = view.type(0)
  const isHeld = narrow.has(dtype) && (view.op !== 'Mul' || dtype.endsWith('8'))
  if (!isHeld || view.opset < 7 || (view.op === 'Abs' && dtype.startsWith('u'))) return false
  const numbers = view.inputs.map((name) => body.node('Cast', [name], { to: 'f32' }))
  body.result('Cast', [body.node(view.op, numbers)], { to: dtype })
  return true
}
