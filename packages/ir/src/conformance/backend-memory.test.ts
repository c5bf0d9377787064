import { describe, expect, it } from 'vitest'
import { backendConformance } from './backend-conformance.ts'
import { shareOf } from './backend-memory.ts'
import { nullBackend } from './null-backend.ts'

function titlesOf(options: Partial<Parameters<typeof backendConformance>[0]>): readonly string[] {
  const titles: string[] = []
  const runner = { describe: (_: string, body: () => void) => body(), it: (title: string) => void titles.push(title) }
  backendConformance({ runner, create: nullBackend, ...options })
  return titles
}

const memory = /^(?:follows|keeps|computes the same)/

describe('modes of one group', () => {
  it('have a place each, and every turn falls to one of them', () => {
    const groups = [['A', 'B', 'C']]
    expect(['A', 'B', 'C', 'D'].map((mode) => shareOf(mode, groups))).toEqual([
      { place: 0, of: 3 },
      { place: 1, of: 3 },
      { place: 2, of: 3 },
      { place: 0, of: 1 },
    ])
  })

  it('are examined once together for what a back end remembers, and each with every operator', () => {
    const { modes } = nullBackend().target
    const [apart, together] = [titlesOf({}), titlesOf({ alike: [modes] })]
    const count = (titles: readonly string[], part: string): number => titles.filter((title) => title.startsWith(part)).length
    for (const part of ['follows', 'keeps nothing from plan', 'computes the same'])
      expect(count(together, part) * modes.length, part).toBe(count(apart, part))
    expect(together.filter((title) => !memory.test(title))).toEqual(apart.filter((title) => !memory.test(title)))
  })

  it('what is run is examined alone where that is asked for', () => {
    expect(titlesOf({ examines: 'runs' })).toEqual(titlesOf({}).filter((title) => !memory.test(title)))
  })
})
