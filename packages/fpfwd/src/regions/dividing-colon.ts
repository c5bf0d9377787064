import { mostCommas } from './most-commas.ts'

/** Where a name begins, and how many commas lie before. */
interface Place {
  readonly from: number
  readonly commas: number
}

/**
 * Where the first colon of a word is that has names of layers alone on both sides, as `namesIn` finds them; undefined without one.
 *
 * Names in front of a colon are the same for all colons further back, but for the last few, and names behind one are the same wherever
 * they begin: both are looked for once, so that the work grows as the word does.
 */
export function dividingColon(word: string, isLayer: (name: string) => boolean): number | undefined {
  const commas = placesOf(word, ',')
  const behind = namesBehind(word, commas, isLayer)
  let front: Place = { from: 0, commas: 0 }
  let before = 0
  for (const colon of placesOf(word, ':')) {
    while (before < commas.length && commas[before]! < colon) before++
    const end = { at: colon, commas: before }
    while (front.commas + mostCommas + 1 <= before) {
      const next = nextName(word, front, { commas, end }, isLayer)
      if (next === undefined) return undefined
      front = next
    }
    let place: Place | undefined = front
    while (place !== undefined && place.from <= colon) place = nextName(word, place, { commas, end }, isLayer)
    if (place !== undefined && behind({ from: colon + 1, commas: before })) return colon
  }
  return undefined
}

/** Whether names of layers alone begin at a place and end with the word. */
function namesBehind(word: string, commas: readonly number[], isLayer: (name: string) => boolean): (place: Place) => boolean {
  const known = new Map<number, boolean>()
  const end = { at: word.length, commas: commas.length }
  return (start) => {
    const passed: number[] = []
    let place: Place | undefined = start
    while (place !== undefined && place.from <= word.length && !known.has(place.from)) {
      passed.push(place.from)
      place = nextName(word, place, { commas, end }, isLayer)
    }
    const isGood = place !== undefined && (known.get(place.from) ?? true)
    for (const from of passed) known.set(from, isGood)
    return isGood
  }
}

/** Where the name behind the longest one that begins at a place begins; undefined where none is a layer. */
function nextName(
  word: string,
  { from, commas: first }: Place,
  { commas, end }: { readonly commas: readonly number[]; readonly end: { readonly at: number; readonly commas: number } },
  isLayer: (name: string) => boolean,
): Place | undefined {
  const endOf = (comma: number): number => (comma < end.commas ? commas[comma]! : end.at)
  const next = (comma: number): Place => ({ from: endOf(comma) + 1, commas: comma + 1 })
  for (let comma = Math.min(first + mostCommas, end.commas); comma >= first; comma--)
    if (isLayer(word.slice(from, endOf(comma)))) return next(comma)
  return isLayer(word.slice(from, endOf(first)).trim()) ? next(first) : undefined
}

const placesOf = (word: string, sign: string): readonly number[] => [...word.matchAll(new RegExp(sign, 'g'))].map(({ index }) => index)
