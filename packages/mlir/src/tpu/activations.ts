import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, selects } from '../codec/field.ts'
import type { Spelling, WriteForm } from '../codec/spelling.ts'
import { type UnarySpelling, unarySpellings } from '../unary-spellings.ts'

const mode = (value: string): Field => selects('enum:active_mode', 'mode', value)

/** What lowering leaves of a Top Sigmoid; `log` alone means something. */
const sigmoidRest: readonly Field[] = [fixed('f64', 'scale', 1), fixed('f64', 'bias', 0)]

/** A function with one mode of its own, with or without coefficients. */
function active({ op, mode: word, coefficients }: UnarySpelling): readonly Spelling[] {
  if (word === undefined) return []
  if (coefficients === undefined) return [{ op, name: 'Active', fields: [mode(word)] }]
  const coeffs: Field = {
    name: 'coeffs',
    type: 'floats',
    lax: true,
    derive: ({ attrs }) => coefficients.map((name) => attrs[name] as number),
  }
  const read: Spelling['read'] = ({ operation }) => {
    const attribute = operation.attributes.get('coeffs')
    const values = attribute?.kind === 'floats' ? attribute.values : []
    return { attrs: Object.fromEntries(coefficients.map((name, k) => [name, values[k] ?? Number.NaN])) }
  }
  return [{ op, name: 'Active', fields: [mode(word), coeffs], read }]
}

const eachChannel =
  (number: number) =>
  ({ node, typeOf }: WriteForm): readonly number[] =>
    Array.from({ length: typeOf(node.inputs[0]!).shape[1]! }, () => number)

/** Functions computed element by element on floats, tables on codes. */
export const tpuActivations: readonly Spelling[] = [
  ...unarySpellings.flatMap(active),
  {
    op: 'Sigmoid',
    name: 'Active',
    fields: [mode('SIGMOID'), lax('bool', 'log', false), ...sigmoidRest],
    writes: ({ attrs }) => attrs['log'] !== true,
  },
  {
    op: 'Sigmoid',
    name: 'Active',
    fields: [mode('LOG_SIGMOID'), field('bool', 'log', 'log', { value: true }), ...sigmoidRest],
    writes: ({ attrs }) => attrs['log'] === true,
  },
  ...(
    [
      ['none', 'GELU'],
      ['tanh', 'TGELU'],
      ['sigmoid', 'QGELU'],
    ] as const
  ).map(
    ([approximate, modeName]): Spelling => ({
      op: 'Gelu',
      name: 'Active',
      fields: [mode(modeName)],
      read: () => ({ attrs: { approximate } }),
      writes: ({ attrs }) => attrs['approximate'] === approximate,
    }),
  ),
  {
    op: 'Lut',
    name: 'Lut',
    fields: [],
    elementName: ({ inputs, typeOf }, operand) => {
      if (operand !== 1) return undefined
      const { dtype } = typeOf(inputs[1]!)
      return dtype === 'i8' ? 'si8' : dtype === 'i32' ? 'si32' : undefined
    },
  },
  {
    op: 'LutAxis',
    name: 'ScaleLut',
    // The table decides; what it was made by is said nowhere else.
    fields: [derived('floats', 'scale', eachChannel(1)), derived('floats', 'bias', eachChannel(0)), lax('bool', 'sign', true)],
    read: () => ({ attrs: { axis: 1 } }),
    writes: ({ attrs }) => attrs['axis'] === 1,
  },
]
