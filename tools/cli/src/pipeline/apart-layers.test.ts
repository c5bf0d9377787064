import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor, Graph, Tensor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { apartLayers } from './apart-layers.ts'

const floats = (...data: readonly number[]): Tensor => ({ dtype: 'f32', shape: [data.length], data: Float32Array.from(data) })
const exact = createReferenceExecutor()

/** What the layers of a graph make of these numbers, each alone. */
async function made(graph: Graph, layers: readonly string[], numbers: Readonly<Record<string, Tensor>>, executor: Executor = exact) {
  const apart = apartLayers(graph, layers, new Set(Object.keys(numbers)), executor)
  const tensors = await apart.run(new Map(Object.entries(numbers)))
  await apart.close()
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...(data as Float32Array)]]))
}

it('numbers become codes and narrow floats as the graph itself makes them', async () => {
  const text = (rounding: string) => `
    x: f32[4]; y: i8[4]{scale 0.5, zero 1} = QuantizeLinear(x) {rounding = "${rounding}"}; z: f16[4] = Cast(x) {to = "f16"}
    a: i8[4]{scale 0.5, zero 1} = Reshape(y) {shape = [4]}; b: f16[4] = Reshape(z) {shape = [4]}; return a, b`
  const data = floats(0.8, -0.7, 0.25, Number.NaN)
  const ofLayers = (rounding: string) => made(parseGraph(text(rounding)), ['a', 'b'], { y: data, z: data })
  const { a, b } = await ofLayers('half-to-even')
  expect(a).toEqual([1, -0.5, 0, -64.5])
  expect(b!.slice(0, 2)).toEqual([0.7998046875, -0.7001953125])
  expect((await ofLayers('toward-zero'))['a']).toEqual([0.5, -0.5, 0, -64.5])
  expect((await ofLayers('half-away-from-zero'))['a']).toEqual([1, -0.5, 0.5, -64.5])
})

it('each layer takes the numbers that are given, not what another layer makes; what stands between is made', async () => {
  const graph = parseGraph('x: f32[2]; y = Neg(x); between = Abs(y); z = Neg(between)'.replaceAll('Neg', 'Floor'))
  const layers = await made(graph, ['y', 'z'], { x: floats(1.5, -1.5), y: floats(-7.25, 3.5), z: floats(0, 0) })
  expect(layers).toEqual({ y: [1, -2], z: [7, 3] })
})

it('a layer that cannot be run is left out, the others are run', async () => {
  const graph = parseGraph('x: f32[2]; a = Floor(x); b = Ceil(x); c = Abs(x); d = Round(x)')
  const without: Executor = {
    ...exact,
    load: async (part) => {
      if (part.nodes.some(({ op }) => op === 'Ceil')) throw new Error('no Ceil')
      return exact.load(part)
    },
  }
  const numbers = { x: floats(1.25, -1.25), a: floats(), b: floats(), c: floats(), d: floats() }
  expect(await made(graph, ['a', 'b', 'c', 'd'], numbers, without)).toEqual({ a: [1, -2], c: [1.25, 1.25], d: [1, -1] })
})
