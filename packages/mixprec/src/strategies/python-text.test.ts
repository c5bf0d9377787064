import { describe, expect, it } from 'vitest'
import { pythonFloat, pythonFloats, pythonList } from './python-text.ts'

describe('numbers and lists as Python prints them', () => {
  // Printed by CPython 3.10.
  it.each([
    [6, '6.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [255, '255.0'],
    [0.5, '0.5'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-2.5224233368703608e-8, '-2.5224233368703608e-08'],
    [6.350503565233367e-7, '6.350503565233367e-07'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [1.5e-300, '1.5e-300'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ])('%f is %s', (x, text) => {
    expect(pythonFloat(x)).toBe(text)
  })
  it('quotes names in lists and dictionaries', () => {
    expect(pythonList(['a', 'b_c'])).toBe("['a', 'b_c']")
    expect(pythonList([])).toBe('[]')
    expect(pythonFloats([['kl', 1]])).toBe("{'kl': 1.0}")
  })
})
