import { expect, it } from 'vitest'
import { printEntry } from './journal.ts'
import { createKnownLosses } from './known-losses.ts'

const losses = { cosine: { loss: 0.5, outputs: [] } }
const entry = printEntry({ scope: 's', key: 'k', sample: 0, losses })

/** What is written behind these lines when one more loss is known. */
function written(...lines: readonly string[]): readonly string[] {
  const more: string[] = []
  const known = createKnownLosses('s', { lines, append: (line) => more.push(line) })
  known.add('k', 1, losses)
  known.add('k', 2, losses)
  return more.map((line) => (line === '' ? line : 'entry'))
}

it('a torn last line stays a line of its own, a whole one is followed at once', () => {
  expect(written()).toEqual(['entry', 'entry'])
  expect(written('')).toEqual(['entry', 'entry'])
  expect(written(entry, '')).toEqual(['entry', 'entry'])
  expect(written(entry, entry.slice(0, 9))).toEqual(['', 'entry', 'entry'])
  expect(written('', entry.slice(0, 9))).toEqual(['', 'entry', 'entry'])
})

it('losses of one place add up, by metric, from the journal and from this run', () => {
  const known = createKnownLosses('s', { lines: [entry, ''], append: () => {} })
  known.add('k', 0, { noise: { loss: 2, outputs: [] } })
  known.add('k', 1, losses)
  expect([known.get('k', 0, 'cosine')?.loss, known.get('k', 0, 'noise')?.loss, known.get('k', 1, 'noise')]).toEqual([0.5, 2, undefined])
  expect([known.isJournaled('k', 0), known.isJournaled('k', 1)]).toEqual([true, false])
  expect(createKnownLosses('other', { lines: [entry], append: () => {} }).get('k', 0, 'cosine')).toBeUndefined()
})
