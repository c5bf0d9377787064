import { expect, it } from 'vitest'
import { memberTwice } from './member-twice.ts'

it('finds a name that one object has twice', () => {
  expect(memberTwice('{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 2}]}')).toBeUndefined()
  expect(memberTwice('[{"a": 1, "b": ["{", "a:"], "a" : 2}]')).toBe('a')
  expect(memberTwice('{"x": {"y": 1}, "\\u0078": 2}')).toBe('x')
  expect(memberTwice('{"say": "\\"a\\": 1", "a": 1}')).toBeUndefined()
})
