import { QError, type Range } from '@q/ir'
import { type AcuityMode, targetOf } from '../target.ts'

/** What this program says in comments at the top of its tables, which the toolkit passes over. */
export interface TableHead {
  /** A digest of the network, coefficients included. */
  readonly network: string
  /** The mode of layers that are not customized. */
  readonly mode: AcuityMode
  /** How ranges were found, in words. */
  readonly ranges: string
  /** What is added to biases, by layer: what rounding weights takes from the mean of sums. @default nothing */
  readonly biases?: ReadonlyMap<string, Float32Array>
  /** Ranges before they were cut off for 8 bits, by layer: those of layers that get more. @default none was cut off */
  readonly whole?: ReadonlyMap<string, Range>
  /** Ranges of layers that are computed in floats and have no entry: who reads them in codes needs them. @default none */
  readonly floats?: ReadonlyMap<string, Range>
}

const start = '# q '

const allModes = targetOf('acuity').modes
const isMode = (word: string): word is AcuityMode => allModes.includes(word)

/** The comment lines of a table. */
export function printHead({
  network,
  mode,
  ranges,
  biases = new Map(),
  whole = new Map(),
  floats = new Map(),
}: TableHead): readonly string[] {
  return [
    '# written by q; the lines with "# q" are its own, the toolkit passes over them',
    `${start}network: ${network}`,
    `${start}mode: ${mode}`,
    `${start}ranges: ${ranges}`,
    ...rangeLines('whole', whole),
    ...rangeLines('float', floats),
    ...[...biases].map(
      ([layer, numbers]) => `${start}bias: ${base64(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))} ${layer}`,
    ),
  ]
}

/** What the comment lines say; nothing for a table that another program wrote. @throws QError `ACUITY_TABLE` for a line that is damaged */
export function parseHead(lines: readonly string[]): TableHead | undefined {
  const said = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${start}${word}: `)).map((line) => line.slice(`${start}${word}: `.length))
  const [[network], [mode], [ranges]] = [said('network'), said('mode'), said('ranges')]
  if (network === undefined || mode === undefined || ranges === undefined) return undefined
  if (!isMode(mode)) throw damaged('the mode line', mode, allModes.join(', '))
  const biases = new Map(
    said('bias').map((text): [string, Float32Array] => {
      const [digits = '', ...layer] = text.split(' ')
      return [layer.join(' '), numbersOf(digits, layer.join(' '))]
    }),
  )
  return { network, mode, ranges, biases, whole: rangesOf(said('whole')), floats: rangesOf(said('float')) }
}

const rangeLines = (word: string, ranges: ReadonlyMap<string, Range>): readonly string[] =>
  [...ranges].map(([layer, { min, max }]) => `${start}${word}: ${min} ${max} ${layer}`)

const rangesOf = (lines: readonly string[]): ReadonlyMap<string, Range> =>
  new Map(
    lines.map((text): [string, Range] => {
      const [min, max, ...layer] = text.split(' ')
      const range = { min: Number(min), max: Number(max) }
      if (min === '' || max === '' || !(range.min <= range.max) || !Number.isFinite(range.max - range.min))
        throw damaged(`the range line of ${layer.join(' ')}`, text, 'the least and the largest number, then the layer')
      return [layer.join(' '), range]
    }),
  )

const base64 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** @throws QError `ACUITY_TABLE` for letters that are not base64, or bytes that are no finite numbers */
function numbersOf(text: string, layer: string): Float32Array {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    const numbers = bytes.length % 4 === 0 ? new Float32Array(bytes.buffer) : new Float32Array()
    if (numbers.length > 0 && numbers.every(Number.isFinite)) return numbers
  }
  throw damaged(`the bias line of ${layer}`, `${text.length} letters`, 'finite float32 numbers in base64')
}

/** The error for a line of the table that cannot be what q has written. */
export const damaged = (what: string, found: string, wanted: string): QError =>
  new QError('ACUITY_TABLE', `${what} of the table is damaged`, {
    at: [what],
    found,
    wanted,
    hint: 'quantize again with --rebuild',
  })
