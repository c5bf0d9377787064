import { QError } from '@q/ir'
import type { Block } from './float-regions.ts'

/**
 * Blocks in the words of TPU-MLIR's manuals: `start:end` each, `start1,start2:end1,end2` with several ends, or, as its older manual has
 * it, starts and ends by turns (`start end start end`).
 *
 * Names may hold colons: the one that divides is the one with names of layers on both sides.
 *
 * @param words what stands between spaces
 * @param isLayer whether a name is one of the network
 * @throws QError `REGION_BLOCK` for words that are no blocks
 */
export function parseBlocks(words: readonly string[], isLayer: (name: string) => boolean): readonly Block[] {
  const divided = words.map((word) => divide(word, isLayer))
  if (divided.every((each) => each !== undefined)) return divided
  if (words.length % 2 === 0 && divided.every((each) => each === undefined))
    return Array.from({ length: words.length / 2 }, (_, i) => ({
      starts: parseNames(words[2 * i]!, isLayer),
      ends: parseNames(words[2 * i + 1]!, isLayer),
    }))
  const wrong = words[divided.indexOf(undefined)]!
  throw new QError('REGION_BLOCK', `${wrong} does not say where a block begins and ends`, {
    at: [wrong],
    found: words.join(' '),
    wanted: 'start:end for each block, or starts and ends by turns',
    hint: 'put a colon between the two, and commas between several starts or ends',
    kind: 'usage',
  })
}

/** A word at the colon with names of layers on both sides; at its only colon where no name is one, so that the name is refused. */
function divide(word: string, isLayer: (name: string) => boolean): Block | undefined {
  if (namesIn(word, isLayer).every(isLayer)) return undefined
  const parts = word.split(':')
  const blocks = parts.slice(1).map((_, i) => ({
    starts: namesIn(parts.slice(0, i + 1).join(':'), isLayer),
    ends: namesIn(parts.slice(i + 1).join(':'), isLayer),
  }))
  const known = blocks.find(({ starts, ends }) => [...starts, ...ends].every(isLayer))
  const only = known ?? (blocks.length === 1 ? blocks[0] : undefined)
  return only?.starts.includes('') === true || only?.ends.includes('') === true ? undefined : only
}

/**
 * Names joined by commas. A name may hold commas and blanks itself: the longest one that is a layer is taken, blanks around others are left out.
 *
 * @param isLayer whether a name is one of the network
 * @throws QError `REGION_NAME` where a name is empty
 */
export function parseNames(text: string, isLayer: (name: string) => boolean): readonly string[] {
  const names = namesIn(text, isLayer)
  if (names.length > 0 && !names.includes('')) return names
  throw new QError('REGION_NAME', 'the name of a layer is empty', {
    at: [text],
    found: JSON.stringify(text),
    wanted: 'names of layers, joined by commas',
    hint: 'name a layer, or leave the option out; a variable of the shell may be empty',
    kind: 'usage',
  })
}

function namesIn(text: string, isLayer: (name: string) => boolean): readonly string[] {
  const parts = text.split(',')
  const names: string[] = []
  for (let at = 0; at < parts.length; ) {
    const joined = (end: number): string => parts.slice(at, end).join(',')
    // Without commas of their own names are the usual case, and found at once.
    const most = Math.min(parts.length, at + mostCommas + 1)
    let end = most
    while (end > at + 1 && !isLayer(joined(end))) end--
    names.push(isLayer(joined(end)) ? joined(end) : joined(end).trim())
    at = end
  }
  return names
}

/** How many commas a name has at most. */
const mostCommas = 16
