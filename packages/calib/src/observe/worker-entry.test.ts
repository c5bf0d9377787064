import { describe, expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import { kl } from '../observers/kl.ts'
import { serve } from './worker-entry.ts'
import type { FromWorker, ToWorker } from './worker-protocol.ts'

const value = { name: 'layer', index: 0, count: 1, elements: 3000, samples: 2 }
const list = { values: [value], watches: [{ value: 0, method: { name: 'kl', bins: 2048 } }] }

/** Tells a worker on this thread some messages and returns what it answers. */
function answers(...messages: readonly ToWorker[]): readonly FromWorker[] {
  const told: FromWorker[] = []
  let listener = (_: ToWorker): void => {}
  serve({ on: (_, given) => (listener = given), postMessage: (message) => void told.push(message) })
  for (const message of messages) listener(message)
  return told
}

const observe = (sample: number, elements: Float32Array): ToWorker => ({ kind: 'observe', sample, value: 0, elements })

describe('a worker', () => {
  const samples = [noise(3000, 1, 2), noise(3000, 2, 5)]
  const observer = kl().create(value)
  for (const sample of samples) observer.observe(sample)

  it('frees each array once it was seen and ends with the range an observer has', () => {
    const told = answers({ kind: 'start', list }, ...samples.map((each, i) => observe(i, each)), { kind: 'finish' })
    expect(told).toEqual([{ kind: 'free' }, { kind: 'free' }, { kind: 'result', results: [{ range: observer.range(), diagnostics: [] }] }])
  })

  it('goes on from the states another one saved', () => {
    const saved = answers({ kind: 'start', list }, observe(0, samples[0]!), { kind: 'save' }).at(-1)
    if (saved?.kind !== 'saved') throw new Error('nothing was saved')
    const start: ToWorker = { kind: 'start', list, states: saved.states }
    expect(answers(start, observe(1, samples[1]!), { kind: 'finish' }).at(-1)).toMatchObject({ results: [{ range: observer.range() }] })
  })

  it('tells the first fault of a value alone, as plain data, and has no result then', () => {
    const bad = samples[0]!.with(7, Infinity)
    const told = answers({ kind: 'start', list }, observe(0, bad), observe(1, bad), { kind: 'finish' })
    expect(told.map(({ kind }) => kind)).toEqual(['fault', 'free', 'free', 'result'])
    expect(told[0]).toMatchObject({ sample: 0, value: 0, error: { code: 'ACTIVATION_NOT_FINITE', details: { at: ['layer'] } } })
    expect(told[3]).toEqual({ kind: 'result', results: [] })
  })

  it('tells of a bug as a crash', () => {
    expect(answers(observe(0, samples[0]!))[0]).toMatchObject({ kind: 'crash' })
  })
})
