import type { Tensor, TensorData } from '@q/ir'
import { QError } from '@q/ir'

/**
 * A part of an array by NumPy's simple indices: whole numbers and `begin:end:step`, joined by commas.
 *
 * @throws QError `ARRAY_INDEX`
 */
export function indexArray(tensor: Tensor, text: string, at: readonly string[]): Tensor {
  const { shape, data } = tensor
  const words = text.split(',').map((word) => word.trim())
  if (words.length > shape.length) throw wrong(text, shape, at)
  const axes = shape.map((size, axis) => placesOf(words[axis] ?? ':', size) ?? fail(text, shape, at))
  const chosen: number[] = []
  const walk = (axis: number, offset: number): void => {
    if (axis === shape.length) return void chosen.push(offset)
    for (const place of axes[axis]!) walk(axis + 1, offset * shape[axis]! + place)
  }
  walk(0, 0)
  const part = data.slice(0, chosen.length) as TensorData
  chosen.forEach((place, i) => {
    part[i] = data[place]!
  })
  const kept = axes.filter((_, axis) => words[axis] === undefined || words[axis]!.includes(':')).map((places) => places.length)
  return { ...tensor, shape: kept, data: part }
}

function placesOf(word: string, size: number): readonly number[] | undefined {
  if (/^-?\d+$/.test(word)) {
    const place = Number(word) < 0 ? Number(word) + size : Number(word)
    return place >= 0 && place < size ? [place] : undefined
  }
  const match = /^(-?\d+)?:(-?\d+)?(?::(\d+))?$/.exec(word)
  if (match === null) return undefined
  const [, begin, end, step = '1'] = match
  const bound = (given: string | undefined, otherwise: number) =>
    given === undefined ? otherwise : Math.min(size, Math.max(0, Number(given) < 0 ? Number(given) + size : Number(given)))
  if (Number(step) === 0) return undefined
  const places: number[] = []
  for (let i = bound(begin, 0); i < bound(end, size); i += Number(step)) places.push(i)
  return places
}

function fail(text: string, shape: readonly number[], at: readonly string[]): never {
  throw wrong(text, shape, at)
}

function wrong(text: string, shape: readonly number[], at: readonly string[]): QError {
  return new QError('ARRAY_INDEX', `there is no part ${text}`, {
    at,
    found: text,
    wanted: `at most ${shape.length} of: a number, begin:end, begin:end:step, within [${shape.join(', ')}]`,
    hint: 'write 0,:,2:5 for instance',
    kind: 'usage',
  })
}
