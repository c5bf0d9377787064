import type { MadeAs } from '../table/value-modes.ts'
import type { OvxQuant, OvxType } from './ovx-graph.ts'

const floatTypes = { f16: 'FLOAT16', bf16: 'BFLOAT16', f32: 'FLOAT32' } as const
const codeTypes: Readonly<Record<string, OvxType>> = { u8: 'UINT8', i8: 'INT8', i16: 'INT16' }

/** The element type of a tensor and what its codes stand for. */
export function ovxType({ mode, type }: MadeAs): { readonly type: OvxType; readonly quant: OvxQuant } {
  if (type.quant === undefined) return { type: floatTypes[type.dtype as keyof typeof floatTypes] ?? 'FLOAT32', quant: { kind: 'NONE' } }
  const { scale, zeroPoint } = type.quant
  const quant: OvxQuant =
    mode === 'DFP8' || mode === 'DFP16'
      ? { kind: 'DFP', fl: 0 - Math.log2(scale) }
      : mode === 'SYM8'
        ? { kind: 'AFFINE_SYMMETRIC', scale }
        : { kind: 'AFFINE_ASYMMETRIC', scale, zeroPoint }
  return { type: codeTypes[type.dtype]!, quant }
}
