import { QError } from '@q/ir'

/** A line of `entropy.txt`: a tensor's key and how much of its information codes would lose, from 0 (good) to 1. */
export interface EntropyLine {
  readonly key: string
  readonly entropy: number
}

const form = /^(@.+:(?:out\d+|weight|bias)), (\S+)$/

/**
 * Reads an `entropy.txt` (spec/acuity.md 3.6): activations, then weights, each with the smallest first.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `ENTROPY_FILE` with the line that is none
 */
export function parseEntropy(text: string, place: string): readonly EntropyLine[] {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const [, key, number] = form.exec(line.trimEnd()) ?? []
    const entropy = Number(number)
    if (key !== undefined && Number.isFinite(entropy)) return [{ key, entropy }]
    throw new QError('ENTROPY_FILE', 'this is no line of an entropy file', {
      at: [place, `line ${i + 1}`],
      found: line,
      wanted: '@<layer>:out<N>, <number> or @<layer>:weight, <number>',
      hint: 'give the entropy.txt that quantize --compute-entropy wrote',
    })
  })
}

/** The text of an `entropy.txt`, in the order given. Numbers have all their digits. */
export const printEntropy = (lines: readonly EntropyLine[]): string => lines.map(({ key, entropy }) => `${key}, ${entropy}\n`).join('')
