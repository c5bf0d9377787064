import { createReferenceExecutor } from '@q/exec-ref'
import type { Tensor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { runOpen } from './run-sample.ts'
import { storedNumbers } from './stored-numbers.ts'

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

it('numbers become codes and narrow floats as the graph itself makes them', async () => {
  const text = (rounding: string) =>
    `x: f32[4]; y: i8[4]{scale 0.5, zero 1} = QuantizeLinear(x) {rounding = "${rounding}"}; z: f16[4] = Cast(x) {to = "f16"}; return y, z`
  const data = floats(0.8, -0.7, 0.25, Number.NaN)
  const codes = async (rounding: string) => {
    const stored = storedNumbers(parseGraph(text(rounding)), createReferenceExecutor())
    const made = await stored.of('y', data)
    expect([...(await stored.of('z', data)).data].slice(0, 1)).toEqual([0.7998046875])
    await stored.close()
    return [...made.data]
  }
  expect(await codes('half-to-even')).toEqual([3, 0, 1, -128])
  expect(await codes('toward-zero')).toEqual([2, 0, 1, -128])
  expect(await codes('half-away-from-zero')).toEqual([3, 0, 2, -128])
})
