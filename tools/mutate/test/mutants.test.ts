import { describe, expect, it } from 'vitest'

const { mutantsOf, shuffled } = await import(new URL('../mutants.mjs', import.meta.url).href)
const changes = (text: string): string[] =>
  mutantsOf('x.ts', text).map(({ kind, before, after }: Record<string, string>) => `${kind}: ${before} → ${after}`)

describe('mutants', () => {
  it('a comparison moves to its boundary and turns round', () => {
    expect(changes('a < b')).toEqual(['boundary: < → <=', 'comparison: < → >='])
    expect(changes('a === b')).toEqual(['comparison: === → !=='])
  })

  it('a number moves by one, zero only up', () => {
    expect(changes('x = [7]')).toEqual(['dropped statement: x = [7] → ;', 'constant: 7 → 8', 'constant: 7 → 6'])
    expect(changes('const x = 0')).toEqual(['constant: 0 → 1'])
  })

  it('an if always and never holds, and its branches change places', () => {
    expect(changes('if (a) b()\nelse c()')).toEqual([
      'condition: a → (true as boolean)',
      'condition: a → (false as boolean)',
      'swapped branches: if (a) b()\nelse c() → if (a) { c() } else { b() }',
      'dropped statement: b() → ;',
      'dropped statement: c() → ;',
    ])
  })

  it('fields of an object fall away one by one', () => {
    expect(mutantsOf('x.ts', 'const x = { a, b: c, ...d }').map(({ text }: { text: string }) => text)).toEqual([
      'const x = { b: c, ...d }',
      'const x = { a, ...d }',
      'const x = { a, b: c,  }',
    ])
  })

  it('thrown errors, types and imports stay', () => {
    expect(changes("import { a } from './a.ts'\ntype T = 1 | 2\nthrow new QError('A', text(1 + 2), { at: [3] })")).toEqual([])
  })

  it('joined text stays, for it only makes messages and names', () => {
    expect(changes("a + 'b'")).toEqual([])
  })

  it('one seed gives one order of all items', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8]
    expect(shuffled(items, 3)).toEqual(shuffled(items, 3))
    expect([...shuffled(items, 3)].sort()).toEqual(items)
    expect(shuffled(items, 3)).not.toEqual(shuffled(items, 4))
  })
})
