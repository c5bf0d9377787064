import { expect, it } from 'vitest'
import { checkMemory } from './check-memory.ts'

const network = (...shapes: readonly (readonly number[])[]) => ({
  values: new Map(shapes.map((shape, i) => [`v${i}`, { name: `v${i}`, type: { dtype: 'f32' as const, shape } }])),
})

it('refuses tensors that do not fit together, and names the largest', () => {
  checkMemory(network([1, 3], [5]), 32, 'net.onnx')
  expect(() => checkMemory(network([1, 3], [5]), 31, 'net.onnx')).toThrow(
    expect.objectContaining({
      code: 'MODEL_LARGE',
      at: ['net.onnx', 'v1'],
      found: '32 bytes in 2 tensors, 20 in this one of shape [5]',
      wanted: '31 bytes at most',
    }),
  )
})
