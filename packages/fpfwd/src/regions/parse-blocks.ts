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
    return Array.from({ length: words.length / 2 }, (_, i) => ({ starts: namesOf(words[2 * i]!), ends: namesOf(words[2 * i + 1]!) }))
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
  if (namesOf(word).every(isLayer)) return undefined
  const parts = word.split(':')
  const blocks = parts.slice(1).map((_, i) => ({
    starts: namesOf(parts.slice(0, i + 1).join(':')),
    ends: namesOf(parts.slice(i + 1).join(':')),
  }))
  const known = blocks.find(({ starts, ends }) => [...starts, ...ends].every(isLayer))
  return known ?? (blocks.length === 1 ? blocks[0] : undefined)
}

const namesOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
