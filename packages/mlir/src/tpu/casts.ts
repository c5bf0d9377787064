import { field, lax } from '../codec/field.ts'
import { roundingWords } from '../codec/rounding-words.ts'
import type { ReadForm, Spelling } from '../codec/spelling.ts'
import { textRounding } from './requantization.ts'

const withScale = lax('bool', 'with_scale', true)
const rounding = field('enum:round_mode', 'round_mode', 'rounding', { value: 'HalfAwayFromZero', words: roundingWords })
const isQuantized = ({ inputs, typeOf }: ReadForm): boolean => typeOf(inputs[0]!).quant !== undefined
const makesCodes = ({ resultTypes }: ReadForm): boolean => resultTypes[0]!.quant !== undefined

/** One operation of the text; its types say which way it goes. */
export const tpuCasts: readonly Spelling[] = [
  { op: 'QuantizeLinear', name: 'Cast', fields: [rounding, withScale], reads: (form) => makesCodes(form) && !isQuantized(form) },
  { op: 'DequantizeLinear', name: 'Cast', fields: [textRounding(), withScale], reads: (form) => isQuantized(form) && !makesCodes(form) },
  {
    op: 'Cast', name: 'Cast', fields: [rounding, withScale],
    reads: (form) => !isQuantized(form) && !makesCodes(form),
    read: ({ resultTypes }) => ({ attrs: { to: resultTypes[0]!.dtype } }),
  },
]
