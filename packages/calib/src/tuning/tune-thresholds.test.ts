import type { Executor, Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { tinyExecutor, tinyGraph, tinySamples } from '../fixtures/tiny-executor.ts'
import { createKernels } from '../kernels/kernels.ts'
import { planSearches } from './plan-searches.ts'
import { tuneThresholds } from './tune-thresholds.ts'

const tensor = (value: number): Tensor => ({ dtype: 'f32', shape: [1], data: Float32Array.of(value) })

describe('what is tuned on which node', () => {
  const options = { steps: 2 }
  const value = { threshold: 1, magnitude: 3 }
  const searched = (graph: ReturnType<typeof tinyGraph>, values: Iterable<string> = graph.values.keys()) =>
    Object.fromEntries(
      [...planSearches(graph, new Map([...values].map((name) => [name, value])), options)].map(([node, searches]) => [
        node.outputs[0],
        searches.map(({ input }) => input),
      ]),
    )

  it('the inputs that no earlier node was tuned for, each once', () => {
    const graph = tinyGraph(1, [
      [['a'], 'F', ['x']],
      [['b'], 'F', ['x', 'a']],
      [['c'], 'F', ['b', 'b', 'a']],
    ])
    expect(searched(graph)).toEqual({ a: ['x'], b: ['a'], c: ['b'] })
  })

  it('the first input where all have had their turn', () => {
    const graph = tinyGraph(1, [
      [['a'], 'F', ['x']],
      [['b'], 'F', ['a', 'x']],
      [['c'], 'F', ['x', 'a']],
    ])
    expect(searched(graph)).toEqual({ a: ['x'], b: ['a'], c: ['x'] })
  })

  it('nothing on a node of several results, whose first input has had its turn', () => {
    const graph = tinyGraph(1, [
      [['a', 'b'], 'F', ['x']],
      [['c', 'd'], 'F', ['b', 'a']],
      [['e'], 'F', ['b', 'a', 'x']],
    ])
    expect(searched(graph)).toEqual({ e: ['a'] })
  })

  it('no value that has no threshold in the table', () => {
    const graph = tinyGraph(1, [
      [['a'], 'F', ['x']],
      [['b'], 'F', ['a']],
    ])
    expect(searched(graph, ['a'])).toEqual({ b: ['a'] })
  })

  it('no constant: where the only activation has had its turn, it has another', () => {
    const graph = tinyGraph(1, [
      [['w'], 'F', ['x']],
      [['a'], 'F', ['x']],
      [['b'], 'F', ['w', 'x']],
    ])
    const w = { ...graph.values.get('w')!, isConstant: true, constant: tensor(1) }
    const weighted = { ...graph, nodes: graph.nodes.slice(1), values: new Map([...graph.values, ['w', w]]) }
    expect(searched(weighted)).toEqual({ a: ['x'], b: ['x'] })
  })

  it('no value that is no float', () => {
    const graph = tinyGraph(1, [[['a'], 'F', ['x']]])
    const integers = {
      ...graph,
      values: new Map([...graph.values].map(([n, v]) => [n, { ...v, type: { ...v.type, dtype: 'i64' } as const }])),
    }
    expect(searched(integers)).toEqual({})
  })

  it('with candidates from the threshold to the magnitude', () => {
    const graph = tinyGraph(1, [[['a'], 'F', ['x']]])
    expect([...planSearches(graph, new Map([['x', value]]), options).values()]).toEqual([[{ input: 'x', candidates: [1, 2, 3] }]])
  })
})

describe('what runs while tuning', () => {
  const ops = tinyExecutor({
    Same: (a) => [a!],
    Twins: (a) => [a!, a!.map((v) => -v)],
    Halves: (a) => [a!.slice(0, a!.length / 2), a!.slice(a!.length / 2)],
    // Zero for the first of twins, and for the true second one far too large: which of the two came tells the threshold.
    Uneven: (a) => [a!.slice(0, 1), a!.slice(1)],
    Signs: (a) => [a!.map((v) => (v > 0 ? v : 0))],
  })
  const loads = (): { executor: Executor; fetched: string[] } => {
    const fetched: string[] = []
    return {
      fetched,
      executor: {
        ...ops,
        async load(graph, options) {
          fetched.push(...(options?.fetches ?? []))
          return ops.load(graph, options)
        },
      },
    }
  }
  const run = async (
    graph: ReturnType<typeof tinyGraph>,
    tuned: readonly string[],
    count = 5,
    claims?: Int32Array<SharedArrayBuffer | ArrayBuffer>,
  ) => {
    const { executor, fetched } = loads()
    const steps: string[] = []
    const loaded: number[] = []
    const samples = tinySamples([Float32Array.of(3, 1, 0.5, -0.25), Float32Array.of(2, 1, 0.5, -0.25), Float32Array.of(1, 1, 1, 1)])
    const thresholds = await tuneThresholds({
      graph,
      executor,
      samples: {
        ...samples,
        load: (index) => {
          loaded.push(index)
          return samples.load(index)
        },
      },
      count,
      ...(claims === undefined ? {} : { claims }),
      kernels: createKernels(),
      values: new Map(tuned.map((name) => [name, { threshold: 1, magnitude: 3 }])),
      onProgress: ({ done, total }) => steps.push(`${done}/${total}`),
    })
    return { thresholds, fetched, steps, loaded }
  }

  it('nothing after the last node with a search, and nothing at all without one', async () => {
    const graph = tinyGraph(4, [
      [['a'], 'Same', ['x']],
      [['b'], 'Same', ['a']],
      [['c'], 'Same', ['b']],
    ])
    const { fetched, steps } = await run(graph, ['a'])
    expect(fetched).toEqual(['a', 'b'])
    expect(steps).toEqual(['1/2', '2/2'])
    expect((await run(graph, [])).fetched).toEqual([])
  })

  it('as many samples as asked for, or as there are', async () => {
    const graph = tinyGraph(4, [[['a'], 'Same', ['x']]])
    expect((await run(graph, ['x'], 2)).loaded).toEqual([0, 1])
    expect((await run(graph, ['x'], 9)).loaded).toEqual([0, 1, 2])
  })

  it('each result by itself where sizes differ; the first one for all where they agree', async () => {
    const twins = tinyGraph(4, [
      [['a', 'b'], 'Twins', ['x']],
      [['c'], 'Signs', ['b']],
    ])
    const first = await run(twins, ['b'])
    expect(first.fetched).toEqual(['a', 'c'])
    // The second twin is all negative or small; as the first it reaches 3.
    expect(first.thresholds.get('b')).toBeGreaterThan(2)
    const halves = tinyGraph(
      4,
      [
        [['a', 'b'], 'Halves', ['x']],
        [['c'], 'Same', ['b']],
      ],
      { a: 2, b: 2, c: 2 },
    )
    expect((await run(halves, ['b'])).fetched).toEqual(['a', 'c'])
    const uneven = tinyGraph(
      4,
      [
        [['a', 'b'], 'Uneven', ['x']],
        [['c'], 'Same', ['b']],
      ],
      { a: 1, b: 3, c: 3 },
    )
    const apart = tinyExecutor({ Uneven: (a) => [a!.slice(0, 1), a!.slice(1)], Same: (a) => [a!] })
    const fetched: string[] = []
    await tuneThresholds({
      graph: uneven,
      executor: {
        ...apart,
        load(graph, options) {
          fetched.push(...(options?.fetches ?? []))
          return apart.load(graph, options)
        },
      },
      samples: tinySamples([Float32Array.of(9, 1, 2, 3)]),
      count: 1,
      kernels: createKernels(),
      values: new Map([['b', { threshold: 1, magnitude: 3 }]]),
    })
    expect(fetched).toEqual(['a', 'b', 'c'])
  })

  it('no node that takes no activation, and nothing where others have claimed every search', async () => {
    const graph = tinyGraph(4, [
      [['a'], 'Same', ['x']],
      [['b'], 'Same', ['a']],
    ])
    const idle = { op: 'Same', inputs: [], outputs: ['w'], attrs: {} }
    const values = new Map([...graph.values, ['w', { ...graph.values.get('x')!, name: 'w' }]])
    expect((await run({ ...graph, nodes: [idle, ...graph.nodes], values }, ['a'])).fetched).toEqual(['a', 'b'])
    expect((await run(graph, ['a'], 5, Int32Array.of(1))).fetched).toEqual([])
    expect((await run(graph, ['a'], 5, Int32Array.of(0))).fetched).toEqual(['a', 'b'])
  })

  it('no result that no later node takes', async () => {
    const unused = tinyGraph(
      4,
      [
        [['a', 'b'], 'Uneven', ['x']],
        [['c'], 'Same', ['a']],
      ],
      { a: 1, b: 3, c: 1 },
    )
    expect((await run(unused, ['a'])).fetched).toEqual(['a', 'c'])
  })
})
