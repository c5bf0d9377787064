import type { SearchResult, Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, searchAdditive } from './additive-space.ts'
import { race } from './race.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>

/** A number from 0 to 1 that a seed and a text decide. */
function chance(seed: number, text: string): number {
  let state = seed + 1
  for (const letter of text) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) ^ (state >>> 13)
  return (state >>> 0) / 2 ** 32
}

/** Layers some of which make up for another's error as long as both are in codes. */
function quarrelling(count: number, seed: number) {
  const names = Array.from({ length: count }, (_, i) => `l${i}`)
  const layers: Layers = Object.fromEntries(names.map((name) => [name, { cost: 0.01 * chance(seed, name) }]))
  const pairs = names.map((name, i) => [name, names[Math.floor(chance(seed, `pair${i}`) * count)]!] as const)
  const more = ({ plan }: Trial) => pairs.reduce((sum, [one, other]) => sum + (plan.has(one) === plan.has(other) ? 0 : 0.006), 0)
  return { layers, more }
}

const lossOf = ({ losses }: SearchResult) => losses!.losses['cosine']!.mean

function searched(count: number, seed: number, mostLayers: number, expectedCos: number) {
  const { layers, more } = quarrelling(count, seed)
  const { result, steps } = searchAdditive(race({ expectedCos, mostLayers }), additiveSpace(layers), layers, more)
  const whole = steps.filter(({ ask }) => ask.samples === undefined && ask.precision !== 'fast').flatMap(({ ask }) => ask.trials)
  return { result, whole, floats: result.trial.plan.size }
}

it.each([14, 40])(
  'a layer of %i that is harmless alone, and does most harm beside another, is found where the target is missed',
  (count) => {
    const names = Array.from({ length: count }, (_, i) => `l${i}`)
    const layers: Layers = Object.fromEntries(names.map((name, i) => [name, { cost: 0.001 - 1e-5 * i }]))
    const together = ({ plan }: Trial) => (plan.has('l12') || plan.has('l13') ? 0 : 0.05)
    const { floats } = searchAdditive(race({ expectedCos: 0.9999, mostLayers: 3 }), additiveSpace(layers), layers, together)
    expect(floats).toEqual(['l12', 'l0', 'l1'])
  },
)

it.each([12, 40])('thresholds of another method that reach the target with no layer of %i in float are found', (count) => {
  const layers: Layers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, { cost: 0.001 }]))
  const space = additiveSpace(layers, { kl: 1, mse: 0.4 })
  const { floats, result } = searchAdditive(race({ expectedCos: 1 - 0.0005 * count }), space, layers)
  expect([floats, result.reached, result.trial.ranges!.get('l3')!.threshold]).toEqual([[], true, 0.4])
})

it('in a network of few layers each threshold is chosen with those before it in place', () => {
  const layers: Layers = { l0: { cost: 0.01 }, l1: { cost: 0.01 }, l2: { cost: 0.01 } }
  // The operand of the second layer has to fit to its result, and the third wants the other method's.
  const more = ({ plan, ranges }: Trial) => {
    const [first, second, third] = Object.keys(layers).map((name) => ranges?.get(name)?.threshold ?? 1)
    return (plan.has('l1') || first === second ? 0 : 0.02) + (plan.has('l2') || third === 1 ? 0 : 0.02)
  }
  const { result } = searchAdditive(race({ expectedCos: 1 - 0.0201 }), additiveSpace(layers, { kl: 1, mse: 0.5 }), layers, more)
  const thresholds = Object.keys(layers).map((name) => result.trial.ranges!.get(name)!.threshold)
  expect([result.trial.plan.size, result.reached, thresholds]).toEqual([0, true, [0.5, 0.5, 1]])
})

describe('a limit of float layers', () => {
  it.each([0.955, 0.97, 0.99])('that is higher is never worse in a network of few layers (%f)', (expectedCos) => {
    for (let seed = 0; seed < 6; seed++) {
      let before = searched(12, seed, 1, expectedCos)
      for (let limit = 2; limit <= 12; limit++) {
        const now = searched(12, seed, limit, expectedCos)
        expect(now.floats, `seed ${seed}, limit ${limit}`).toBeLessThanOrEqual(limit)
        if (before.result.reached === true) expect([now.result.reached, now.floats]).toEqual([true, before.floats])
        else if (now.result.reached !== true)
          expect(lossOf(now.result), `seed ${seed}, limit ${limit}`).toBeLessThanOrEqual(lossOf(before.result))
        before = now
      }
    }
  })

  it.each([
    [0.85, 15],
    [0.85, 27],
    [0.8, 10],
  ])('that is higher never misses what a lower one reaches, nor loses more, in a large network (%f, %i)', (expectedCos, seed) => {
    let before = searched(40, seed, 6, expectedCos)
    for (let limit = 7; limit <= 20; limit++) {
      const now = searched(40, seed, limit, expectedCos)
      if (before.result.reached === true) expect([limit, now.result.reached, now.floats]).toEqual([limit, true, before.floats])
      else if (now.result.reached !== true) expect(lossOf(now.result), `limit ${limit}`).toBeLessThanOrEqual(lossOf(before.result))
      before = now
    }
  })

  it('gives the best of all that was measured', () => {
    const { layers, more } = quarrelling(12, 3)
    const costOf = (trial: Trial) =>
      Object.keys(layers).reduce((sum, name) => sum + (trial.plan.has(name) ? 0 : layers[name]!.cost), more(trial))
    const { result, whole } = searched(12, 3, 6, 0.9999)
    expect(whole.length).toBeGreaterThan(6)
    const allowed = whole.filter(({ plan }) => plan.size <= 6)
    expect(costOf(result.trial)).toBe(Math.min(...allowed.map(costOf)))
  })
})
