import { QError } from '@q/ir'

/**
 * Reads the numbers of a `.tensor` file, in the order of its shape (spec/acuity.md 3.7): text, with any space between them.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `TENSOR_FILE` with what is no number
 */
export function parseTensorText(text: string, place: string): Float64Array {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return Float64Array.from(words, (word, i) => {
    const number = numberOfWord(word)
    if (number !== undefined) return number
    throw new QError('TENSOR_FILE', 'this is no file of numbers', {
      at: [place, `number ${i + 1}`],
      found: word,
      wanted: 'numbers with spaces or line ends between them',
      hint: 'give a .tensor file that inference or dump wrote',
    })
  })
}

const words: Readonly<Record<string, number>> = { nan: Number.NaN, '-nan': Number.NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity }

function numberOfWord(word: string): number | undefined {
  const known = words[word.toLowerCase()]
  if (known !== undefined) return known
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : undefined
}

/** The text of a `.tensor` file: a number a line, 16 digits behind the point; codes as they are. */
export function printTensorText(values: Iterable<number>, { codes = false }: { readonly codes?: boolean } = {}): string {
  let text = ''
  for (const value of values) text += `${codes ? value : decimal(value)}\n`
  return text
}

const decimal = (x: number): string => (Number.isFinite(x) ? plainFixed(x) : Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf')

/** JavaScript writes numbers from 1e21 on with an exponent, where C writes all digits. */
const plainFixed = (x: number): string => (Math.abs(x) < 1e21 ? x.toFixed(16) : `${BigInt(x)}.${'0'.repeat(16)}`)

/** What the name of a `.tensor` file says. */
export interface TensorFileName {
  readonly layer: string
  readonly port: string
  readonly shape: readonly number[]
  /** Which sample, of files that inference wrote. */
  readonly iteration?: number
  /** Whether the file holds codes. */
  readonly codes: boolean
  /** Whether a dump wrote it. */
  readonly nchw: boolean
}

const nameForm = /^(?:iter_(\d+)_)?(.+?)(\.qnt)?\.tensor$/
const tailForm = /^_(out\d+)_(nchw_)?(\d+(?:_\d+)*)$/

/** A layer's key as a part of a file name: what separates paths, and what some systems refuse, becomes `_`. */
export const fileNameOfLayer = (layer: string): string => layer.replace(/[/\\:*?"<>|\s]/g, '_')

/** The name of the file of a tensor: `iter_<i>_<layer>_<port>_<dims>.tensor` of inference, `<layer>_<port>_nchw_<dims>.tensor` of a dump. */
export function tensorFileName({ layer, port, shape, iteration, codes, nchw }: TensorFileName): string {
  const start = iteration === undefined ? '' : `iter_${iteration}_`
  return `${start}${fileNameOfLayer(layer)}_${port}_${nchw ? 'nchw_' : ''}${shape.join('_')}${codes ? '.qnt' : ''}.tensor`
}

/**
 * What a file name says. Layers end in digits as shapes do, so a name is read beside the layers there are, the longest first.
 *
 * @returns nothing where the name is no such name, or of no layer
 */
export function readTensorFileName(name: string, layers: Iterable<string>): TensorFileName | undefined {
  const [, iteration, rest = '', codes] = nameForm.exec(name) ?? []
  const known = [...layers].map((layer) => ({ layer, written: fileNameOfLayer(layer) })).sort((a, b) => b.written.length - a.written.length)
  for (const { layer, written } of known) {
    if (!rest.startsWith(written)) continue
    const [, port, nchw, dims] = tailForm.exec(rest.slice(written.length)) ?? []
    if (port === undefined || dims === undefined) continue
    return {
      layer,
      port,
      shape: dims.split('_').map(Number),
      ...(iteration === undefined ? {} : { iteration: Number(iteration) }),
      codes: codes !== undefined,
      nchw: nchw !== undefined,
    }
  }
  return undefined
}
