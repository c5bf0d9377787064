import type { DType, TensorType } from '@q/ir'
import { type IntegerType, integerRange } from '@q/ir/number'
import type { Numbers, Operand } from '../kernel.ts'

const integers: ReadonlySet<DType> = new Set(['i8', 'u8', 'i16', 'u16', 'i32', 'u32'])

/** Whether `dtype` is a type of codes or sums. */
export function isInteger(dtype: DType): dtype is IntegerType & DType {
  return integers.has(dtype)
}

/** The smallest and largest number of `dtype`; everything for other than the narrow integer types. */
export function limitsOf(dtype: DType): { readonly min: number; readonly max: number } {
  return isInteger(dtype) ? integerRange(dtype) : { min: -Infinity, max: Infinity }
}

/** What codes of a type saturate to; with a fused ReLU nothing goes below `floor`, the zero point unless another is given. */
export function codeLimits(
  { dtype, quant }: TensorType,
  relu: boolean,
  floor: number = quant?.zeroPoint ?? 0,
): { readonly min: number; readonly max: number } {
  const own = limitsOf(dtype)
  const [min, max] = quant?.saturate ?? [own.min, own.max]
  return { min: relu ? Math.max(min, floor) : min, max }
}

/** The zero point of each element of a type whose slices may have their own. */
function zeroPoints({ quant, shape }: TensorType): (i: number) => number {
  const { axis, zeroPoints: each } = quant ?? {}
  if (axis === undefined || each === undefined) {
    const all = quant?.zeroPoint ?? 0
    return () => all
  }
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  return (i) => each[Math.floor(i / inner) % each.length]!
}

/** The codes of an operand without their zero points: the operand's own array when all are 0. */
export function centred({ type, data }: Operand): Numbers {
  const { zeroPoint = 0, axis, zeroPoints: each } = type.quant ?? {}
  const hasZero = axis === undefined || each === undefined ? zeroPoint !== 0 : each.some((zero) => zero !== 0)
  if (!hasZero) return data
  const zeroAt = zeroPoints(type)
  return Float64Array.from(data, (code, i) => code - zeroAt(i))
}

/** The largest magnitude among numbers; 0 for none. */
export function largestOf(data: Numbers): number {
  let largest = 0
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]!)
    if (size > largest) largest = size
  }
  return largest
}
