import { describe, expect, it } from 'vitest'
import { wrapperTo } from './wrap.ts'

describe('whole numbers that an integer type does not hold', () => {
  it('wrap as in two’s complement', () => {
    const numbers = [-129, -1, 128, 255, 256, 2 ** 32 + 3]
    expect(numbers.map(wrapperTo('i8'))).toEqual([127, -1, -128, -1, 0, 3])
    expect(numbers.map(wrapperTo('u8'))).toEqual([127, 255, 128, 255, 0, 3])
    expect(numbers.map(wrapperTo('u16'))).toEqual([65407, 65535, 128, 255, 256, 3])
    expect([2 ** 31, -1].map(wrapperTo('i32'))).toEqual([-(2 ** 31), -1])
  })
})
