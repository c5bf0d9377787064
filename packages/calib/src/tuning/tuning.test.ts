import type { Executor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { noise, tinyExecutor, tinyGraph, tinySamples } from '../fixtures/tiny-executor.ts'
import { createKernels, portableKernels } from '../kernels/kernels.ts'
import { fakeQuantScale, thresholdCandidates } from './candidates.ts'
import { l1Norm, relativeDistance } from './distance.ts'
import { tuneTables, tuneThresholds } from './tune-thresholds.ts'
import type { TuneElsewhere } from './tune-together.ts'
import { loadedSamples, tuneTogether } from './tune-together.ts'

const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000)

describe('candidates', () => {
  it('reach from the threshold to the largest magnitude', () => {
    expect(thresholdCandidates(1, 22).map(Math.round)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1))
  })

  it('are none where the two are nearer than a hundredth, or the threshold is larger', () => {
    expect([thresholdCandidates(1, 1.009), thresholdCandidates(1, 1), thresholdCandidates(2, 1)]).toEqual([[], [], []])
    expect(thresholdCandidates(1, 1.011)).toHaveLength(22)
  })
})

describe.each([
  ['WebAssembly', createKernels()],
  ['plain', portableKernels],
] as const)('tuning arithmetic, %s kernels', (_, kernels) => {
  const x = Float32Array.of(0, 0.05, -0.05, 0.1, 0.333, -0.333, 1, -1, 1.02, -1.02, 3, -3, 0.5, 0.0039370079, 0.0118110236, -0.0118110236)

  // Printed by NumPy 1.24.3: round(x * scale), clipped to -128..127, divided by the scale, on a float32 array.
  it.each([
    [
      1,
      [
        0, 0.04724409431219101, -0.04724409431219101, 0.10236220806837082, 0.33070865273475647, -0.33070865273475647, 1, -1, 1,
        -1.0078740119934082, 1, -1.0078740119934082, 0.5039370059967041, 0, 0.015748031437397003, -0.015748031437397003,
      ],
    ],
    [
      2.75,
      [
        0, 0.04330708459019661, -0.04330708459019661, 0.10826770961284637, 0.3248031437397003, -0.3248031437397003, 0.9960629343986511,
        -0.9960629343986511, 1.0177165269851685, -1.0177165269851685, 2.75, -2.771653413772583, 0.49803146719932556, 0,
        0.021653542295098305, -0.021653542295098305,
      ],
    ],
  ])('fake-quantizes as NumPy does, threshold %d', (threshold, expected) => {
    const result = new Float32Array(x.length)
    kernels.fakeQuantize(x, fakeQuantScale(threshold), result)
    expect([...result].map((value) => value + 0)).toEqual(expected)
  })

  it('fake-quantizes arrays that are no whole number of vectors, or longer than one chunk', () => {
    const long = noise(600_001, 3, 4)
    const result = new Float32Array(long.length)
    kernels.fakeQuantize(long, fakeQuantScale(2), result)
    for (const i of [0, 1, 524_287, 524_288, 600_000]) {
      expect(Math.abs(result[i]! - Math.min(2, Math.max(-256 / 127, long[i]!)))).toBeLessThanOrEqual(1 / 127 + 1e-6)
    }
  })

  it('measures distances as numpy.linalg.norm does', () => {
    const s = wave(1000)
    const t = s.map((value) => value * Math.fround(1.001))
    expect(Math.sqrt(kernels.squaredDistance(s, t))).toBeCloseTo(0.09139667451381683, 7)
    expect(relativeDistance(kernels.squaredDistance(s, t), l1Norm(s))).toBeCloseTo(3.6519333661999553e-5, 11)
  })
})

describe('the L1 norm', () => {
  // numpy.linalg.norm(s[:n], ord=1) of NumPy 1.24.3, float32.
  it.each([
    [5, 13.354999542236328],
    [100, 250.17498779296875],
    [129, 322.3219909667969],
    [1000, 2502.69287109375],
    [100000, 250177.65625],
  ])('of %i elements is rounded as NumPy rounds it', (length, expected) => {
    expect(l1Norm(wave(length))).toBe(expected)
  })
})

