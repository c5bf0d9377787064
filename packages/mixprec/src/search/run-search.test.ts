import type { SearchResult, SearchSpace, SearchStrategy, Trial } from '@q/ir'
import { QError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../evaluator/create-evaluator.ts'
import type { Evaluator } from '../evaluator/evaluator.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyLayers, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import { describeLayers } from '../layers/describe-layers.ts'
import { runSearch } from './run-search.ts'
import type { SearchEvent } from './search-events.ts'

const source = { graph: toyNetwork, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
const space: SearchSpace = {
  graph: toyNetwork,
  target: toyChip.target,
  layers: describeLayers(source),
  mode: 'INT8',
  floatMode: 'F32',
  pinned: new Map(),
  table: toyTable,
  methods: new Map(),
  samples: toySamples.count,
}
const toyEvaluator = (): Evaluator => createEvaluator({ ...source, samples: toySamples, executors: { exact: createToyExecutor() } })

/** Asks for each layer alone in codes, and returns the first without having measured it. */
const oneByOne: SearchStrategy = {
  name: 'one-by-one',
  *search({ layers }) {
    const names = layers.map(({ name }) => name)
    let best: SearchResult = { trial: onlyInCodes(), ranking: [] }
    for (const [i, name] of names.entries()) {
      const ask = { trials: [onlyInCodes(name)], metrics: ['cosine'], precision: 'fast', samples: { first: 0, count: 1 } } as const
      yield { ask, best, open: names.slice(i), done: i / names.length, notes: [{ text: `try ${name}` }] }
      best = { trial: onlyInCodes(name), ranking: [] }
    }
    return { trial: onlyInCodes(names[0]!), ranking: [], notes: [{ text: 'over' }] }
  },
}

describe('a search', () => {
  it('measures its result in exact over all samples where the strategy did not', async () => {
    const evaluator = toyEvaluator()
    const { result, ended, open, questions } = await runSearch(oneByOne, space, evaluator)
    const [wanted] = await evaluator.ask({ trials: [onlyInCodes('a')], metrics: ['cosine'] })
    expect(result.losses).toEqual(wanted)
    expect([ended, open, questions]).toEqual(['finished', [], toyLayers.length + 1])
  })

  it('tells notes, questions, trials and progress in the order of their happening', async () => {
    const events: SearchEvent[] = []
    await runSearch(oneByOne, space, toyEvaluator(), { onEvent: (event) => events.push(event) })
    expect(events.slice(0, 4).map(({ kind }) => kind)).toEqual(['note', 'question', 'progress', 'trial'])
    expect(events.filter(({ kind }) => kind === 'trial')).toHaveLength(toyLayers.length)
    expect(events.filter((event) => event.kind === 'note').at(-1)!.note.text).toBe('over')
  })

  it('ends when its time is over, with the best so far and the layers that are open', async () => {
    let time = 0
    const { result, ended, open } = await runSearch(oneByOne, space, toyEvaluator(), {
      budget: { endsAt: 2, now: () => time },
      onEvent: ({ kind }) => {
        if (kind === 'trial') time++
      },
    })
    expect(ended).toBe('budget')
    expect(open).toEqual(toyLayers.slice(2))
    expect(result.trial).toEqual(onlyInCodes('b'))
    expect(result.losses).toBeUndefined()
  })

  it.each([
    ['loses more', onlyInCodes(...toyLayers), onlyInCodes('b')],
    ['loses less', onlyInCodes(), onlyInCodes()],
  ])('whose end comes early returns a guess only where it is no worse than what was measured: it %s', async (_, guess, returned) => {
    const sure = onlyInCodes('b')
    const guessing: SearchStrategy = {
      name: 'guessing',
      *search() {
        const [losses] = yield { ask: { trials: [sure], metrics: ['noise', 'cosine'] }, best: { trial: sure, ranking: [] } }
        yield {
          ask: { trials: [sure], metrics: ['noise'], samples: { first: 0, count: 1 } },
          best: { trial: sure, ranking: [], losses: losses! },
        }
        const few = { trials: [onlyInCodes('c')], metrics: ['noise'], samples: { first: 0, count: 1 } } as const
        yield { ask: few, best: { trial: guess, ranking: [] } }
        yield { ask: { trials: toyLayers.map((layer) => onlyInCodes(layer)), metrics: ['noise'] }, best: { trial: guess, ranking: [] } }
        return { trial: sure, ranking: [] }
      },
    }
    // Every sample of a trial takes one.
    let time = 0
    const { result, ended } = await runSearch(guessing, space, toyEvaluator(), {
      budget: { endsAt: 2 * toySamples.count + 2, now: () => time },
      onEvent: ({ kind }) => {
        if (kind === 'progress') time++
      },
    })
    expect([ended, [...result.trial.plan]]).toEqual(['budget', [...returned.plan]])
    expect(result.losses!.losses['noise']!.samples).toHaveLength(toySamples.count)
  })

  it('keeps the time that measuring its result takes, as it was seen to take', async () => {
    const halves: SearchStrategy = {
      name: 'halves',
      *search() {
        const best: SearchResult = { trial: onlyInCodes('a'), ranking: [] }
        yield { ask: { trials: [onlyInCodes()], metrics: ['cosine'] }, best, open: ['a', 'b'] }
        yield { ask: { trials: [onlyInCodes('b'), onlyInCodes('c')], metrics: ['cosine'] }, best, open: ['b'] }
        return best
      },
    }
    // Every sample of a trial takes one; the first question as many as there are samples.
    const samples = toySamples.count
    for (const [endsAt, isScored] of [
      [2 * samples, true],
      [3 * samples, true],
      [samples, false],
    ] as const) {
      let time = 0
      const { result, ended, open } = await runSearch(halves, space, toyEvaluator(), {
        budget: { endsAt, now: () => time },
        onEvent: ({ kind }) => {
          if (kind === 'progress') time++
        },
      })
      expect([ended, result.losses !== undefined, open], `${endsAt}`).toEqual(['budget', isScored, ['b']])
      expect(time).toBeLessThanOrEqual(endsAt)
    }
  })

  it('goes on with what is left when measuring its result took less than what was kept for it', async () => {
    const guess: SearchResult = { trial: onlyInCodes('a'), ranking: [] }
    let answered = 0
    const doubting: SearchStrategy = {
      name: 'doubting',
      *search() {
        const [losses] = yield { ask: { trials: [onlyInCodes()], metrics: ['cosine'] }, best: guess }
        yield { ask: { trials: [onlyInCodes('b'), onlyInCodes('c')], metrics: ['cosine'] }, best: guess }
        answered++
        return { trial: onlyInCodes(), ranking: [], losses: losses! }
      },
    }
    // Every sample of the first trial takes ten, each of the others one: once two of them are measured, no more is left than the first took.
    const samples = toySamples.count
    let time = 0
    let [isFirst, last] = [true, 0]
    const { ended, questions, trials } = await runSearch(doubting, space, toyEvaluator(), {
      budget: { endsAt: 20 * samples + 2, now: () => time },
      onEvent(event) {
        if (event.kind === 'trial') isFirst = false
        if (event.kind !== 'progress') return
        time += isFirst ? 10 : 1
        expect(event.measured).toBeLessThanOrEqual(event.total)
        if (!isFirst) expect(event.measured).toBe(++last)
      },
    })
    expect([ended, answered, questions, trials, time]).toEqual(['finished', 1, 3, 4, 13 * samples])
  })

  it('keeps what was measured before where the result that it measured on the way loses more', async () => {
    const sure = onlyInCodes('b')
    const guess: SearchResult = { trial: onlyInCodes(...toyLayers), ranking: [] }
    let time = 0
    const guessing: SearchStrategy = {
      name: 'guessing',
      *search() {
        const [losses] = yield { ask: { trials: [sure], metrics: ['cosine'] }, best: guess }
        yield { ask: { trials: [sure], metrics: ['cosine'] }, best: { trial: sure, ranking: [], losses: losses! } }
        yield { ask: { trials: [onlyInCodes('a'), onlyInCodes('c')], metrics: ['cosine'] }, best: guess }
        time += 100 * toySamples.count
        yield { ask: { trials: [onlyInCodes('d')], metrics: ['cosine'] }, best: guess }
        return guess
      },
    }
    // The first trial takes ten a sample, so that the guess is measured on the way, in time for all of that question.
    let measured = 0
    const { ended, questions, result } = await runSearch(guessing, space, toyEvaluator(), {
      budget: { endsAt: 20 * toySamples.count + 2, now: () => time },
      onEvent: ({ kind }) => {
        if (kind === 'progress') time += measured++ < toySamples.count ? 10 : 1
      },
    })
    expect([ended, questions, [...result.trial.plan]]).toEqual(['budget', 5, [...sure.plan]])
  })

  it('ends within a task at the end of its time, where a clock can call it', async () => {
    const hanging: Evaluator = { ...toyEvaluator(), ask: () => new Promise(() => {}) }
    const { ended, result } = await runSearch(oneByOne, space, hanging, {
      budget: {
        endsAt: 5,
        now: () => 0,
        after(milliseconds, call) {
          expect(milliseconds).toBe(5)
          queueMicrotask(call)
          return () => {}
        },
      },
    })
    expect([ended, result.losses]).toEqual(['budget', undefined])
  })

  it('ends when it is told to', async () => {
    const { ended, result } = await runSearch(oneByOne, space, toyEvaluator(), { signal: { aborted: true } })
    expect([ended, result.trial]).toEqual(['interrupted', onlyInCodes()])
  })

  it('throws what the evaluator throws', async () => {
    const broken: Evaluator = {
      ...toyEvaluator(),
      ask: async () => {
        throw new QError('SAMPLES_UNKNOWN', 'none')
      },
    }
    await expect(runSearch(oneByOne, space, broken)).rejects.toMatchObject({ code: 'SAMPLES_UNKNOWN' })
  })

  it('hands every answer to the strategy', async () => {
    const told: unknown[] = []
    const trials: readonly Trial[] = [onlyInCodes('a'), onlyInCodes('b')]
    const listening: SearchStrategy = {
      name: 'listening',
      *search() {
        const best: SearchResult = { trial: trials[0]!, ranking: [] }
        const answers = yield { ask: { trials, metrics: ['noise'] }, best }
        told.push(...answers)
        return { ...best, losses: answers[0]! }
      },
    }
    const evaluator = toyEvaluator()
    const { result, questions } = await runSearch(listening, space, evaluator)
    expect(told).toEqual(await evaluator.ask({ trials, metrics: ['noise'] }))
    expect([result.losses, questions]).toEqual([told[0], 1])
  })
})
