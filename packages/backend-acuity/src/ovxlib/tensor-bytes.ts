import { biasCodes } from '@q/ir/lowering'
import { encodeBf16Array } from '@q/ir/number'
import type { TableEntry } from '../files/quantize-table/quantize-table.ts'
import { affineCode, fixedPointCode, truncatedHalfBits } from '../numbers/codes.ts'
import type { CodeType } from '../numbers/number-format.ts'
import type { OvxQuant, OvxType } from './ovx-graph.ts'

/** A constant as the library has it. */
export interface OvxConstant {
  readonly type: OvxType
  readonly quant: OvxQuant
  readonly bytes: Uint8Array
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)

/** Numbers in a float type. */
export function floatConstant(numbers: Float32Array, type: 'FLOAT16' | 'FLOAT32' | 'BFLOAT16'): OvxConstant {
  const quant = { kind: 'NONE' } as const
  if (type === 'FLOAT32') return { type, quant, bytes: bytesOf(numbers.slice()) }
  if (type === 'BFLOAT16') return { type, quant, bytes: bytesOf(Uint16Array.from(encodeBf16Array(numbers))) }
  return { type, quant, bytes: bytesOf(Uint16Array.from(numbers, truncatedHalfBits)) }
}

/** Numbers as codes of an entry; `channelDim` counts from the innermost dimension, slices lie one behind the other. */
export function codeConstant(numbers: Float32Array, entry: TableEntry, channelDim: number): OvxConstant {
  const qtype = entry.qtype as CodeType
  if (entry.quantizer === 'dynamic_fixed_point') {
    const fl = entry.fl?.[0] ?? 0
    const codes = Array.from(numbers, (x) => fixedPointCode(x, { type: qtype as 'i8' | 'i16', fl }))
    return qtype === 'i16'
      ? { type: 'INT16', quant: { kind: 'DFP', fl }, bytes: bytesOf(Int16Array.from(codes)) }
      : { type: 'INT8', quant: { kind: 'DFP', fl }, bytes: bytesOf(Int8Array.from(codes)) }
  }
  const scales = entry.scale ?? []
  const zeroPoint = entry.zeroPoint?.[0] ?? 0
  const size = numbers.length / scales.length
  const codes = Array.from(numbers, (x, i) => affineCode(x, { type: qtype, scale: scales[Math.floor(i / size)]!, zeroPoint }))
  const quant: OvxQuant =
    entry.channelDim !== undefined
      ? { kind: 'AFFINE_PERCHANNEL_SYMMETRIC', scales, channelDim }
      : entry.quantizer === 'symmetric_affine'
        ? { kind: 'AFFINE_SYMMETRIC', scale: scales[0]! }
        : { kind: 'AFFINE_ASYMMETRIC', scale: scales[0]!, zeroPoint }
  return qtype === 'u8'
    ? { type: 'UINT8', quant, bytes: bytesOf(Uint8Array.from(codes)) }
    : { type: 'INT8', quant, bytes: bytesOf(Int8Array.from(codes)) }
}

/** A bias as codes of its entry. */
export function biasConstant(numbers: Float32Array, entry: TableEntry, layer: string): OvxConstant {
  const isFixed = entry.quantizer === 'dynamic_fixed_point'
  const scales = isFixed ? [2 ** -(entry.fl?.[0] ?? 0)] : (entry.scale ?? [])
  const dtype = entry.qtype === 'i64' ? 'i64' : 'i32'
  const codes = biasCodes(numbers, scales, { dtype, rounding: 'half-to-even', layer })
  const quant: OvxQuant = isFixed
    ? { kind: 'DFP', fl: entry.fl?.[0] ?? 0 }
    : entry.channelDim !== undefined
      ? { kind: 'AFFINE_PERCHANNEL_SYMMETRIC', scales, channelDim: 0 }
      : { kind: entry.quantizer === 'symmetric_affine' ? 'AFFINE_SYMMETRIC' : 'AFFINE_ASYMMETRIC', scale: scales[0]!, zeroPoint: 0 }
  return { type: dtype === 'i64' ? 'INT64' : 'INT32', quant, bytes: bytesOf(codes) }
}
