import type { Executor, ObserverFactory } from '@q/ir'
import { describe, expect, it, vi } from 'vitest'
import { calibrate, calibrateMethods } from './calibrate.ts'
import { executor, graph, samples } from './fixtures/small-calibration.ts'
import { methodNames } from './observers/method.ts'

describe('several methods at once', () => {
  /** The executor, counting what it is asked for. */
  function counting() {
    const runs = { whole: 0, single: 0 }
    const counted: Executor = {
      ...executor,
      async load(...wanted) {
        const session = await executor.load(...wanted)
        const part = wanted[1]?.feeds === undefined ? 'whole' : 'single'
        return {
          ...session,
          run(feeds) {
            runs[part]++
            return session.run(feeds)
          },
        }
      },
    }
    return { runs, counted }
  }

  it.each([0, 1, 3])('give each the table it would get alone (%i workers)', async (workers) => {
    const together = await calibrateMethods({ graph, executor, samples, methods: methodNames, workers })
    for (const [i, method] of methodNames.entries()) {
      expect(together[i], method).toEqual(await calibrate({ graph, executor, samples, method, workers }))
    }
    expect(new Set(together.map(({ entries }) => entries.get('double')!.threshold)).size).toBe(methodNames.length)
  })

  it('run the graph once on each sample', async () => {
    const { runs, counted } = counting()
    await calibrateMethods({ graph, executor: counted, samples, methods: methodNames, tune: { count: 0 } })
    expect(runs).toEqual({ whole: 6, single: 0 })
  })

  it('tunes what the original tunes, unless samples to tune on are asked for', async () => {
    const plain = await calibrateMethods({ graph, executor, samples, methods: methodNames })
    expect(plain.map(({ method, tuneCount }) => `${method} ${tuneCount}`)).toEqual([
      'kl 5',
      'max 0',
      'percentile9999 0',
      'mse 0',
      'aciq_gauss 5',
      'aciq_laplace 5',
    ])
    const [tuned] = await calibrateMethods({ graph, executor, samples, methods: ['mse'], tune: { count: 3 } })
    expect(tuned!.tuneCount).toBe(3)
    expect(tuned!.untuned).toEqual(plain[3]!.entries)
    expect(tuned!.entries.get('x')).toEqual(tuned!.untuned.get('x'))
    expect(tuned!.entries.get('double')!.threshold).toBeGreaterThan(tuned!.untuned.get('double')!.threshold)
  })

  it("take a caller's own method among them", async () => {
    const first: ObserverFactory = {
      name: 'first',
      create: () => ({ observe() {}, range: () => ({ threshold: 3, min: -1, max: 3 }) }),
    }
    const [own, ours] = await calibrateMethods({ graph, executor, samples, methods: [first, 'mse'], tune: { count: 0 } })
    expect([own!.method, own!.entries.get('sum')]).toEqual(['first', { threshold: 3, min: -1, max: 3 }])
    expect(ours).toEqual(await calibrate({ graph, executor, samples, method: 'mse' }))
  })

  it.each([0, 2])('go on where they were cut off (%i workers)', async (workers) => {
    const whole = await calibrateMethods({ graph, executor, samples, methods: methodNames, workers })
    let kept: Uint8Array | undefined
    const store = {
      read: async () => kept,
      write: async (bytes: Uint8Array) => {
        kept ??= bytes
      },
      clear: async () => {},
    }
    const clock = vi.spyOn(performance, 'now')
    let time = 0
    clock.mockImplementation(() => (time += 500))
    const checkpoint = { store, key: 'six samples' }
    await calibrateMethods({ graph, executor, samples, methods: methodNames, workers, checkpoint })
    expect(kept).toBeDefined()
    const { runs, counted } = counting()
    const rest = await calibrateMethods({
      graph,
      executor: counted,
      samples,
      methods: methodNames,
      workers,
      checkpoint,
      tune: { executor },
    })
    expect(rest).toEqual(whole)
    expect(runs.whole).toBeLessThan(6)
    expect(await calibrate({ graph, executor, samples, method: 'mse', workers, checkpoint })).toEqual(whole[3])
    clock.mockRestore()
  })
})
