import type { SearchEvent } from '@q/mixprec'
import { expect, it } from 'vitest'
import { searchProgress } from './search-progress.ts'

/** What is told of a search whose questions take so many trials each. */
function told(questions: readonly (readonly [trials: number, done: number])[], isEnded = true): readonly string[] {
  const lines: string[] = []
  const { onEvent, end } = searchProgress(({ stage, done, total }) => lines.push(`${stage} ${done}/${total}`))
  for (const [trials, done] of questions) {
    onEvent({ kind: 'question', trials, done, open: [] })
    for (let measured = 1; measured <= trials; measured++) onEvent({ kind: 'progress', measured, total: trials, done } as SearchEvent)
  }
  if (isEnded) end()
  return lines
}

it('a search that is over has done all that there was to do', () => {
  expect(
    told([
      [2, 0],
      [1, 0.5],
    ]),
  ).toEqual(['search 1/2', 'search 2/2', 'search 3/4', 'search 3/3'])
})

it('a search that told its end, or nothing, does not tell it again', () => {
  expect(told([[2, 0]])).toEqual(['search 1/2', 'search 2/2'])
  expect(told([])).toEqual([])
})

it('a search that goes on behind its expected end never tells less than the question in hand takes', () => {
  const lines = told(
    [
      [2, 0],
      [4, 1],
    ],
    false,
  )
  expect(lines.slice(2)).toEqual(['search 3/6', 'search 4/6', 'search 5/6', 'search 6/7'])
})
