import { type SearchSpace, samplesOf, type Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, driven, searchAdditive } from './additive-space.ts'
import { plainTable } from './choose-table.ts'
import { contestPlaces } from './contest-places.ts'
import { mixThresholds } from './mix-thresholds.ts'
import { qualityTarget } from './quality-target.ts'
import { race } from './race.ts'
import { rankAlone } from './rank-alone.ts'
import { searchCourse } from './search-course.ts'
import { spreadSamples, typicalSamples } from './telling-samples.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>

const twelve: Layers = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`l${i}`, { cost: 0.001 * (1 + ((i * 5) % 12)) }]))
const order = Object.keys(twelve).sort((a, b) => twelve[b]!.cost - twelve[a]!.cost)
const target = qualityTarget('race', { metric: 'cosine' })
const lossOf = ({ plan, ranges }: Trial, layers: Layers) =>
  Object.keys(layers).reduce((sum, name) => sum + (plan.has(name) ? 0 : layers[name]!.cost * (ranges?.get(name)?.threshold ?? 1)), 0)

describe('layers that are ranked alone', () => {
  const samples = [3, 1, 4, 0, 2, 6, 5, 7].map((sample) => ({ sample, weight: 1 }))

  it('are in the order of what they cost, of whatever samples', () => {
    const course = searchCourse({ trial: { plan: new Map() }, ranking: [] })
    const learnt: number[] = []
    const { learned, steps } = driven(
      rankAlone(course, additiveSpace(twelve), target, samples, (ranking) => learnt.push(ranking.length)),
      (trial) => lossOf(trial, twelve),
    )
    expect(learned.map(({ layer }) => layer)).toEqual(order)
    for (const { layer, loss } of learned) expect(loss).toBeCloseTo(twelve[layer]!.cost, 12)
    // All on a quarter, the worse half on another, the worst quarter on the rest.
    expect(steps.map(({ ask }) => [ask.trials.length, samplesOf(ask, 8)])).toEqual([
      [12, [3, 1]],
      [6, [4, 0]],
      [3, [2, 6, 5, 7]],
    ])
    expect(learnt).toEqual([12, 12, 12])
    expect(steps.map(({ open }) => open!.length)).toEqual([12, 6, 3])
    expect(course.open).toEqual([])
  })

  it('are asked for in several questions where they are many, so that a search knows something of the whole network early', () => {
    const many: Layers = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`l${i}`, { cost: 0.0001 * (1 + ((i * 29) % 70)) }]))
    const course = searchCourse({ trial: { plan: new Map() }, ranking: [] })
    const learnt: (readonly string[])[] = []
    const { learned, steps } = driven(
      rankAlone(course, additiveSpace(many), target, samples.slice(0, 1), (ranking) => learnt.push(ranking.map(({ layer }) => layer))),
      (trial) => lossOf(trial, many),
    )
    expect(steps.map(({ ask }) => ask.trials.length)).toEqual([24, 23, 23])
    expect(steps.map(({ open }) => open!.length)).toEqual([70, 46, 23])
    expect(learnt.map(({ length }) => length)).toEqual([24, 47, 70])
    expect(learnt[0]).toContain('l0')
    expect(learnt[0]).toContain('l69')
    expect(learned.map(({ layer }) => layer)).toEqual(Object.keys(many).sort((a, b) => many[b]!.cost - many[a]!.cost))
  })

  it('cost the mean of the samples they were seen on, by their weights', () => {
    const course = searchCourse({ trial: { plan: new Map() }, ranking: [] })
    const two: Layers = { a: { cost: 1 }, b: { cost: 0.1 } }
    const weights = [
      { sample: 0, weight: 3 },
      { sample: 1, weight: 1 },
    ]
    // The first sample has three times the mean loss, the second as much as the mean.
    const { learned } = driven(
      rankAlone(course, additiveSpace(two), target, weights),
      (trial, sample) => lossOf(trial, two) * (sample === 0 ? 3 : 2),
    )
    expect(learned).toEqual([
      { layer: 'a', loss: expect.closeTo(5 / 4, 12) },
      { layer: 'b', loss: expect.closeTo(0.1, 12) },
    ])
  })

  it('are not in the way where there are none, and are asked on one sample each where there are few', () => {
    const course = searchCourse({ trial: { plan: new Map() }, ranking: [] })
    const space = additiveSpace(twelve)
    const none: SearchSpace = { ...space, pinned: new Map(Object.keys(twelve).map((name) => [name, 'F16'] as const)) }
    expect(driven(rankAlone(course, none, target, samples), () => 0)).toEqual({ learned: [], steps: [] })
    const few = driven(rankAlone(course, space, target, samples.slice(0, 2)), (trial) => lossOf(trial, twelve))
    expect(few.steps.map(({ ask }) => [ask.trials.length, samplesOf(ask, 8)])).toEqual([
      [12, [3]],
      [6, [1]],
    ])
  })
})

