import type { SampleSource, Tensor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { deadNetwork } from './dead-network.ts'

const sampleOf = (values: readonly number[]): ReadonlyMap<string, Tensor> =>
  new Map([['x', { dtype: 'f32', shape: [values.length], data: Float32Array.from(values) }]])

function dead(nodes: string, ...all: readonly (readonly number[])[]) {
  const samples: SampleSource = { count: all.length, load: async (i) => sampleOf(all[i]!) }
  return deadNetwork(parseGraph(`x: f32[${all[0]!.length}]; ${nodes}`), samples)
}

it.each([
  [
    'equal',
    [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  ],
  [
    'zeros',
    [
      [0, 0],
      [0, 0],
    ],
  ],
  ['one, the same backwards', [[3, 1, 3]]],
  [
    'equal on two, and another',
    [
      [-1, -2],
      [-1, -2],
      [1, 2],
    ],
  ],
])('a sound network is none where the samples are %s', async (_, all) => {
  expect(await dead('y = Relu(x)', ...all)).toBeUndefined()
})

it('a network that a third sample brings to life is none', async () => {
  expect(await dead('y = Relu(x)', [-1, -2], [-3, -4], [5, 6])).toBeUndefined()
  expect(await dead('y = Relu(x)', [-1, -2], [-3, -4])).toEqual({ layer: 'y', op: 'Relu', isConstant: false })
})

it('a dead one is named on equal samples too', async () => {
  expect(await dead('k: f32[1] = [0]; y = Mul(x, k); z = Relu(y)', [1, 2], [1, 2])).toMatchObject({ layer: 'y', op: 'Mul' })
})

it('a comparison that gives one answer for all elements of all inputs is dead; answers that differ among themselves, and places, may not be', async () => {
  const samples = [
    [1, 2],
    [2, 3],
  ]
  expect(await dead('k: f32[1] = [1000]; y = Greater(x, k)', ...samples)).toMatchObject({ layer: 'y', op: 'Greater' })
  expect(await dead('k: f32[2] = [0, 1000]; y = Greater(x, k)', ...samples)).toBeUndefined()
  expect(await dead('y = ArgMax(x) {axis = 0, keepdims = true}', ...samples)).toBeUndefined()
})

it('outputs that no input leads to are constants', async () => {
  expect(await dead('k: f32[2] = [-1, 2]; y = Relu(k); return y', [1, 2], [2, 3])).toEqual({ layer: 'y', op: 'Relu', isConstant: true })
  expect(await dead('k: f32[2] = [-1, 2]; y = Relu(k); z = Relu(x); return y, z', [1, 2], [2, 3])).toBeUndefined()
})
