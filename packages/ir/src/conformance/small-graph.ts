import type { Scheme } from '../contracts/scheme.ts'
import type { Attrs, Graph, Node, Quant, TensorType, Value } from '../graph/types.ts'
import { decodeBf16Array, encodeBf16Array } from '../number/bf16.ts'
import { decodeF16Array, encodeF16Array } from '../number/f16.ts'
import { allOps } from '../ops/op-set.ts'
import { type DType, elementCount, storageArray, type Tensor } from '../tensor/tensor.ts'

/** A value of a small graph: its type, and its elements when it is a constant. */
export interface SmallValue {
  readonly type: TensorType
  /** Its elements; numbers of more digits than a double has as bigints. */
  readonly constant?: readonly (number | bigint)[]
}

/** What a small graph is made of; inputs are the values that no node makes and that are no constants. */
export interface SmallGraph {
  readonly stage?: 'float' | 'quantized'
  readonly values: Readonly<Record<string, SmallValue>>
  readonly nodes: readonly Node[]
  readonly outputs: readonly string[]
}

/** Schemes of a chip with symmetric codes of 8 bits and two float types. */
export const smallSchemes = {
  INT8: {
    kind: 'integer',
    activations: { bits: 8, sign: 'by-range', zeroPoint: 'none' },
    weights: { bits: 8, sign: 'signed', zeroPoint: 'none' },
    multipliers: {
      sum: { kind: 'scale-shift', bits: 32 },
      operand: { kind: 'scale-shift', bits: 8, range: 'positive' },
      product: { kind: 'scale-shift', bits: 8 },
      cast: { kind: 'scale-shift', bits: 32 },
    },
    rounding: { requantize: 'half-up', cast: 'half-away-from-zero', weight: 'half-away-from-zero' },
  },
  F16: { kind: 'float', dtype: 'f16', rounding: { cast: 'half-away-from-zero' } },
  F32: { kind: 'float', dtype: 'f32', rounding: { cast: 'half-away-from-zero' } },
} as const satisfies Readonly<Record<string, Scheme>>

/** The type of a float32 tensor. */
export const f32 = (...shape: readonly number[]): TensorType => ({ dtype: 'f32', shape })
/** The type of a float16 tensor. */
export const f16 = (...shape: readonly number[]): TensorType => ({ dtype: 'f16', shape })
/** The type of a bfloat16 tensor. */
export const bf16 = (...shape: readonly number[]): TensorType => ({ dtype: 'bf16', shape })
/** The type of a tensor of whole numbers. */
export const i32 = (...shape: readonly number[]): TensorType => ({ dtype: 'i32', shape })

/** The type of codes. @param more what else their quantization says */
export function codes(dtype: DType, shape: readonly number[], scale = 1, zeroPoint = 0, more: Partial<Quant> = {}): TensorType {
  const quant: Quant = { scale, zeroPoint, expressed: 'f32', ...more }
  return { dtype, shape, quant }
}

/** One node. */
export function node(op: string, inputs: readonly (string | undefined)[], outputs: readonly string[], attrs: Attrs = {}): Node {
  return { op, inputs, outputs, attrs }
}

/** Builds the graph. */
export function smallGraph({ stage = 'quantized', values, nodes, outputs }: SmallGraph): Graph {
  const made = new Set(nodes.flatMap((each) => each.outputs))
  const all = Object.entries(values).map(([name, { type, constant }]): [string, Value] => [
    name,
    {
      name,
      type,
      ...(constant === undefined ? {} : { isConstant: true, constant: tensorOf(type, constant) }),
    },
  ])
  const inputs = Object.entries(values)
    .filter(([name, { constant }]) => constant === undefined && !made.has(name))
    .map(([name]) => ({ name }))
  return { name: 'small', inputs, outputs, nodes, values: new Map(all), ops: allOps, properties: { stage } }
}

/** A tensor of numbers, in the storage array of its type. */
export function tensorOf(type: TensorType, numbers: readonly (number | bigint)[]): Tensor {
  const { dtype, shape } = type
  if (numbers.length !== elementCount(shape)) throw new Error(`${numbers.length} numbers for the shape [${shape.join(', ')}]`)
  if (dtype === 'i64') return { dtype, shape, data: BigInt64Array.from(numbers, BigInt) }
  if (dtype === 'u64') return { dtype, shape, data: BigUint64Array.from(numbers, BigInt) }
  const plain = Float64Array.from(numbers, Number)
  if (dtype === 'f16') return { dtype, shape, data: encodeF16Array(Float32Array.from(plain)) }
  if (dtype === 'bf16') return { dtype, shape, data: encodeBf16Array(Float32Array.from(plain)) }
  return { dtype, shape, data: storageArray[dtype].from(plain) }
}

/** The numbers of a tensor, whichever way they are stored. */
export function numbersOf({ dtype, data }: Tensor): readonly number[] {
  if (data instanceof Uint16Array && dtype === 'f16') return [...decodeF16Array(data)]
  if (data instanceof Uint16Array && dtype === 'bf16') return [...decodeBf16Array(data)]
  return Array.from(data as ArrayLike<number | bigint>, Number)
}
