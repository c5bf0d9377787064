import { describe, expect, it } from 'vitest'
import { createSessionCache } from './session-cache.ts'

/** Makes sessions of a size and notes which were made and closed. */
function workshop() {
  const made: string[] = []
  const closed: string[] = []
  const make = (name: string, sizeBytes: number) => async () => {
    made.push(name)
    return { value: name, sizeBytes, close: async () => void closed.push(name) }
  }
  return { made, closed, make }
}

describe('a session cache', () => {
  it('makes what it has not, and gives what it has', async () => {
    const { made, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 100 })
    const first = await cache.acquire('a', make('a', 10))
    await first.release()
    expect((await cache.acquire('a', make('again', 10))).value).toBe('a')
    expect(made).toEqual(['a'])
    expect(cache.counts()).toEqual({ hits: 1, misses: 1, closed: 0, entries: 1, sizeBytes: 10 })
  })

  it('makes once what is asked for twice at once', async () => {
    const { made, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 0 })
    const leases = await Promise.all([cache.acquire('a', make('a', 10)), cache.acquire('a', make('b', 10))])
    expect(leases.map(({ value }) => value)).toEqual(['a', 'a'])
    expect(made).toEqual(['a'])
    expect(cache.counts()).toMatchObject({ hits: 1, misses: 1, sizeBytes: 10 })
  })

  it('closes what was not used for longest, until the rest fits', async () => {
    const { closed, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 25 })
    for (const name of ['a', 'b']) await (await cache.acquire(name, make(name, 10))).release()
    await (await cache.acquire('a', make('a', 10))).release()
    await (await cache.acquire('c', make('c', 10))).release()
    expect(closed).toEqual(['b'])
    await (await cache.acquire('d', make('d', 20))).release()
    expect(closed).toEqual(['b', 'a', 'c'])
    expect(cache.counts()).toMatchObject({ closed: 3, entries: 1, sizeBytes: 20 })
  })

  it('closes what is in use only once all have given it back', async () => {
    const { closed, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 0 })
    const one = await cache.acquire('a', make('a', 10))
    const two = await cache.acquire('a', make('a', 10))
    await one.release()
    await one.release()
    expect(closed).toEqual([])
    expect(cache.counts().sizeBytes).toBe(10)
    await two.release()
    expect(closed).toEqual(['a'])
    expect(cache.counts()).toMatchObject({ entries: 0, sizeBytes: 0 })
  })

  it('drops idle sessions rather than those in use', async () => {
    const { closed, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 20 })
    const held = await cache.acquire('held', make('held', 15))
    await (await cache.acquire('idle', make('idle', 15))).release()
    expect(closed).toEqual(['idle'])
    await held.release()
    expect(cache.counts()).toMatchObject({ entries: 1, sizeBytes: 15 })
  })

  it('keeps no failure', async () => {
    const { make } = workshop()
    const cache = createSessionCache({ budgetBytes: 100 })
    const failing = async () => Promise.reject(new Error('no memory'))
    const both = await Promise.allSettled([cache.acquire('a', failing), cache.acquire('a', failing)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await cache.acquire('a', make('a', 10))).value).toBe('a')
  })

  it('holds what has nothing to free', async () => {
    const cache = createSessionCache({ budgetBytes: 5 })
    const lease = await cache.acquire('a', async () => ({ value: 1, sizeBytes: 10 }))
    await lease.release()
    expect(cache.counts()).toMatchObject({ closed: 1, entries: 0 })
  })

  it('closes all when it is closed, and keeps nothing from then on', async () => {
    const { closed, make } = workshop()
    const cache = createSessionCache({ budgetBytes: 100 })
    await (await cache.acquire('a', make('a', 10))).release()
    const held = await cache.acquire('b', make('b', 0))
    await cache.close()
    expect(closed).toEqual(['a'])
    await held.release()
    expect(closed).toEqual(['a', 'b'])
    await (await cache.acquire('c', make('c', 10))).release()
    expect(closed).toEqual(['a', 'b', 'c'])
  })

  it('refuses a budget that is none', () => {
    expect(() => createSessionCache({ budgetBytes: -1 })).toThrow(RangeError)
    expect(() => createSessionCache({ budgetBytes: Number.NaN })).toThrow(RangeError)
  })
})
