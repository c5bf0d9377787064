import type { DType, Node } from '@q/ir'

/** The element types that values have in models that are written here. */
export const carrierTypes = ['bool', 'u8', 'i32', 'i64', 'f32', 'f64'] as const satisfies readonly DType[]

type CarrierType = (typeof carrierTypes)[number]

const all: readonly CarrierType[] = carrierTypes
const numbers: readonly CarrierType[] = ['u8', 'i32', 'i64', 'f32', 'f64']
const floats: readonly CarrierType[] = ['f32', 'f64']
const single: readonly CarrierType[] = ['f32']
const bytes: readonly CarrierType[] = ['u8']

/**
 * The element types for which ONNX Runtime's processor has a kernel, by operator, of the operand at `place` (the first unless given).
 * ONNX itself allows more. What is not listed takes what its translation gives it, float32 or a byte.
 */
export const kernelTypes: Readonly<Record<string, { readonly place?: number; readonly types: readonly CarrierType[] }>> = {
  ...Object.fromEntries(
    [
      'Reshape',
      'Transpose',
      'Concat',
      'Slice',
      'Tile',
      'Gather',
      'GatherElements',
      'GatherND',
      'ScatterND',
      'ScatterElements',
      'Identity',
    ].map((op) => [op, { types: all }] as const),
  ),
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Abs', 'Sign'].map(
      (op) => [op, { types: numbers }] as const,
    ),
  ),
  ...Object.fromEntries(
    ['Floor', 'Ceil', 'Round', 'BatchNormalization', 'Softmax', 'Sigmoid'].map((op) => [op, { types: floats }] as const),
  ),
  ...Object.fromEntries(['Conv', 'ConvTranspose', 'AveragePool', 'PRelu'].map((op) => [op, { types: single }] as const)),
  // Of int64 numbers these look at the lower 32 bits on some processors.
  Max: { types: ['u8', 'i32', 'f32', 'f64'] },
  Min: { types: ['u8', 'i32', 'f32', 'f64'] },
  Clip: { types: ['u8', 'i32', 'f32', 'f64'] },
  Equal: { types: all },
  And: { types: ['bool'] },
  Or: { types: ['bool'] },
  Not: { types: ['bool'] },
  Where: { place: 1, types: numbers },
  Pad: { types: all },
  MaxPool: { types: ['u8', 'f32', 'f64'] },
  Resize: { types: ['u8', 'i32', 'f32'] },
  Relu: { types: ['i32', 'f32', 'f64'] },
  MatMul: { types: ['i32', 'i64', 'f32', 'f64'] },
  ConvInteger: { types: bytes },
  MatMulInteger: { types: bytes },
  ReduceMax: { types: all },
  ReduceSum: { types: ['i32', 'i64', 'f32', 'f64'] },
  CumSum: { types: ['i32', 'i64', 'f32', 'f64'] },
  TopK: { types: numbers },
  ArgMax: { types: numbers },
  ArgMin: { types: numbers },
  SpaceToDepth: { types: ['u8', 'f32', 'f64'] },
  DepthToSpace: { types: ['u8', 'f32', 'f64'] },
}

/** Whether ONNX Runtime has a kernel for a node of a model. @param typeOf the element type of a value of the model */
export function hasKernel({ op, inputs }: Node, typeOf: (name: string) => DType): boolean {
  const known = kernelTypes[op]
  const operand = known && inputs[known.place ?? 0]
  return operand === undefined || (known!.types as readonly DType[]).includes(typeOf(operand))
}
