import type { Attrs, AttrValue } from '@q/ir'
import { elementCount } from '@q/ir'
import proto from 'onnx-proto'
import { elementTypeNumber } from '../src/signature/element-types.ts'
import { signatures } from '../src/signature/signatures.ts'

const { ModelProto } = proto.onnx

/** A constant of a small file: its elements, of `f16` their bits, and shape; whole numbers are 64-bit integers unless `dtype` says otherwise. */
export interface SmallConstant {
  readonly shape?: readonly number[]
  readonly data: readonly number[]
  readonly dtype?: 'f32' | 'f16' | 'i64' | 'bool' | 'u8' | 'i8' | 'u32'
}

/** An input of a small file that is no list of sizes of float32 numbers. */
export interface SmallInput {
  readonly shape: readonly number[]
  readonly dtype: 'f32' | 'i64' | 'bool' | 'u8' | 'i8' | 'u32'
}

/** `[operator, operands, results, attributes]`; operands and results are words with spaces between, `-` for one left out. */
export type SmallNode = readonly [op: string, inputs: string, outputs: string, attrs?: Attrs]

/** A small ONNX file. Attributes are written in the types of the table of signatures. */
export function onnxFile({
  inputs = {},
  constants = {},
  nodes,
  outputs,
  opset = 17,
}: {
  readonly inputs?: Readonly<Record<string, readonly number[] | SmallInput>>
  readonly constants?: Readonly<Record<string, SmallConstant>>
  readonly nodes: readonly SmallNode[]
  readonly outputs: string
  readonly opset?: number
}): Uint8Array {
  const words = (text: string) => text.split(' ').filter(Boolean)
  const names = (text: string) => words(text).map((name) => (name === '-' ? '' : name))
  return ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'g',
      node: nodes.map(([opType, operands, results, attrs = {}]) => ({
        opType,
        name: results,
        input: names(operands),
        output: names(results),
        attribute: Object.entries(attrs).map(([name, value]) => attributeOf(opType, name, value)),
      })),
      input: Object.entries(inputs).map(([name, input]) => {
        const { shape, dtype } = 'dtype' in input ? input : { shape: input, dtype: 'f32' as const }
        return {
          name,
          type: { tensorType: { elemType: elementTypeNumber[dtype]!, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
        }
      }),
      output: words(outputs).map((name) => ({ name })),
      initializer: Object.entries(constants).map(([name, { data, shape = [data.length], dtype = 'f32' }]) => {
        const tensor = { name, dims: [...shape] }
        if (dtype === 'i64') return { ...tensor, dataType: 7, int64Data: [...data] }
        if (dtype === 'u32') return { ...tensor, dataType: 12, uint64Data: [...data] }
        return dtype === 'f32'
          ? { ...tensor, dataType: 1, floatData: [...data] }
          : { ...tensor, dataType: elementTypeNumber[dtype]!, int32Data: [...data] }
      }),
    },
  }).finish()
}

function attributeOf(op: string, name: string, value: AttrValue): proto.onnx.IAttributeProto {
  switch (signatures.get(op)?.attrs.get(name)?.[0]?.type) {
    case 'float':
      return { name, type: 1, f: value as number }
    case 'string':
      return { name, type: 3, s: new TextEncoder().encode(value as string) }
    case 'tensor':
      return {
        name,
        type: 4,
        t: { dims: [(value as readonly number[]).length], dataType: 1, floatData: [...(value as readonly number[])] },
      }
    case 'floats':
      return { name, type: 6, floats: [...(value as readonly number[])] }
    case 'ints':
      return { name, type: 7, ints: [...(value as readonly number[])] }
    default:
      return { name, type: 2, i: value as number }
  }
}

/** Whole numbers as a list constant. */
export const whole = (...data: readonly number[]): SmallConstant => ({ data, dtype: 'i64' })
/** One whole number without axes. */
export const index = (value: number): SmallConstant => ({ data: [value], dtype: 'i64', shape: [] })
/** Numbers between -1 and 1 without a pattern, the same at every run. */
export function numbers(shape: readonly number[], from = -1, to = 1): SmallConstant {
  let state = 7 + elementCount(shape)
  const data = Array.from({ length: elementCount(shape) }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.fround(from + ((to - from) * (state >>> 8)) / 2 ** 24)
  })
  return { shape, data }
}
