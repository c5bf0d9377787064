import type { Attrs, DType } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { type FormView, numberAttr, refuse } from '../normalize/form.ts'
import type { Body, Compose } from './body.ts'

const limits: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
}

/** A scale or zero point with its numbers along an axis, as floats. */
function along(view: FormView, body: Body, operand: number, axis: number): string | undefined {
  const name = view.inputs[operand]
  if (name === undefined) return undefined
  const numbers = body.node('Cast', [name], { to: 'f32' })
  const { shape } = view.type(operand)
  if ((shape[0] ?? 1) === 1 && shape.length < 2) return body.node('Reshape', [numbers, body.whole(1)])
  const rank = view.type(0).shape.length
  const at = frontAxis(axis, rank)
  return body.node('Reshape', [numbers, body.whole(...Array.from({ length: rank }, (_, i) => (i === at ? -1 : 1)))])
}

/** Refuses a scale or zero point of blocks, or, where `most` is 0, one with axes. */
function checkScale(view: FormView, name: string, most: 0 | 1 = 1): void {
  const { shape } = view.type(view.place(name))
  if (shape.length > most && !(most === 0 && shape.join() === '1'))
    refuse(
      view,
      `${view.op} with this ${name} is not supported`,
      `${name} of shape [${shape.join(', ')}]`,
      most === 0 ? 'one number' : 'one number, or one for each place of an axis',
    )
}

/** Rounded codes of a scale and a zero point, cut at the limits of their type. */
function codes(body: Body, x: string | undefined, scale: string | undefined, zero: string | undefined, dtype: DType): string {
  const [low, high] = limits[dtype]!
  const rounded = body.node('Round', [body.node('Div', [x, scale])])
  const moved = zero === undefined ? rounded : body.node('Add', [rounded, zero])
  return body.node('Clip', [moved, body.constant('f32', low), body.constant('f32', high)])
}

/** `saturate(round(x / scale) + zero point)`, one pair for all or one for each place of an axis. */
export const quantizeLinear: Compose = (view, body) => {
  const dtype = view.inputs[2] === undefined ? 'u8' : view.type(2).dtype
  if (limits[dtype] === undefined)
    refuse(view, 'QuantizeLinear to this type is not supported', `y_zero_point of type ${dtype}`, Object.keys(limits).join(', '))
  checkScale(view, 'y_scale')
  const axis = numberAttr(view, 'axis')
  const made = codes(body, view.inputs[0], along(view, body, 1, axis), along(view, body, 2, axis), dtype)
  body.result('Cast', [made], { to: dtype })
  return true
}

/** `(x - zero point) * scale` */
export const dequantizeLinear: Compose = (view, body) => {
  checkScale(view, 'x_scale')
  const axis = numberAttr(view, 'axis')
  const x = body.node('Cast', [view.inputs[0]], { to: 'f32' })
  const zero = along(view, body, 2, axis)
  body.result('Mul', [zero === undefined ? x : body.node('Sub', [x, zero]), along(view, body, 1, axis)])
  return true
}

/** Codes of 8 bits with the scale and zero point that fit the extremes, 0 among them. */
export const dynamicQuantizeLinear: Compose = (view, body) => {
  const [x] = view.inputs
  const zero = body.constant('f32', 0)
  const low = body.node('Min', [body.node('ReduceMin', [x], { keepdims: 0 }), zero])
  const high = body.node('Max', [body.node('ReduceMax', [x], { keepdims: 0 }), zero])
  const width = body.node('Sub', [high, low])
  const steps = body.constant('f32', 255)
  // Of zeros alone the runtime makes codes by a scale of 1.
  const scale = body.node('Div', [body.node('Where', [body.node('Equal', [width, zero]), steps, width]), steps])
  const point = codes(body, body.node('Neg', [low]), scale, undefined, 'u8')
  body.result('Cast', [codes(body, x, scale, point, 'u8')], { to: 'u8' })
  if (view.isUsed(view.outputs[1])) body.result('Identity', [scale], {}, 1)
  if (view.isUsed(view.outputs[2])) body.result('Cast', [point], { to: 'u8' }, 2)
  return true
}

/** A product of codes, in numbers: each operand less its zero point. */
export const matMulInteger: Compose = (view, body) => {
  const operand = (place: number, zero: number): string => {
    const x = body.node('Cast', [view.inputs[place]], { to: 'f32' })
    const point = view.inputs[zero]
    if (point === undefined) return x
    const { shape } = view.type(zero)
    const numbers = body.node('Cast', [point], { to: 'f32' })
    const isRows = place === 0 && shape.length === 1 && shape[0]! > 1
    return body.node('Sub', [x, isRows ? body.node('Unsqueeze', [numbers, body.whole(1)]) : numbers])
  }
  body.result('Cast', [body.node('MatMul', [operand(0, 2), operand(1, 3)])], { to: 'i32' })
  return true
}

/** A product of codes, requantized in float32. */
export const qLinearMatMul: Compose = (view, body) => {
  const [a, aScale, aZero, b, bScale, bZero, yScale, yZero] = view.inputs
  const dtype = view.type(7).dtype
  // Of signed codes that leave their type, ONNX's own tests and its runtime make different ones.
  if (dtype !== 'u8') refuse(view, 'QLinearMatMul to this type is not supported', `y_zero_point of type ${dtype}`, 'u8')
  for (const name of ['a_scale', 'a_zero_point', 'b_scale', 'b_zero_point', 'y_scale', 'y_zero_point']) checkScale(view, name, 0)
  const float = (name: string | undefined): string => body.node('Cast', [name], { to: 'f32' })
  const x = body.node('Sub', [float(a), float(aZero)])
  const y = body.node('Sub', [float(b), float(bZero)])
  const factor = body.node('Div', [body.node('Mul', [float(aScale), float(bScale)]), float(yScale)])
  const product = body.node('Mul', [body.node('MatMul', [x, y]), factor])
  body.result('Cast', [codes(body, product, body.constant('f32', 1), float(yZero), dtype)], { to: dtype })
  return true
}

/** A convolution of codes, in numbers: each operand less its zero point, which places outside hold. */
export const convInteger: Compose = (view, body) => {
  const [x, w, xZero, wZero] = view.inputs
  const float = (name: string | undefined): string => body.node('Cast', [name], { to: 'f32' })
  const less = (name: string | undefined, zero: string | undefined, shape?: readonly number[]): string => {
    if (zero === undefined) return float(name)
    return body.node('Sub', [float(name), shape === undefined ? float(zero) : body.node('Reshape', [float(zero), body.whole(...shape)])])
  }
  const rank = view.type(1).shape.length
  const perFilter = wZero !== undefined && (view.type(3).shape[0] ?? 1) > 1 ? [-1, ...new Array<number>(rank - 1).fill(1)] : undefined
  const attrs = Object.fromEntries(Object.entries(view.attrs).filter(([name]) => name !== 'consumed_inputs')) as Attrs
  body.result('Cast', [body.node('Conv', [less(x, xZero), less(w, wZero, perFilter)], attrs)], { to: 'i32' })
  return true
}
