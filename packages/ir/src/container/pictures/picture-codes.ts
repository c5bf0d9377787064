import type { TensorType, Value } from '../../graph/types.ts'
import { newConstant } from '../../lowering/constant.ts'
import { roundTo } from '../../number/rounding.ts'
import { integerRange } from '../../number/saturate.ts'
import type { Fused, Made } from './fused.ts'
import { type Normalizing, normalizingOf } from './normalizing.ts'

const arrays = { i8: Int8Array, u8: Uint8Array } as const

/** The codes of an input as a table of each channel makes them of bytes: `byte * (scale / step) + bias / step`, halves up, in double. @param bytes `[N, C, H, W]` */
export function tableOfBytes(bytes: Value, type: TensorType, fused: Fused): Made {
  const { shape } = bytes.type
  const isOne = shape[1] === 1
  const name = `${fused.input}_preprocess_${isOne ? 'lut' : 'scale_lut'}`
  const dtype = type.dtype as 'i8' | 'u8'
  const { scale: step, zeroPoint } = type.quant!
  const { min, max } = integerRange(dtype)
  const channels = shape[1]!
  const codes = new arrays[dtype](256 * channels)
  normalizingOf(fused, channels).forEach(({ scale, bias }: Normalizing, c) => {
    for (let byte = 0; byte < 256; byte++) {
      const code = roundTo(byte * (scale / step) + bias / step, 'half-up') + zeroPoint
      codes[256 * c + byte] = Math.min(max, Math.max(min, code))
    }
  })
  const table = newConstant(`${name}_${fused.input}_preprocess_table`, dtype, [1, channels, 16, 16], codes)
  const value: Value = { name, type: { ...type, shape } }
  return {
    value,
    nodes: [
      {
        op: isOne ? 'Lut' : 'LutAxis',
        inputs: [bytes.name, table.name],
        outputs: [name],
        attrs: isOne ? {} : { axis: 1 },
        origin: [fused.input],
      },
    ],
    values: [table, value],
  }
}