describe('a contest of the last places', () => {
  const contest = { order, size: 4, chosen: plainTable, samples: [0, 1, 2, 3, 4, 5].map((sample) => ({ sample, weight: 1 })) }
  const contested = (loss: (trial: Trial) => number, more: object = {}) =>
    driven(
      contestPlaces(searchCourse({ trial: { plan: new Map() }, ranking: [] }), additiveSpace(twelve), target, { ...contest, ...more }),
      loss,
    )

  it('leaves an order alone that is right', () => {
    const { learned, steps } = contested((trial) => lossOf(trial, twelve))
    expect(learned).toEqual(order)
    // The sure ones are in float in every trial; six contend on a third of the samples, the better half on the others.
    for (const { ask } of steps) for (const { plan } of ask.trials) expect([...plan.keys()].slice(0, 2)).toEqual(order.slice(0, 2))
    expect(steps.map(({ ask }) => [ask.trials.length, samplesOf(ask, 8), ask.precision])).toEqual([
      [6, [1, 4], 'exact'],
      [3, [0, 2, 3, 5], 'exact'],
    ])
  })

  it('puts the layers that win most beside those in front into the last places, the others behind by what they win', () => {
    const wins: Readonly<Record<string, number>> = {
      [order[7]!]: 0.5,
      [order[5]!]: 0.4,
      [order[2]!]: 0.1,
      [order[3]!]: 0.01,
      [order[4]!]: 0.03,
    }
    const { learned } = contested(({ plan }) => 1 - [...plan.keys()].reduce((sum, name) => sum + (wins[name] ?? 0), 0))
    expect(learned).toEqual([0, 1, 7, 5, 2, 4, 3, 6, 8, 9, 10, 11].map((place) => order[place]!))
  })

  it('contests every place of a small set, and needs but one sample', () => {
    const { learned, steps } = contested((trial) => lossOf(trial, twelve), { size: 1, samples: [{ sample: 5, weight: 1 }] })
    expect(learned).toEqual(order)
    expect(steps.map(({ ask }) => [ask.trials.length, ask.trials[0]!.plan.size])).toEqual([[6, 1]])
  })

  it('is held with the thresholds that were chosen', () => {
    const ranges = new Map([['l0', { threshold: 0.5, min: -1, max: 1 }]])
    const { steps } = contested((trial) => lossOf(trial, twelve), { chosen: { ranges, method: 'mse' } })
    for (const { ask } of steps) for (const trial of ask.trials) expect(trial.ranges).toEqual(ranges)
  })
})

describe('thresholds of each layer', () => {
  const samples = [{ sample: 2, weight: 1 }]
  const mixed = (methods: Readonly<Record<string, number>>, loss: (trial: Trial) => number) =>
    driven(
      mixThresholds(searchCourse({ trial: { plan: new Map() }, ranking: [] }), additiveSpace(twelve, methods), target, plainTable, samples),
      loss,
    )

  it('are those that lose least with it alone in codes', () => {
    // Odd layers lose less with a larger threshold, even ones with a smaller.
    const cost = ({ plan, ranges }: Trial) => {
      const [layer] = Object.keys(twelve).filter((name) => !plan.has(name))
      const threshold = ranges?.get(layer!)?.threshold ?? 1
      return Number(layer!.slice(1)) % 2 === 1 ? 1 / threshold : threshold
    }
    const { learned, steps } = mixed({ half: 0.5, twice: 2 }, cost)
    expect([...learned.ranges].map(([name, { threshold }]) => [name, threshold])).toEqual(
      Object.keys(twelve).map((name, i) => [name, i % 2 === 1 ? 2 : 0.5]),
    )
    expect(steps.map(({ ask }) => ask.trials.length)).toEqual([36])
    for (const { plan } of steps[0]!.ask.trials) expect(plan.size).toBe(11)
  })

  it('are those that were chosen before where others are not better, and nothing is asked where there are no others', () => {
    const { learned } = mixed({ half: 0.5 }, () => 1)
    for (const { threshold } of learned.ranges.values()) expect(threshold).toBe(1)
    const same = mixed({ same: 1 }, () => 1)
    expect([same.learned, same.steps]).toEqual([plainTable, []])
  })
})

describe('samples', () => {
  const samples = [5, 1, 0.9, 0.2, 1.3, 0.1].map((weight, sample) => ({ sample, weight }))
  const chosen = (some: readonly { readonly sample: number }[]) => some.map(({ sample }) => sample)

  it('that are typical lose about as much as the mean, the nearest first', () => {
    expect(chosen(typicalSamples(samples, 3))).toEqual([1, 2, 4])
    expect(
      chosen(
        typicalSamples(
          samples.map(({ sample }) => ({ sample, weight: 1 })),
          2,
        ),
      ),
    ).toEqual([0, 1])
  })
  it('that are spread are of all sizes of loss', () => {
    expect(chosen(spreadSamples(samples, 3))).toEqual([3, 1, 0])
    expect(chosen(spreadSamples(samples, 2))).toEqual([3, 4])
    expect(chosen(spreadSamples(samples, 99))).toEqual([5, 3, 2, 1, 4, 0])
  })
})

