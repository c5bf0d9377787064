import type { TensorType } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import type { Numbers, Operand } from '../kernel.ts'

/** What codes of a type saturate to; with a fused ReLU nothing goes below `floor`, the zero point unless another is given. */
export function codeLimits(
  type: TensorType,
  relu: boolean,
  floor: number = type.quant?.zeroPoint ?? 0,
): readonly [min: number, max: number] {
  return codeLimitsOf(type, relu ? floor : undefined)
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
