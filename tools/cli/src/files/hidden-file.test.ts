import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { hiddenBeside } from './hidden-file.ts'

it('stands beside the output; names that become too long are cut, and told apart', () => {
  expect(hiddenBeside('out/table', 'journal')).toBe('out/.table.journal')
  const [a, b] = ['x'.repeat(250), `${'x'.repeat(249)}y`].map((name) => basename(hiddenBeside(name, 'unfinished')))
  expect(a).not.toBe(b)
  for (const name of [a!, b!, basename(hiddenBeside('\u540d'.repeat(85), 'journal'))]) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
    expect(name).toMatch(/^\..*\.(unfinished|journal)$/)
  }
})
