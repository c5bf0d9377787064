import type { Executor, ObserverFactory, Tensor } from '@q/ir'
import { describe, expect, it, vi } from 'vitest'
import { calibrate, calibrateMethods } from './calibrate.ts'
import { executor, graph, samples, size } from './fixtures/small-calibration.ts'
import { noise, tinyGraph, tinySamples } from './fixtures/tiny-executor.ts'
import { methodNames } from './observers/method.ts'

describe('calibration', () => {
  it('gives every value its exact range, in graph order', async () => {
    const data = [1, 2, 3, 4, 5, 6].flatMap((seed) => [...noise(size, seed, seed * 2)])
    const [min, max] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))]
    const { entries, sampleCount, tuneCount } = await calibrate({ graph, executor, samples, method: 'max' })
    expect([...entries.keys()]).toEqual(['x', 'double', 'sum', 'relu'])
    expect(entries.get('x')).toEqual({ threshold: Math.max(-min, max), min, max })
    expect(entries.get('double')).toEqual({ threshold: 2 * Math.max(-min, max), min: 2 * min, max: 2 * max })
    expect(entries.get('relu')!.min).toBe(0)
    expect([sampleCount, tuneCount]).toEqual([6, 0])
  })

  it('does not depend on the number of worker threads', async () => {
    const alone = await calibrate({ graph, executor, samples, workers: 0 })
    for (const workers of [1, 2, 7]) expect(await calibrate({ graph, executor, samples, workers })).toEqual(alone)
    // Otherwise the comparison would say little.
    expect(alone.untuned.get('x')!.threshold).toBeLessThan(alone.entries.get('x')!.max)
  })

  it('asks for elements in order only where a method looks at it', async () => {
    const asked: (readonly string[])[] = []
    const disordering: Executor = {
      ...executor,
      async load(part, section) {
        const session = await executor.load(part, section)
        const free = section?.anyOrder ?? []
        asked.push(free)
        return {
          ...session,
          run: async (feeds) =>
            new Map([...(await session.run(feeds))].map(([name, each]) => [name, free.includes(name) ? reversed(each) : each])),
        }
      },
    }
    const reversed = (tensor: Tensor): Tensor => ({ ...tensor, data: (tensor.data as Float32Array).toReversed() })
    for (const method of methodNames) {
      const task = { graph, samples, method, tune: { count: 0 } }
      expect(await calibrate({ ...task, executor: disordering })).toEqual(await calibrate({ ...task, executor }))
    }
    const own: ObserverFactory = { name: 'own', create: () => ({ observe() {}, range: () => ({ threshold: 1, min: 0, max: 1 }) }) }
    await calibrateMethods({ graph, samples, executor: disordering, methods: ['kl', own], tune: { count: 0 } })
    const computed = ['double', 'sum', 'relu']
    // Of `mse` and `aciq_laplace` the last values alone are watched by methods that do not care, and by these as well.
    expect(asked).toEqual([computed, computed, computed, [], computed, [], []])
  })

  it('leaves unused results of a node out when another is used, and keeps all when none is', async () => {
    const sizes = { low: size / 2, high: size / 2, more: size / 2, least: size / 4, rest: size / 4 }
    const split = tinyGraph(
      size,
      [
        [['low', 'high'], 'Halves', ['x']],
        [['more'], 'Double', ['high']],
        [['least', 'rest'], 'Halves', ['more']],
      ],
      sizes,
    )
    const { entries } = await calibrate({ graph: split, executor, samples, tune: { count: 0 } })
    expect([...entries.keys()]).toEqual(['x', 'high', 'more', 'least', 'rest'])
  })

  it.each([0, 2])('names the first sample and the first layer that is not finite (%i workers)', async (workers) => {
    const good = noise(size, 1).map((value) => value + 2)
    const bad = good.with(17, 0)
    const broken = tinyGraph(size, [
      [['fine'], 'Double', ['x']],
      [['inverse'], 'Reciprocal', ['fine']],
      [['after'], 'Double', ['inverse']],
    ])
    await expect(calibrate({ graph: broken, executor, samples: tinySamples([good, bad, bad]), workers })).rejects.toMatchObject({
      code: 'ACTIVATION_NOT_FINITE',
      at: ['picture-1', 'inverse'],
    })
  })

  it.each(methodNames)('a value without elements has the row of zeros by %s, and nobody is warned of it', async (method) => {
    const hollow = tinyGraph(size, [[['none'], 'Nothing', ['x']]], { none: 0 })
    const nothing: Executor = {
      name: 'nothing',
      exact: false,
      load: async (graph) => ({
        graph,
        feeds: ['x'],
        fetches: ['none'],
        run: async () => new Map([['none', { dtype: 'f32', shape: [0], data: new Float32Array(0) }]]),
        close: async () => {},
      }),
    }
    const run = { graph: hollow, executor: nothing, samples, method, tune: { count: 0 } }
    for (const workers of [0, 2]) {
      const { entries, diagnostics } = await calibrate({ ...run, workers })
      expect(entries.get('none')).toMatchObject({ threshold: 1e-5, min: 0, max: method === 'percentile9999' ? 0 : 1e-5 })
      expect(diagnostics.filter(({ at }) => at[0] === 'none')).toEqual([])
    }
  })

  it('names the constant that a value which is not finite was made with', async () => {
    const broken = tinyGraph(size, [[['y'], 'Mul', ['x', 'w']]])
    const w = { dtype: 'f32', shape: [1], data: Float32Array.of(Number.NaN) } as const
    const values = new Map(broken.values).set('w', { name: 'w', type: { dtype: 'f32', shape: [1] }, isConstant: true, constant: w })
    const multiply: Executor = {
      name: 'multiply',
      exact: false,
      load: async (graph) => ({
        graph,
        feeds: ['x'],
        fetches: ['y'],
        run: async () => new Map([['y', { dtype: 'f32', shape: [size], data: new Float32Array(size).fill(Number.NaN) }]]),
        close: async () => {},
      }),
    }
    const run = calibrate({ graph: { ...broken, values }, executor: multiply, samples: tinySamples([noise(size, 1)]), workers: 0 })
    await expect(run).rejects.toMatchObject({
      code: 'ACTIVATION_NOT_FINITE',
      at: ['picture-0', 'y'],
      found: expect.stringContaining('the constant w'),
      hint: expect.stringContaining('w in the float model'),
    })
  })

  it('warns of a value that is all zeros and gives it the smallest threshold', async () => {
    const { entries, diagnostics } = await calibrate({ graph, executor, samples: tinySamples([new Float32Array(size)]) })
    expect(entries.get('sum')).toEqual({ threshold: 1e-5, min: 0, max: 1e-5 })
    const codes = diagnostics.filter(({ at }) => at[0] === 'sum').map(({ code }) => code)
    expect(codes).toEqual(['CALIBRATION_ALL_ZEROS'])
    const little = await calibrate({ graph, executor, samples: tinySamples([new Float32Array(size).fill(1e-7)]) })
    const words = little.diagnostics.filter(({ code }) => code === 'CALIBRATION_ALL_ZEROS').map(({ message }) => message)
    expect(words).toContainEqual(expect.stringMatching(/^layer \w+ reaches [\d.e-]+, which counts as all zeros/))
  })

  it('makes the rows of symmetric layers symmetric about the codes', async () => {
    const { entries } = await calibrate({ graph, executor, samples, symmetric: ['sum', 'relu'] })
    const { threshold, min, max } = entries.get('sum')!
    expect([min, max]).toEqual([(-threshold * 128) / 127, threshold])
    expect(entries.get('relu')!.min).toBe(0)
    expect(entries.get('x')!.min).not.toBe((-entries.get('x')!.threshold * 128) / 127)
  })

  it("runs a caller's own method, which learns sizes and places beforehand", async () => {
    const told: unknown[] = []
    const last: ObserverFactory = {
      name: 'last',
      create(value) {
        told.push(value)
        let first = 0
        return { observe: (values) => (first = values[0]!), range: () => ({ threshold: Math.abs(first), min: first, max: first }) }
      },
    }
    const { entries, method } = await calibrate({ graph, executor, samples, method: last, tune: { count: 0 } })
    expect(told[2]).toEqual({ name: 'sum', index: 2, count: 4, elements: size, samples: 6 })
    expect(entries.get('x')!.min).toBe(noise(size, 6, 12)[0])
    expect(method).toBe('last')
  })

  it('stops when told to', async () => {
    const controller = new AbortController()
    const seen: string[] = []
    const running = calibrate({
      graph,
      executor,
      samples,
      signal: controller.signal,
      onProgress({ stage, done, total }) {
        seen.push(`${stage} ${done}/${total}`)
        if (done === 2) controller.abort()
      },
    })
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' })
    expect(seen).toEqual(['observe 1/6', 'observe 2/6'])
  })

  it.each([
    ['CALIBRATION_NO_SAMPLES', { samples: tinySamples([]) }],
    ['CALIBRATION_METHOD', { method: 'kll' as 'kl' }],
    ['CALIBRATION_BINS', { bins: 1 }],
    ['CALIBRATION_COUNT', { workers: -1 }],
    ['CALIBRATION_COUNT', { tune: { count: 1.5 } }],
  ])('refuses bad input with %s', async (code, wrong) => {
    await expect(calibrate({ graph, executor, samples, ...wrong })).rejects.toMatchObject({ code })
  })

  it.each([0, 2])('goes on where it was cut off, with the same result (%i workers)', async (workers) => {
    const whole = await calibrate({ graph, executor, samples, workers })
    let kept: Uint8Array | undefined
    const store = {
      read: async () => kept,
      write: async (bytes: Uint8Array) => {
        kept = bytes
      },
      clear: async () => {},
    }
    const loaded: number[] = []
    const cutOff = {
      count: samples.count,
      load(index: number) {
        loaded.push(index)
        if (index === 4 && kept !== undefined && loaded.length < 10) throw new Error('the power went out')
        return samples.load(index)
      },
    }
    const clock = vi.spyOn(performance, 'now')
    let time = 0
    clock.mockImplementation(() => (time += 500))
    const checkpoint = { store, key: 'six samples' }
    await expect(calibrate({ graph, executor, samples: cutOff, workers, checkpoint })).rejects.toThrow('the power went out')
    expect(kept).toBeDefined()
    const resumed: number[] = []
    const rest = await calibrate({
      graph,
      executor,
      workers,
      checkpoint,
      samples: {
        count: samples.count,
        load: (index) => {
          resumed.push(index)
          return samples.load(index)
        },
      },
      tune: { samples },
    })
    clock.mockRestore()
    expect(rest).toEqual(whole)
    expect(Math.min(...resumed)).toBeGreaterThan(0)

    const other = await calibrate({ graph, executor, samples, workers, checkpoint: { store, key: 'other samples' } })
    expect(other).toEqual(whole)
  })
})
