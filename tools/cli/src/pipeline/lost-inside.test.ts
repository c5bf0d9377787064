import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Tensor } from '@q/ir'
import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { watchInside } from './lost-inside.ts'
import { readyTensors } from './run-sample.ts'

const executor = createReferenceExecutor()

/** What a watch finds in a network in half precision. */
async function lostIn(text: string, ...inputs: readonly (readonly number[])[]) {
  const graph = parseGraph(text)
  const resolved = resolve(graph, new Map(), new Map(), bm1684x(), { mode: 'F16' })
  const watch = watchInside(graph, resolved, () => executor)
  const model = await readyTensors(resolved.graph, executor, [...resolved.graph.outputs, ...watch.names])
  for (const [i, values] of inputs.entries()) {
    const sample = new Map([['x', { dtype: 'f32', shape: [1, values.length], data: Float32Array.from(values) } satisfies Tensor]])
    await watch.look(sample, await model.run(sample), `${i}.npz`)
  }
  await Promise.all([model.close(), watch.close()])
  return watch.lost()
}

const mask = 'x: f32[1,2]; k: f32[1,2] = [0, -3.4e38]; a = Add(x, k)'

it('infinity behind which the outputs are finite: the layer, its type, where and how often', async () => {
  const lost = await lostIn('x: f32[1,2]; k: f32[1] = [1000]; a = Mul(x, k); b = Div(k, a); y = Relu(b)', [1, 2], [100, 200], [300, 1])
  expect(lost).toEqual({ layer: 'a', op: 'Mul', dtype: 'f16', numbers: 2, sample: '1.npz', samples: 2, largest: 200_000 })
})

it('infinity that the float model has as well is none that was made inside', async () => {
  expect(await lostIn('x: f32[1,2]; k: f32[1] = [1]; a = Div(k, x); b = Add(a, k); y = Sigmoid(b)', [0, 1])).toBeUndefined()
})

it.each([
  ['a mask that a Softmax reads', `${mask}; b = Reshape(a) {shape = [2]}; y = Softmax(b) {axis = 0}`, undefined],
  ['a mask that is added up', `${mask}; b = Softmax(a) {axis = 1}; j: f32[1] = [1]; c = Sub(j, a); d = Div(j, c); y = Add(b, d)`, 'a'],
  ['a large number at its limit', 'x: f32[1,2]; k: f32[1] = [1e6]; a = Mul(x, k); b = Sigmoid(a); y = Relu(b)', undefined],
  ['a large number that a Softmax reads', 'x: f32[1,2]; k: f32[1] = [1e6]; a = Mul(x, k); y = Softmax(a) {axis = 1}', 'a'],
])('%s', async (_, text, layer) => {
  expect((await lostIn(text, [1, 2]))?.layer).toBe(layer)
})
