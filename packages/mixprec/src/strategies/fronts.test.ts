import type { Question, SearchSpace, Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, searchAdditive } from './additive-space.ts'
import { floatShare } from './float-share.ts'
import { pareto } from './pareto.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>

/** Twelve layers whose order by cost is not that by cost for their operations. */
const layers: Layers = Object.fromEntries(
  Array.from({ length: 12 }, (_, i) => [`l${i}`, { cost: 0.02 / (1 + ((i * 5) % 12)), operations: 1 + ((i * 7) % 12) ** 2 }]),
)
const names = Object.keys(layers)
const byCost = [...names].sort((a, b) => layers[b]!.cost - layers[a]!.cost)
const lossOf = (trial: Trial): number => names.reduce((sum, name) => sum + (trial.plan.has(name) ? 0 : layers[name]!.cost), 0)
const whole = ({ samples, precision }: Question) => samples === undefined && precision !== 'fast'
const keyOf = ({ plan, ranges = new Map() }: Trial) => JSON.stringify([[...plan.keys()].sort(), [...ranges].sort()])

describe('a front', () => {
  const space = additiveSpace(layers)
  const { result, steps } = searchAdditive(pareto({ metric: 'cosine', mostLayers: 6 }), space, layers)
  const numbers = result.front!.map(({ trial, floatShare: share, losses }) => [share, trial.plan.size, losses.losses['cosine']!.mean])

  it('has points that each beat every other in something, the cheapest first', () => {
    expect(numbers.length).toBeGreaterThan(6)
    for (const [i, one] of numbers.entries())
      for (const [j, other] of numbers.entries())
        if (i !== j)
          expect(
            one.some((number, k) => number < other[k]!),
            `${i} and ${j}`,
          ).toBe(true)
    expect(numbers.map(([share]) => share)).toEqual(numbers.map(([share]) => share!).sort((a, b) => a - b))
  })

  it('has all of what was measured that no other beats, with its own losses and share', () => {
    const measured = new Map(steps.flatMap(({ ask }) => (whole(ask) ? ask.trials.map((trial) => [keyOf(trial), trial] as const) : [])))
    // With more layers in float than there may be, layers were looked at alone.
    const told = [...measured.values()]
      .filter(({ plan }) => plan.size <= 6)
      .map((trial) => [floatShare(space, trial), trial.plan.size, lossOf(trial)] as const)
    const isBeaten = (point: readonly number[]) => told.some((other) => other !== point && other.every((number, k) => number <= point[k]!))
    expect(numbers.map(([share, size]) => `${share} ${size}`)).toEqual(
      told
        .filter((point) => !isBeaten(point))
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        .map(([share, size]) => `${share} ${size}`),
    )
    for (const { trial, losses, floatShare: share } of result.front!)
      expect([losses.losses['cosine']!.mean, share]).toEqual([expect.closeTo(lossOf(trial), 12), floatShare(space, trial)])
  })

  it('is nowhere behind the layers that cost most, nor behind those that cost most for their operations', () => {
    const price = (name: string) =>
      layers[name]!.cost / (layers[name]!.operations! / names.reduce((sum, each) => sum + layers[each]!.operations!, 0) + 1e-3)
    const byPrice = [...names].sort((a, b) => price(b) - price(a))
    for (const order of [byCost, byPrice]) {
      for (let size = 0; size <= 6; size++) {
        const trial = { plan: new Map(order.slice(0, size).map((name) => [name, 'F16'] as const)) }
        const wanted = [floatShare(space, trial), size, lossOf(trial) + 1e-12]
        expect(
          numbers.some((point) => point.every((number, k) => number <= wanted[k]!)),
          `${size} of ${order}`,
        ).toBe(true)
      }
    }
  })

  it('measures no set twice behind its race, and four side by side at most', () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`l${i}`, { cost: 0.02 / (1 + ((i * 7) % 30)), operations: 1 + i }]),
    )
    const { steps: asked } = searchAdditive(pareto({ metric: 'cosine', mostLayers: 6 }), additiveSpace(many), many)
    const ranked = asked.findLastIndex(({ open = [] }) => open.length > 0)
    const later = asked.slice(ranked + 1).flatMap(({ ask }) => (whole(ask) ? [ask.trials] : []))
    expect(later.flat().map(keyOf)).toEqual([...new Set(later.flat().map(keyOf))])
    expect(Math.max(...later.map(({ length }) => length))).toBe(4)
  })

  it('is returned with its point of the least loss where nothing is wanted', () => {
    expect([result.reached, result.trial.plan.size]).toEqual([undefined, 6])
    expect(new Set(result.trial.plan.keys())).toEqual(new Set(byCost.slice(0, 6)))
    expect(result.ranking.map(({ layer }) => layer)).toEqual(byCost)
  })

  it('has a fifth of the layers in float at most, and five at least, where no limit is given', () => {
    const most = (count: number) => {
      const some = Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, { cost: 0.01 * (i + 1) }]))
      return Math.max(...searchAdditive(pareto(), additiveSpace(some), some).result.front!.map(({ trial }) => trial.plan.size))
    }
    expect([most(3), most(12), most(30)]).toEqual([3, 5, 6])
  })

  it('says that the target is missed, with the least loss', () => {
    const { result: missed } = searchAdditive(pareto({ expectedCos: 0.9999, mostLayers: 3 }), space, layers)
    expect([missed.reached, new Set(missed.trial.plan.keys())]).toEqual([false, new Set(byCost.slice(0, 3))])
  })

  it('tells each set that it measures, by what it is measured by', () => {
    const { notes } = searchAdditive(pareto({ metric: 'sqnr', mostLayers: 1 }), space, layers)
    expect(notes).toContainEqual(expect.stringMatching(/^1 layers in float: sqnr loss 0\.0/))
  })

  it('has points with the thresholds of the walk and with those of the better table', () => {
    const some = additiveSpace(layers, { half: 0.5, twice: 2 })
    const { result: found } = searchAdditive(pareto({ metric: 'cosine', mostLayers: 3 }), some, layers)
    for (const { trial } of found.front!) expect(trial.ranges!.get('l11')!.threshold).toBe(0.5)
    expect(found.front!.some(({ losses }) => losses.losses['cosine']!.mean < lossOf({ plan: new Map() }) / 2 + 1e-9)).toBe(true)
  })

  it('leaves alone what is decided: it is in every plan, and in no count', () => {
    const pinned: SearchSpace = { ...space, pinned: new Map([[byCost[0]!, 'F16']] as const) }
    const { result: found } = searchAdditive(pareto({ metric: 'cosine', mostLayers: 2 }), pinned, layers)
    for (const { trial } of found.front!) expect(trial.plan.get(byCost[0]!)).toBe('F16')
    expect(found.front![0]).toMatchObject({ floatShare: 0, trial: { plan: pinned.pinned } })
    expect(Math.max(...found.front!.map(({ trial }) => trial.plan.size))).toBe(3)
  })

  it('has at every step the losses of what is best, and an idea of how much is done', () => {
    for (const { best, done } of steps) {
      if (best.losses !== undefined) expect(best.losses.losses['cosine']!.mean).toBeCloseTo(lossOf(best.trial), 12)
      expect(done).toBeGreaterThanOrEqual(0)
      expect(done).toBeLessThanOrEqual(1)
    }
  })
})

describe('the share of the arithmetic in float', () => {
  it('counts layers that have codes otherwise, and are not decided, of the operations of all', () => {
    const space: SearchSpace = {
      ...additiveSpace({ a: { cost: 1, operations: 1 }, b: { cost: 1, operations: 3 }, c: { cost: 1, operations: 4 } }),
      pinned: new Map([['c', 'F16']] as const),
    }
    const plan = new Map([
      ['a', 'F16'],
      ['b', 'F16'],
      ['c', 'F16'],
    ])
    expect(floatShare(space, { plan })).toBe(0.5)
    expect(floatShare({ ...space, layers: space.layers.map((layer) => ({ ...layer, hasCodes: layer.name !== 'a' })) }, { plan })).toBe(
      3 / 8,
    )
    expect(floatShare(space, { plan: new Map([['a', 'INT8']]) })).toBe(0)
    expect(floatShare({ ...space, layers: [] }, { plan })).toBe(0)
  })
})
