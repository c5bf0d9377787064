import { expect, it } from 'vitest'
import { isConstant } from './is-constant.ts'

it('a value is a constant when it has elements or says so', () => {
  const value = { name: 'w', type: { dtype: 'f32', shape: [1] } } as const
  const constant = { ...value.type, data: Float32Array.of(1) }
  expect([undefined, value, { ...value, isConstant: false }].map(isConstant)).toEqual([false, false, false])
  expect(
    [
      { ...value, constant },
      { ...value, isConstant: true },
      { ...value, constant, isConstant: true },
    ].map(isConstant),
  ).toEqual([true, true, true])
})
