import { field, lax, selects } from '../codec/field.ts'
import { roundingWords } from '../codec/rounding-words.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import type { MlirAttribute, MlirAttributes } from '../text/mlir-module.ts'
import { textRounding } from './requantization.ts'

const withScale = lax('bool', 'with_scale', true)
const rounding = field('enum:round_mode', 'round_mode', 'rounding', { value: 'HalfAwayFromZero', words: roundingWords })
const isQuantized = ({ inputs, typeOf }: ReadForm): boolean => typeOf(inputs[0]!).quant !== undefined
const makesFloats = ({ resultTypes }: ReadForm): boolean => ['f32', 'f16', 'bf16'].includes(resultTypes[0]!.dtype)
const makesCodes = ({ resultTypes }: ReadForm): boolean => resultTypes[0]!.quant !== undefined

/** `1 / scale` in float32, as the host program multiplies. */
function hostScale({ outputTypes }: WriteForm): MlirAttributes {
  const scale = Math.fround(1 / Math.fround(outputTypes[0]!.quant!.scale))
  const entries = new Map<string, MlirAttribute>([
    ['from', { kind: 'string', value: 'FP32' }],
    ['scale', { kind: 'float', type: 'f32', value: scale }],
    ['to', { kind: 'string', value: 'INT8' }],
  ])
  return new Map([['param', { kind: 'dict', entries }]])
}

/** A family that quantizes its inputs on the host says so by the graph's property `quantizeInputsOnHost`. */
const onHost: Spelling = {
  op: 'QuantizeLinear',
  name: 'GenericCpu',
  fields: [selects('string', 'cpu_op_name', 'quant')],
  reads: makesCodes,
  read: () => ({ attrs: { rounding: 'half-away-from-zero' } }),
  writes: ({ properties, inputs, typeOf, attrs, outputTypes }) =>
    properties['quantizeInputsOnHost'] === true &&
    typeOf(inputs[0]!).dtype === 'f32' &&
    outputTypes[0]!.dtype === 'i8' &&
    attrs['rounding'] === 'half-away-from-zero',
  writeAttributes: hostScale,
}

/** One operation of the text; its types say which way it goes. */
export const tpuCasts: readonly Spelling[] = [
  onHost,
  { op: 'QuantizeLinear', name: 'Cast', fields: [rounding, withScale], reads: (form) => makesCodes(form) && !isQuantized(form) },
  { op: 'DequantizeLinear', name: 'Cast', fields: [textRounding(), withScale], reads: (form) => isQuantized(form) && makesFloats(form) },
  {
    op: 'Cast',
    name: 'Cast',
    fields: [rounding, withScale],
    reads: (form) => !makesCodes(form),
    read: ({ resultTypes }) => ({ attrs: { to: resultTypes[0]!.dtype } }),
  },
]
