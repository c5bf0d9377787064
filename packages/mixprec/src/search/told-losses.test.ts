import type { MetricName, Trial, TrialLosses } from '@q/ir'
import { expect, it } from 'vitest'
import { createToldLosses } from './told-losses.ts'

const trialOf = (...names: readonly string[]): Trial => ({ plan: new Map(names.map((name) => [name, 'F16'] as const)) })
const answer = (...metrics: readonly MetricName[]): TrialLosses => ({
  losses: Object.fromEntries(metrics.map((metric) => [metric, { mean: 0.1, samples: [0.1], outputs: [] }])),
  layers: new Map(),
})
const range = { threshold: 1, min: -1, max: 1 }

it('a trial is known by what it says, in whatever order', () => {
  const told = createToldLosses(2)
  const cosine = answer('cosine')
  const trial = { ...trialOf('a', 'b', 'c'), ranges: new Map([['a', range] as const, ['b', range] as const]) }
  told.add({ trials: [trial], metrics: ['cosine'] }, [cosine])
  const turned = { ...trialOf('c', 'a', 'b'), ranges: new Map([['b', range] as const, ['a', range] as const]) }
  expect(told.of(turned, ['cosine'])).toBe(cosine)
  expect(told.isTold({ trial: turned, losses: cosine })).toBe(true)
  expect(told.isTold({ trial: turned, losses: answer('cosine') })).toBe(false)
  for (const other of [
    trialOf('a', 'b', 'c'),
    trialOf('a', 'b'),
    {
      ...trial,
      ranges: new Map([
        ['a', { ...range, max: 2 }],
        ['b', range],
      ]),
    },
  ])
    expect(told.of(other, ['cosine'])).toBeUndefined()
})

it('metrics that were told one after the other are known together', () => {
  const told = createToldLosses(1)
  told.add({ trials: [trialOf('a'), trialOf('b')], metrics: ['cosine'] }, [answer('cosine'), answer('cosine')])
  told.add({ trials: [trialOf('a')], metrics: ['noise'] }, [answer('noise')])
  expect(Object.keys(told.of(trialOf('a'), ['cosine', 'noise'])!.losses)).toEqual(['cosine', 'noise'])
  expect(told.of(trialOf('b'), ['cosine', 'noise'])).toBeUndefined()
})

it('what was ranked, was told of a part of the samples or of layers alone is not known', () => {
  const told = createToldLosses(2)
  const ask = { trials: [trialOf('a')], metrics: ['cosine'] as const }
  told.add({ ...ask, precision: 'fast' }, [answer('cosine')])
  told.add({ ...ask, samples: { first: 0, count: 1 } }, [answer('cosine')])
  told.add({ ...ask, samples: [1] }, [answer('cosine')])
  // Sums in another order may differ in the last place.
  told.add({ ...ask, samples: [1, 0] }, [answer('cosine')])
  told.add({ ...ask, outputs: false, layers: ['a'] }, [answer('cosine')])
  expect(told.of(trialOf('a'), ['cosine'])).toBeUndefined()
  told.add({ ...ask, samples: { first: 0, count: 2 } }, [answer('cosine')])
  expect(told.of(trialOf('a'), ['cosine'])).toBeDefined()
})
