import { parseGraph, type Tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { createReferenceExecutor } from '../reference-executor.ts'

const x: Tensor = { dtype: 'bf16', shape: [1, 3, 1, 1], data: Float32Array.of(2 ** 24, 1, -(2 ** 24)) }

async function sumIn(dtype: 'bf16' | 'f32'): Promise<number> {
  const text = `x: ${dtype}[1,3,1,1]; w: ${dtype}[1,3,1,1] = [1, 1, 1]; b: f32[1] = [0.5]; y: ${dtype}[1,1,1,1] = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}`
  const session = await createReferenceExecutor().load({ ...parseGraph(text), outputs: ['y'] })
  return Number((await session.run(new Map([['x', { ...x, dtype }]]))).get('y')!.data[0])
}

it('adds for 16-bit results in float32, term by term with the bias last, and for others exactly', async () => {
  // 2^24 + 1 is no float32 number.
  expect(await sumIn('bf16')).toBe(0.5)
  expect(await sumIn('f32')).toBe(1.5)
})
