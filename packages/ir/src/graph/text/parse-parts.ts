import { type DType, storageArray } from '../../tensor/tensor.ts'
import type { Attrs, AttrValue, Quant, TensorType } from '../types.ts'
import type { Scanner } from './scanner.ts'

const plainName = /[\w./][\w./-]*/y
const quotedName = /"(?:[^"\\]|\\.)*"/y
const numberWord = /-?(?:Infinity|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|NaN/y

/** A name, plain or in quotes. */
export function parseName(scanner: Scanner): string {
  const quoted = parseQuoted(scanner)
  return quoted ?? scanner.match(plainName) ?? scanner.fail('a name')
}

/** Items between brackets, separated by commas. */
export function parseList<T>(scanner: Scanner, open: string, close: string, item: () => T): readonly T[] {
  scanner.expect(open)
  const items: T[] = []
  if (scanner.take(close)) return items
  do items.push(item())
  while (scanner.take(','))
  scanner.expect(close)
  return items
}

/** A number as its digits, so that 64-bit integers lose nothing. */
export function parseDigits(scanner: Scanner): string {
  return scanner.match(numberWord) ?? scanner.fail('a number')
}

/** A number. */
function parseNumber(scanner: Scanner): number {
  return Number(parseDigits(scanner))
}

/** `{name = value, ...}`, or nothing. */
export function parseAttributes(scanner: Scanner): Attrs {
  if (scanner.match(/(?=\{)/y) === undefined) return {}
  return Object.fromEntries(
    parseList(scanner, '{', '}', () => {
      const name = parseName(scanner)
      scanner.expect('=')
      return [name, parseAttribute(scanner)]
    }),
  )
}

function parseAttribute(scanner: Scanner): AttrValue {
  if (scanner.match(/(?=\[)/y) !== undefined) {
    const items = parseList(scanner, '[', ']', () => parseQuoted(scanner) ?? parseNumber(scanner))
    return items as readonly number[] | readonly string[]
  }
  const truth = scanner.match(/(?:true|false)\b/y)
  if (truth !== undefined) return truth === 'true'
  return parseQuoted(scanner) ?? parseNumber(scanner)
}

function parseQuoted(scanner: Scanner): string | undefined {
  const quoted = scanner.match(quotedName)
  if (quoted === undefined) return undefined
  try {
    return JSON.parse(quoted) as string
  } catch {
    return scanner.fail('a string with JSON escapes')
  }
}

/** A type: `i8[1,8]{scale 0.05, zero 0}`. */
export function parseType(scanner: Scanner): TensorType {
  const dtype = scanner.match(/\w+/y)
  if (dtype === undefined || !Object.hasOwn(storageArray, dtype))
    return scanner.fail(`an element type before this: ${Object.keys(storageArray).join(', ')}`)
  const shape = parseList(scanner, '[', ']', () => Number(scanner.match(/\d+/y) ?? scanner.fail('a dimension')))
  const notes = parseNotes(scanner)
  return { dtype: dtype as DType, shape, ...quantOf(notes), ...rangeOf(notes) }
}

interface Notes {
  readonly numbers: ReadonlyMap<string, number>
  readonly lists: ReadonlyMap<string, readonly number[]>
  readonly expressed?: Quant['expressed']
}

function parseNotes(scanner: Scanner): Notes {
  const numbers = new Map<string, number>()
  const lists = new Map<string, readonly number[]>()
  let expressed: Quant['expressed'] | undefined
  const note = (): void => {
    const word =
      scanner.match(/scales|scale|zeros|zero|saturate|expressed|axis|min|max/y) ??
      scanner.fail('scale, zero, expressed, axis, scales, zeros, saturate, min or max')
    if (word === 'saturate') lists.set(word, parseEnds(scanner))
    else if (word === 'expressed') expressed = (scanner.match(/f32|f16|bf16/y) ?? scanner.fail('f32, f16 or bf16')) as Quant['expressed']
    else if (word === 'scales' || word === 'zeros')
      lists.set(
        word,
        parseList(scanner, '[', ']', () => parseNumber(scanner)),
      )
    else numbers.set(word, parseNumber(scanner))
  }
  if (scanner.match(/(?=\{)/y) !== undefined) parseList(scanner, '{', '}', note)
  return { numbers, lists, ...(expressed === undefined ? {} : { expressed }) }
}

/** The smallest and the largest code. */
function parseEnds(scanner: Scanner): readonly number[] {
  const ends = parseList(scanner, '[', ']', () => parseNumber(scanner))
  return ends.length === 2 ? ends : scanner.fail('two numbers before this')
}

function quantOf({ numbers, lists, expressed = 'f32' }: Notes): { readonly quant?: Quant } {
  const scale = numbers.get('scale')
  const axis = numbers.get('axis')
  const scales = lists.get('scales')
  const zeroPoints = lists.get('zeros')
  const saturate = lists.get('saturate')
  if (scale === undefined) return {}
  return {
    quant: {
      scale,
      zeroPoint: numbers.get('zero') ?? 0,
      expressed,
      ...(axis === undefined ? {} : { axis }),
      ...(scales === undefined ? {} : { scales }),
      ...(zeroPoints === undefined ? {} : { zeroPoints }),
      ...(saturate === undefined ? {} : { saturate: saturate as [number, number] }),
    },
  }
}

function rangeOf({ numbers }: Notes): Pick<TensorType, 'range'> {
  const min = numbers.get('min')
  const max = numbers.get('max')
  return min === undefined || max === undefined ? {} : { range: { min, max } }
}
