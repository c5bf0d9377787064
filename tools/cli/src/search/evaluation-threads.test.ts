import { expect, it } from 'vitest'
import { threadCount } from './evaluation-threads.ts'

it('there are as many threads as a user wants, up to four for each core', () => {
  expect([1, 2, 7, 8, 9, 5000].map((wanted) => threadCount(wanted, 2))).toEqual([1, 2, 7, 8, 8, 8])
  expect(threadCount(5000, 16)).toBe(64)
})
