import type { DType, TensorType } from '@q/ir'
import type { ReadForm, WriteForm } from '../codec/spelling.ts'
import type { ElementName } from '../text/mlir-module.ts'

const integers: ReadonlySet<DType> = new Set(['i8', 'u8', 'i16', 'u16', 'i32', 'u32'])

/** Whether a tensor holds codes or integer sums. */
function isInteger({ dtype }: TensorType): boolean {
  return integers.has(dtype)
}

/** Whether operand `k` holds codes or integer sums. */
export function hasIntegerOperand({ inputs, typeOf }: ReadForm | WriteForm, k = 0): boolean {
  const name = inputs[k]
  return name !== undefined && isInteger(typeOf(name))
}

/** Whether the named operand is a float tensor. */
export function hasFloatOperand(form: ReadForm | WriteForm, k = 0): boolean {
  return !hasIntegerOperand(form, k)
}

/** Whether the weight (operand 1) is given and holds integers. */
export function hasIntegerWeight(form: ReadForm | WriteForm): boolean {
  return hasIntegerOperand(form, 1)
}

/** Reads an operation whose 16-bit results the chips' simulators leave at float32; keeps the first operands. */
export function unroundedHalf(operands: number) {
  return ({ inputs, resultTypes }: ReadForm) => ({ inputs: inputs.slice(0, operands), unrounded: resultTypes[0]!.dtype !== 'f32' })
}

/** Constant operands of element-wise operations are declared with a sign. */
export function signedElement({ inputs, typeOf }: WriteForm, operand: number): ElementName | undefined {
  return typeOf(inputs[operand]!).dtype === 'i8' ? 'si8' : undefined
}
