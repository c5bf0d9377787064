import { expect, it } from 'vitest'
import type { Value } from '../graph/types.ts'
import { leafKey } from './value-digest.ts'

it('the key of a constant tells element types of the same bytes apart, in what is stored and in the type', () => {
  const bytes = Uint8Array.of(1, 200)
  const stored = (dtype: 'i8' | 'u8', type: 'i8' | 'u8' = dtype): Value => ({
    name: 'k',
    type: { dtype: type, shape: [2] },
    constant: { dtype, shape: [2], data: dtype === 'u8' ? bytes : new Int8Array(bytes.buffer) },
  })
  const keys = [stored('i8'), stored('u8'), stored('i8', 'u8'), stored('u8', 'i8')].map(leafKey)
  expect(new Set(keys).size).toBe(4)
  expect(leafKey(stored('i8'))).toBe(keys[0])
})
