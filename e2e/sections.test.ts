import { bm1684x } from '@q/backend-bm1684x'
import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { type Executor, type Graph, parseGraph, resolve, type Tensor } from '@q/ir'
import { createSessionCache } from '@q/ir/section'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

/** Two convolutions, a sum and a sigmoid. */
const network = withWeights(
  parseGraph(`
    graph net
    x: f32[1,3,8,8]
    w1: f32[8,3,3,3] = constant
    w2: f32[8,8,1,1] = constant
    c = Conv(x, w1) {pads = [1, 1, 1, 1], strides = [1, 1]}
    d = Conv(c, w2) {pads = [0, 0, 0, 0], strides = [1, 1]}
    s = Add(c, d)
    y = Sigmoid(s)
    return y
  `),
)

function withWeights(graph: Graph): Graph {
  const values = [...graph.values.values()].map((value) => {
    if (value.isConstant !== true) return value
    const data = Float32Array.from({ length: value.type.shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 7.3) / 4)
    return { ...value, constant: { dtype: 'f32' as const, shape: value.type.shape, data } }
  })
  return { ...graph, values: new Map(values.map((value) => [value.name, value])) }
}

/** What ships for the trial `i` of a search through thresholds. */
function quantized(i: number): Graph {
  const threshold = (name: string, k: number): readonly [string, { threshold: number; min: number; max: number }] => {
    const t = 1.3 + Math.abs(Math.sin(i * 12.9 + k)) * 2
    return [name, { threshold: t, min: -t, max: t }]
  }
  const table = new Map(['x', 'c', 'd', 's', 'y'].map(threshold))
  return resolve(network, table, new Map(), bm1684x(), { mode: 'INT8' }).graph
}

const feed: Tensor = { dtype: 'f32', shape: [1, 3, 8, 8], data: Float32Array.from({ length: 192 }, (_, i) => Math.cos(i * 1.7) * 2) }

/** All codes of the network. */
async function run(executor: Executor, graph: Graph): Promise<readonly (readonly number[])[]> {
  const fetches = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => graph.values.get(name)!.type.dtype !== 'f32')
  const session = await executor.load(graph, { fetches })
  const found = await session.run(new Map([['x', feed]]))
  await session.close()
  return [...found.values()].map(({ data }) => Array.from(data as Int8Array))
}

describe('sections that differ only in thresholds', () => {
  it.each(['exact', 'fast'] as const)('%s, fed: the codes of fresh sections', async (precision) => {
    const cache = createSessionCache({ budgetBytes: 256e6 })
    const shared = { ort, onnx: onnxTranslator, precision, threads: 1 }
    const cached = createOrtExecutor({ ...shared, cache, parameters: 'fed' })
    const fresh = precision === 'exact' ? createReferenceExecutor() : createOrtExecutor(shared)
    for (let i = 0; i < 30; i++) expect(await run(cached, quantized(i))).toEqual(await run(fresh, quantized(i)))
    if (precision === 'exact') expect(cache.counts()).toMatchObject({ misses: 1, hits: 29, entries: 1 })
    await cache.close()
  })

  it('share one program of the reference executor', async () => {
    const cache = createSessionCache({ budgetBytes: 1e6 })
    const executor = createReferenceExecutor({ cache })
    for (let i = 0; i < 10; i++) await run(executor, quantized(i))
    expect(cache.counts()).toMatchObject({ misses: 1, hits: 9 })
  })

  it('are not computed in doubles where the numbers of one are too large for that, whatever is kept', async () => {
    const cache = createSessionCache({ budgetBytes: 256e6 })
    const executor = createOrtExecutor({
      ort,
      onnx: onnxTranslator,
      threads: 1,
      cache,
      parameters: 'fed',
      fallback: createReferenceExecutor({ cache: createSessionCache({ budgetBytes: 0 }) }),
    })
    const graph = (multiplier: number, shift: number) =>
      parseGraph(`x: i32[1,2,1,2]; y: i8[1,2,1,2]{scale 1} = Requantize(x) {multipliers = [${multiplier}], shifts = [${shift}]}`)
    const x: Tensor = { dtype: 'i32', shape: [1, 2, 1, 2], data: Int32Array.of(2 ** 31 - 1, -(2 ** 31), 12345, -7) }
    const codes = async (each: Executor, g: Graph) => {
      const session = await each.load(g)
      const y = (await session.run(new Map([['x', x]]))).get('y')!.data
      await session.close()
      return [...(y as Int8Array)]
    }
    for (const [multiplier, shift] of [
      [3, 30],
      [2 ** 30 + 1, 60],
      [5, 29],
      [2 ** 31 - 1, 56],
    ] as const) {
      expect(await codes(executor, graph(multiplier, shift))).toEqual(await codes(createReferenceExecutor(), graph(multiplier, shift)))
    }
    // One session of doubles, one of 64-bit integers.
    expect(cache.counts()).toMatchObject({ misses: 2, hits: 2 })
    await cache.close()
  })

  it('take numbers that their codes do not hold, from the graph and from outside', async () => {
    const graph = {
      ...parseGraph(
        'x: i8[2]{scale 0.5}; p: i8[4]{scale 0.5} = Pad(x) {pads = [1, 1], value = 0.25}; r: i8[2,2]{scale 0.5} = Reshape(p) {shape = [2, 2]}; y: f32[2,2] = DequantizeLinear(r)',
      ),
      outputs: ['y'],
    }
    const executor = createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1, fallback: createReferenceExecutor() })
    const x: Tensor = { dtype: 'i8', shape: [2], data: Int8Array.of(3, -5) }
    const p: Tensor = { dtype: 'i8', shape: [4], data: Float32Array.of(0.25, 3, -5, 0.25) }
    for (const [section, feeds] of [
      [{}, new Map([['x', x]])],
      [{ feeds: ['p'], fetches: ['y'] }, new Map([['p', p]])],
    ] as const) {
      const session = await executor.load(graph, section)
      expect([...((await session.run(feeds)).get('y')!.data as Float32Array)]).toEqual([0.125, 1.5, -2.5, 0.125])
      await session.close()
    }
  })
})
