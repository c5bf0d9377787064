import { QError } from '@q/ir'
import { dividingColon } from './dividing-colon.ts'
import type { Block } from './float-regions.ts'
import { mostCommas } from './most-commas.ts'

/**
 * Blocks in the words of TPU-MLIR's manuals: `start:end` each, `start1,start2:end1,end2` with several ends, or, as its older manual has
 * it, starts and ends by turns (`start end start end`).
 *
 * Names may hold colons: the one that divides is the one with names of layers on both sides. Words that are all names of layers are starts
 * and ends by turns where their number is even.
 *
 * @param words what stands between spaces
 * @param isLayer whether a name is one of the network
 * @throws QError `REGION_BLOCK` for words that are no blocks
 */
export function parseBlocks(words: readonly string[], isLayer: (name: string) => boolean): readonly Block[] {
  const areNames = words.map((word) => namesIn(word, isLayer).every(isLayer))
  const inTurn = words.length % 2 === 0 && areNames.every(Boolean)
  const divided = words.map((word, i) => (inTurn ? undefined : divide(word, areNames[i]!, isLayer)))
  if (divided.every((each) => each !== undefined)) return divided
  if (words.length % 2 === 0 && divided.every((each) => each === undefined))
    return Array.from({ length: words.length / 2 }, (_, i) => ({
      starts: parseNames(words[2 * i]!, isLayer),
      ends: parseNames(words[2 * i + 1]!, isLayer),
    }))
  const place = divided.indexOf(undefined)
  const wrong = words[place]!
  throw new QError('REGION_BLOCK', `${wrong} does not say where a block begins and ends`, {
    at: [wrong],
    found: words.join(' '),
    wanted: 'start:end for each block, or starts and ends by turns',
    hint:
      areNames[place] && wrong.includes(':')
        ? `${wrong} is a layer of this network, colon and all: name the other end of the block beside it`
        : 'put a colon between the two, and commas between several starts or ends',
    kind: 'usage',
  })
}

/** A word at the colon with names of layers on both sides; at its only colon where no name is one, so that the name is refused. */
function divide(word: string, isName: boolean, isLayer: (name: string) => boolean): Block | undefined {
  const only = word.indexOf(':') === word.lastIndexOf(':') && !isName ? word.indexOf(':') : -1
  const at = dividingColon(word, isLayer) ?? only
  if (at < 0) return undefined
  const [starts, ends] = [namesIn(word.slice(0, at), isLayer), namesIn(word.slice(at + 1), isLayer)]
  return starts.includes('') || ends.includes('') ? undefined : { starts, ends }
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
