import { InvalidArgumentError } from 'commander'

/** `[[1,3,224,224],[10]]` or `[1,3,224,224]`. */
export function parseShapes(text: string): readonly (readonly number[])[] {
  const shapes = parseJson(text, 'shapes like [[1,3,224,224],[10]]')
  const list = Array.isArray(shapes) && shapes.length > 0 && shapes.every((each) => typeof each === 'number') ? [shapes] : shapes
  if (!Array.isArray(list) || list.length === 0 || !list.every((shape) => Array.isArray(shape) && isShape(shape))) {
    throw new InvalidArgumentError(
      `wanted shapes of whole numbers from 1 to ${largestShape} and of as many elements at most, like [[1,3,224,224],[10]].`,
    )
  }
  return list as readonly (readonly number[])[]
}

/** What sizes and numbers of elements are counted in by the files of chips: a signed number of 32 bits. */
const largestShape = 2 ** 31 - 1

const isShape = (dims: readonly unknown[]): boolean =>
  dims.every((dim) => Number.isInteger(dim) && (dim as number) > 0) &&
  (dims as readonly number[]).reduce((product, dim) => product * dim, 1) <= largestShape

/** A name that files are named after: no folders, not empty. */
export function parsePlainName(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (text.trim() === '' || /[/\\\u0000-\u001f]/.test(text)) throw new InvalidArgumentError('wanted a plain name, without folders.')
  return text
}

/** A value of a pixel. */
export function parsePixel(text: string): number {
  const value = parseNumber(text)
  if (value < 0 || value > 255) throw new InvalidArgumentError('wanted a value of a pixel, from 0 to 255.')
  return value
}

/** One number. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`wanted a number, found "${text}".`)
  return value
}

/** A similarity. */
export function parseSimilarity(text: string): number {
  const value = parseNumber(text)
  if (value < 0 || value > 1) throw new InvalidArgumentError('wanted a number from 0 to 1.')
  return value
}

/** `123.675,116.28,103.53`, also in the brackets that help texts and other tools put around lists. */
export function parseNumbers(text: string): readonly number[] {
  return text
    .replace(/^\s*\[(.*)\]\s*$/s, '$1')
    .split(',')
    .map((part) => {
      const value = Number(part.trim())
      if (part.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`wanted numbers joined by commas, found "${part}".`)
      return value
    })
}

/** `256,256`, two positive whole numbers. */
export function parseSize(text: string): readonly number[] {
  const numbers = parseNumbers(text)
  if (numbers.length !== 2 || !isShape(numbers)) {
    throw new InvalidArgumentError(`wanted height,width, like 256,256, of at most ${largestShape} pixels.`)
  }
  return numbers
}

/** A JSON object. @param example one that would do */
export function parseObject(example: string): (text: string) => Readonly<Record<string, unknown>> {
  const wanted = `a JSON object, like ${example}`
  return (text) => {
    const value = parseJson(text, wanted)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
    throw new InvalidArgumentError(`wanted ${wanted}.`)
  }
}

/** A whole number of at least `least`. */
export function parseCount(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`wanted a whole number of at least ${least}.`)
    return value
  }
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** `4GiB`, `512M`, a number of bytes. Units are powers of 1024. */
export function parseBytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(number) * (unitBytes[unit?.toLowerCase() ?? ''] ?? Number.NaN))
  if (!(bytes >= 2 ** 20) || !Number.isSafeInteger(bytes)) throw new InvalidArgumentError('wanted a size of at least 1MiB, like 8GiB.')
  return bytes
}

/** `0.9,0.8`: the cosine and euclidean similarity to exceed. */
export function parseTolerance(text: string): readonly [number, number] {
  const numbers = parseNumbers(text)
  if (numbers.length !== 2) throw new InvalidArgumentError('wanted cosine,euclidean, like 0.9,0.8.')
  return [numbers[0]!, numbers[1]!]
}

/** Names joined by commas; blanks around them do not count. */
export function parseNames(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Whole numbers from 1, joined by commas. An empty text names all, as an option without its list does. */
export function parsePlaces(text: string): readonly number[] | 'all' {
  if (text.trim() === '') return 'all'
  return text.split(',').map((part) => parseCount(1)(part))
}

function parseJson(text: string, wanted: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError(`wanted ${wanted}.`)
  }
}