describe('tuning', () => {
  const ops = tinyExecutor({
    Double: (a) => [a!.map((value) => value * 2)],
    Small: (a) => [a!.map((value) => Math.min(1, Math.max(-1, value)))],
    Large: (a) => [a!.map((value) => (Math.abs(value) < 3 ? 0 : value))],
    Halves: (a) => [a!.slice(0, a!.length / 2), a!.slice(a!.length / 2)],
  })
  const samples = tinySamples([noise(5000, 1, 4), noise(5000, 2, 4)])
  const tune = (graph: ReturnType<typeof tinyGraph>, threshold: number) =>
    tuneThresholds({
      graph,
      executor: ops,
      samples,
      count: 5,
      kernels: createKernels(),
      values: new Map([...graph.values.keys()].map((name) => [name, { threshold, magnitude: 4 }])),
    })

  it('keeps a threshold where only small values matter', async () => {
    const thresholds = await tune(tinyGraph(5000, [[['y'], 'Small', ['x']]]), 1.25)
    expect(thresholds.get('x')).toBe(1.25)
  })

  it('raises a threshold to the largest magnitude where only large values matter', async () => {
    const thresholds = await tune(tinyGraph(5000, [[['y'], 'Large', ['x']]]), 1.25)
    expect(thresholds.get('x')).toBeGreaterThan(3.8)
  })

  it('tunes a value for the first node that uses it; a later node of tuned inputs can still raise it', async () => {
    const thresholds = await tune(
      tinyGraph(5000, [
        [['y'], 'Small', ['x']],
        [['z'], 'Large', ['x']],
      ]),
      1.25,
    )
    expect(thresholds.get('x')).toBeGreaterThan(3.8)
  })

  it('changes nothing for a node with several results', async () => {
    const graph = tinyGraph(5000, [[['low', 'high'], 'Halves', ['x']]], { low: 2500, high: 2500 })
    expect((await tune(graph, 1.25)).get('x')).toBe(1.25)
  })

  it('picks the candidate with the least mean distance, found here by trying all', async () => {
    const graph = tinyGraph(5000, [[['y'], 'Double', ['x']]])
    const arrays = [noise(5000, 1, 4), noise(5000, 2, 4)]
    const distance = (threshold: number): number =>
      arrays.reduce((sum, array) => {
        let squares = 0
        let norm = 0
        for (const value of array) {
          const code = Math.min(127, Math.max(-128, Math.round(value * (127 / threshold))))
          squares += (2 * value - 2 * code * (threshold / 127)) ** 2
          norm += Math.abs(2 * value)
        }
        return sum + Math.sqrt(squares) / norm
      }, 0)
    const candidates = Array.from({ length: 22 }, (_, i) => 1.25 + (i * 2.75) / 21)
    const expected = candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best))
    expect((await tune(graph, 1.25)).get('x')).toBeCloseTo(expected, 10)
  })

  describe('by several threads', () => {
    const graph = tinyGraph(5000, [
      [['a'], 'Small', ['x']],
      [['b'], 'Large', ['x']],
      [['c'], 'Double', ['b']],
      [['d'], 'Large', ['c']],
    ])
    const options = {
      graph,
      executor: ops,
      samples,
      count: 5,
      kernels: createKernels(),
      tables: [
        new Map(['x', 'a', 'b', 'c', 'd'].map((name) => [name, { threshold: 1.25, magnitude: 4 }])),
        new Map(['x', 'b', 'c'].map((name) => [name, { threshold: 0.5, magnitude: 3 }])),
      ],
    }
    const alone = Promise.all(options.tables.map((values) => tuneThresholds({ ...options, values })))
    /** A second tuner that waits for `turn` before it starts. */
    const second =
      (turn: Promise<void>): TuneElsewhere =>
      async ({ graph: { ops: _, ...plain }, ...shared }) => {
        await turn
        const told = structuredClone({ ...shared, graph: plain })
        return tuneTables({
          ...options,
          ...told,
          graph: { ...told.graph, ops: graph.ops },
          samples: loadedSamples(told.samples),
          count: told.samples.length,
        })
      }

    it.each([
      ['at the same time', Promise.resolve()],
      ['the other later', new Promise<void>((done) => setTimeout(done, 30))],
    ] as const)('gives the same thresholds, %s', async (_, turn) => {
      expect(await tuneTogether(options, second(turn))).toEqual(await alone)
    })

    it('loads a node once for all tables', async () => {
      let loads = 0
      const executor: Executor = {
        ...ops,
        load(...what) {
          loads++
          return ops.load(...what)
        },
      }
      expect(await tuneTables({ ...options, executor })).toEqual(await alone)
      expect(loads).toBe(graph.nodes.length)
    })

    it('does each search once', async () => {
      const values = options.tables[0]!
      const claims = new Int32Array(new SharedArrayBuffer(16))
      claims.set([1, 0, 1, 1])
      const one = await tuneThresholds({ ...options, values, claims })
      const rest = await tuneThresholds({ ...options, values, claims: new Int32Array(4).fill(1).fill(0, 0, 1) })
      expect([one.get('c'), rest.get('b')]).toEqual([1.25, 1.25])
      expect([...claims]).toEqual([1, 1, 1, 1])
    })

    it('asks nobody elsewhere where there is nothing to search, and for one search already', async () => {
      let asked = 0
      const counting: TuneElsewhere = async ({ tables }) => {
        asked += 1
        return tables.map((values) => new Map([...values].map(([name, { threshold }]) => [name, threshold])))
      }
      await tuneTogether({ ...options, tables: [new Map(), new Map()] }, counting)
      expect(asked).toBe(0)
      await tuneTogether({ ...options, tables: [new Map(), new Map([...options.tables[0]!].slice(0, 1))] }, counting)
      expect(asked).toBe(1)
    })

    it('tells the other thread what candidates are tried: both plan the same searches', async () => {
      const told: object[] = []
      const listening: TuneElsewhere = async ({ steps, smallestDifference }) => {
        told.push({ steps, smallestDifference })
        throw new Error('no thread')
      }
      await tuneTogether({ ...options, steps: 3, smallestDifference: 0.5 }, listening)
      await tuneTogether(options, listening)
      expect(told).toEqual([
        { steps: 3, smallestDifference: 0.5 },
        { steps: undefined, smallestDifference: undefined },
      ])
    })

    it('is done here when the other thread fails with what it had claimed', async () => {
      const failing: TuneElsewhere = async ({ claims }) => {
        claims.fill(1)
        throw new Error('out of memory')
      }
      expect(await tuneTogether(options, failing)).toEqual(await alone)
    })
  })
})
