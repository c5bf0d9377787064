import { broadcast, type DType, elementCount } from '@q/ir'
import { broadcastTo, elementsOf, isFloat, type Literal } from './literal.ts'

type Unary = (x: number) => number
type Binary = (a: number, b: number) => number

function erf(x: number): number {
  const t = Math.abs(x)
  if (t > 6) return Math.sign(x)
  if (t < 2.5) {
    let term = t
    let sum = t
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= -(t * t) / n
      sum += term / (2 * n + 1)
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = 0
  for (let n = 60; n > 0; n--) fraction = n / 2 / (t + fraction)
  return Math.sign(x) * (1 - Math.exp(-t * t) / Math.sqrt(Math.PI) / (t + fraction))
}

/** To the nearest whole number, ties to even. */
export function roundEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down
}

/** Element-wise operators of one operand, in double; the caller stores the result in its type. */
export const unaryFunctions: Readonly<Record<string, Unary>> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Erf: erf,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Round: roundEven,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sin: Math.sin,
  Sinh: Math.sinh,
  Softplus: (x) => Math.log1p(Math.exp(x)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Sqrt: Math.sqrt,
  Tan: Math.tan,
  Tanh: Math.tanh,
}

/** Operators that give truth values. */
export const comparisons: Readonly<Record<string, Binary>> = {
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Xor: (a, b) => Number((a !== 0) !== (b !== 0)),
}

const arithmetic: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Max: Math.max,
  Min: Math.min,
  Sum: (a, b) => a + b,
  Pow: (a, b) => a ** b,
  PRelu: (a, b) => (a < 0 ? a * b : a),
}

/** The function of a two-operand operator on a type: integers divide toward zero, remainders follow `fmod`. */
export function binaryFunction(op: string, dtype: DType, fmod: boolean): Binary | undefined {
  if (op === 'Div') return isFloat(dtype) ? (a, b) => a / b : (a, b) => (b === 0 ? 0 : Math.trunc(a / b))
  if (op === 'Mod') return fmod ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b)
  return arithmetic[op] ?? comparisons[op]
}

/** Applies a function to every element. */
export function mapLiteral(x: Literal, dtype: DType, f: Unary): Literal {
  const data = elementsOf(dtype, x.data.length)
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i]!)
  return { dtype, shape: x.shape, data }
}

/** Applies a function to every pair of elements, broadcasting. */
export function zipLiterals(a: Literal, b: Literal, dtype: DType, f: Binary): Literal {
  const shape = broadcast(a.shape, b.shape)
  const count = elementCount(shape)
  const data = elementsOf(dtype, count)
  const x = a.data.length === count ? a : broadcastTo(a, shape)
  const y = b.data.length === count ? b : broadcastTo(b, shape)
  for (let i = 0; i < count; i++) data[i] = f(x.data[i]!, y.data[i]!)
  return { dtype, shape, data }
}

const ranges: Partial<Record<DType, readonly [bits: number, signed: boolean]>> = {
  i8: [8, true],
  u8: [8, false],
  i16: [16, true],
  u16: [16, false],
  i32: [32, true],
  u32: [32, false],
}

/** Every element in another type: to integers toward zero, wrapping as the storage does. */
export function castLiteral(x: Literal, to: DType): Literal {
  if (to === 'bool') return mapLiteral(x, to, (v) => Number(v !== 0))
  if (isFloat(to)) return mapLiteral(x, to, (v) => v)
  const range = ranges[to]
  if (range === undefined) return mapLiteral(x, to, Math.trunc)
  const [bits, signed] = range
  const size = 2 ** bits
  return mapLiteral(x, to, (v) => {
    const wrapped = ((Math.trunc(v) % size) + size) % size
    return signed && wrapped >= size / 2 ? wrapped - size : wrapped
  })
}
