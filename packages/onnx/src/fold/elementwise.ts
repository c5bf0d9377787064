import { type Attrs, type AttrValue, type DType, elementCount, floatOps } from '@q/ir'
import { bf16Styles, roundBf16, roundF16, roundHalfEvenSigned, sigmoid, wrapperTo } from '@q/ir/number'
import { binaryOf, broadcast, defaultsOf, scalarOf } from '@q/ir/ops'
import { broadcastTo, elementsOf, isFloat, type Literal } from './literal.ts'

type Unary = (x: number) => number
type Binary = (a: number, b: number) => number

/** What ONNX has and canonical graphs spell otherwise, and what ONNX computes by another formula or leaves the sign of zero to. */
const ofOnnx: Readonly<Record<string, Unary>> = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Round: roundHalfEvenSigned,
  Sigmoid: sigmoid,
  Softplus: (x) => Math.log1p(Math.exp(x)),
}

/** Element-wise operators of one operand and no attributes, in double; the caller stores the result in its type. */
export const unaryFunctions: Readonly<Record<string, Unary>> = {
  ...Object.fromEntries(
    [...floatOps.values()].flatMap((definition) => {
      const f = Object.keys(definition.attrs).length === 0 ? scalarOf(definition, {}) : undefined
      return f === undefined ? [] : [[definition.name, f]]
    }),
  ),
  ...ofOnnx,
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

/** What canonical graphs spell otherwise, and where the sign of zero and NaN are another matter. */
const arithmetic: Readonly<Record<string, Binary>> = {
  Max: Math.max,
  Min: Math.min,
  Sum: (a, b) => a + b,
  PRelu: (a, b) => (a < 0 ? a * b : a),
}

/** Attributes of a node of the file that is folded. */
type KnownAttrs = Readonly<Record<string, AttrValue | Literal>>

/**
 * The function of a two-operand operator on a type: integers divide toward zero, as do powers that leave them, remainders follow `fmod`; others are what their definition says.
 *
 * @param attrs of the node; a definition's own attributes stand in by their defaults
 */
export function binaryFunction(op: string, dtype: DType, attrs: KnownAttrs): Binary | undefined {
  if (op === 'Div' && !isFloat(dtype)) return (a, b) => (b === 0 ? 0 : Math.trunc(a / b))
  // The lower bits of a product of 32-bit integers, which doubles do not hold.
  if (op === 'Mul' && (dtype === 'i32' || dtype === 'u32')) return Math.imul
  if (op === 'Pow' && !isFloat(dtype)) return (a, b) => Math.trunc(a ** b)
  if (op === 'Mod' && attrs['fmod'] === 1) return (a, b) => a % b
  return arithmetic[op] ?? comparisons[op] ?? definedFunction(op, attrs)
}

function definedFunction(op: string, attrs: KnownAttrs): Binary | undefined {
  const definition = floatOps.get(op)
  return definition && binaryOf(definition, { ...defaultsOf(definition), ...(attrs as Attrs) })
}

/** Applies a function to every element. */
export function mapLiteral(x: Literal, dtype: DType, f: Unary): Literal {
  const data = elementsOf(dtype, x.data.length)
  const stored = storedIn(dtype)
  for (let i = 0; i < data.length; i++) data[i] = stored(f(x.data[i]!))
  return { dtype, shape: x.shape, data }
}

/** Applies a function to every pair of elements, broadcasting. */
export function zipLiterals(a: Literal, b: Literal, dtype: DType, f: Binary): Literal {
  const shape = broadcast(a.shape, b.shape)
  const count = elementCount(shape)
  const data = elementsOf(dtype, count)
  const x = a.data.length === count ? a : broadcastTo(a, shape)
  const y = b.data.length === count ? b : broadcastTo(b, shape)
  const stored = storedIn(dtype)
  for (let i = 0; i < count; i++) data[i] = stored(f(x.data[i]!, y.data[i]!))
  return { dtype, shape, data }
}

/** A number as a type stores it: 16-bit floats to nearest, ties to even, integers of up to 32 bits wrapped. */
function storedIn(dtype: DType): Unary {
  if (dtype === 'f16') return roundF16
  if (dtype === 'bf16') return (x) => roundBf16(x, bf16Styles.round)
  return /^[iu](8|16|32)$/.test(dtype) ? wrapperTo(dtype) : (x) => x
}

/** Every element in another type: to integers toward zero, then as the type stores it. */
export function castLiteral(x: Literal, to: DType): Literal {
  if (to === 'bool') return mapLiteral(x, to, (v) => Number(v !== 0))
  return mapLiteral(x, to, isFloat(to) ? (v) => v : Math.trunc)
}
