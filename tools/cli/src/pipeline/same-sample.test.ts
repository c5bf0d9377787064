import type { Tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { checkSameSample } from './same-sample.ts'

const inputs = (...values: readonly number[]): ReadonlyMap<string, Tensor> =>
  new Map([['x', { dtype: 'f32', shape: [1, values.length], data: Float32Array.from(values) }]])
const check = (reference: ReadonlyMap<string, Tensor>, fed: ReadonlyMap<string, Tensor>) => () =>
  checkSameSample(reference, fed, ['top.npz', '1.npz'])

it('a reference holds the sample it was made of: another one is refused, a picture that was rounded otherwise is not', () => {
  expect(check(inputs(1, -2, 3), inputs(1, -2, 3))).not.toThrow()
  expect(check(inputs(100, 201, 50), inputs(100, 200, 50))).not.toThrow()
  expect(check(new Map(), inputs(1, 2))).not.toThrow()
  expect(check(inputs(0, 0), inputs(0, 0))).not.toThrow()
  expect(check(inputs(1, 2, 3), inputs(3, 2, 1))).toThrow(/top\.npz was computed from another sample than 1\.npz/)
  expect(check(inputs(1, 2), inputs(1, 2, 3))).toThrow(/another sample/)
})
