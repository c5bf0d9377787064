import type { Tensor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { runOpen } from './run-sample.ts'

const floats = (...data: readonly number[]): Tensor => ({ dtype: 'f32', shape: [data.length], data: Float32Array.from(data) })

it('what a graph has made of a sample is not made again', async () => {
  const graph = parseGraph('x: f32[2]; y = Relu(x)')
  const sample = new Map([['x', floats(1, 2)]])
  const seen: unknown[] = []
  const open = {
    run: async (inputs: ReadonlyMap<string, Tensor>) => {
      seen.push(inputs)
      return new Map([['y', floats(5, 6)]])
    },
  }
  const run = runOpen(graph, open, [sample, new Map([['y', floats(3, 4)]])])
  expect(await run(sample)).toEqual([floats(3, 4)])
  expect(await run(new Map(sample))).toEqual([floats(5, 6)])
  expect(seen).toHaveLength(1)
})