describe('a race', () => {
  const thirty: Layers = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`l${i}`, { cost: 0.001 * (30 - i) }]))
  const left = (count: number) =>
    Object.values(thirty)
      .slice(count)
      .reduce((sum, { cost }) => sum + cost, 0)

  it('finds the fewest layers for every target, and asks about few sets', () => {
    for (let need = 1; need <= 12; need++) {
      const { floats, result, steps } = searchAdditive(
        race({ expectedCos: 1 - left(need) - 1e-6, mostLayers: 12 }),
        additiveSpace(thirty),
        thirty,
      )
      expect([floats.length, result.reached], `${need}`).toEqual([need, true])
      expect(floats).toEqual(Object.keys(thirty).slice(0, need))
      const audited = steps.flatMap(({ ask }) => (ask.samples === undefined && ask.precision !== 'fast' ? ask.trials : []))
      // None, the right one and the one below; a size or two more where the estimate is off.
      expect(audited.length).toBeLessThanOrEqual(5)
    }
  })

  it('does nothing where all layers in codes reach the target, or none is open', () => {
    const fine = searchAdditive(race({ expectedCos: 0.5 }), additiveSpace(thirty), thirty)
    expect([fine.floats, fine.steps.length, fine.result.reached]).toEqual([[], 1, true])
    const space: SearchSpace = { ...additiveSpace(thirty), pinned: new Map(Object.keys(thirty).map((name) => [name, 'F16'] as const)) }
    const decided = searchAdditive(race({ expectedCos: 0.9999 }), space, thirty)
    expect([decided.floats.length, decided.steps.length]).toEqual([30, 1])
  })

  it('says which limit it kept to where that is why it missed the target', () => {
    const limited = searchAdditive(race({ expectedCos: 0.99999, mostLayers: 2 }), additiveSpace(thirty), thirty)
    expect([limited.result.limit, limited.result.reached, limited.floats]).toEqual([2, false, ['l0', 'l1']])
    const all = searchAdditive(race({ expectedCos: 1, mostLayers: 30 }), additiveSpace(thirty), thirty, () => 0.1)
    expect([all.result.limit, all.result.reached]).toEqual([undefined, false])
  })

  it('takes a fifth of the layers at most where no limit is given, five at least', () => {
    const missed = (count: number) => {
      const some = Object.fromEntries(Object.entries(thirty).slice(0, count))
      return searchAdditive(race({ expectedCos: 1 }), additiveSpace(some), some, () => 0.1).floats.length
    }
    expect([missed(3), missed(26), missed(30)]).toEqual([3, 5, 6])
  })

  it('compares tables with the worst layers in float, on the samples that lose most', () => {
    const { steps, result, notes } = searchAdditive(
      race({ expectedCos: 1 - left(3) / 2, mostLayers: 12 }),
      additiveSpace(thirty, { half: 0.5, twice: 2 }),
      thirty,
    )
    const compared = steps.filter(({ ask }) => ask.precision === 'fast' && ask.trials[1]!.ranges?.size === 30)
    expect(compared.map(({ ask }) => samplesOf(ask, 8).length)).toEqual([8])
    expect(compared[0]!.ask.trials.map(({ plan }) => [...plan.keys()])).toEqual(Array.from({ length: 3 }, () => ['l0', 'l1', 'l2']))
    expect([result.method, notes.includes('thresholds: half')]).toEqual(['half', true])
    expect(result.trial.ranges!.get('l5')).toEqual({ threshold: 0.5, min: -1, max: 1 })
  })

  it('has an idea of how much is done that is right within a factor of two, from its second question on', () => {
    for (const [methods, need] of [
      [{}, 4],
      [{ half: 0.5, twice: 2 }, 1],
    ] as const) {
      const space = { ...additiveSpace(thirty, methods), samples: 30 }
      const { steps } = searchAdditive(race({ expectedCos: 1 - left(need) * 0.7, mostLayers: 12 }), space, thirty)
      const runs = steps.map(({ ask }) => ask.trials.length * samplesOf(ask, 30).length)
      const all = runs.reduce((sum, each) => sum + each, 0)
      let before = 0
      for (const [i, { done }] of steps.entries()) {
        if (i > 0) expect(before / done! / all, `${need}, question ${i}, ${all}`).toBeGreaterThan(0.5)
        if (i > 0) expect(before / done! / all, `${need}, question ${i}, ${all}`).toBeLessThan(2)
        before += runs[i]!
      }
    }
  })
})
