import type { ObservedRange, SearchResult, SearchSpace, SearchStep, Trial } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { metrics } from '../metrics/metrics.ts'

/** Looks at what a strategy says. What it measured is no matter here: a driver knows that itself. */
export interface StepCheck {
  /** @throws QError `STRATEGY_INVALID` */
  step(value: unknown): SearchStep
  /** @throws QError `STRATEGY_INVALID` */
  result(value: unknown): SearchResult
}

type Place = readonly string[]
type Members = Readonly<Record<string, unknown>>

/**
 * The check of a strategy's steps and result: whether they have the shape of the contract, name layers of the space alone with modes of theirs, keep what is pinned, and ask for metrics and
 * samples that there are.
 *
 * @param strategy its name
 */
export function checkSteps(strategy: string, space: SearchSpace): StepCheck {
  const layers = new Map(space.layers.map((layer) => [layer.name, layer]))
  const ranked = new Set([...layers.keys(), ...space.graph.inputs.map(({ name }) => name)])
  const tables = [space.table, ...space.methods.values()]
  let steps = 0

  function refuse(at: Place, found: unknown, wanted: string): never {
    throw new QError('STRATEGY_INVALID', `what the strategy ${strategy} says in its search cannot be used`, {
      at: [strategy, `step ${steps}`, ...at],
      found: wordsFor(found),
      wanted,
      hint: 'examine it with strategyConformance of @q/ir/conformance',
      kind: 'usage',
    })
  }
  function want(holds: boolean, at: Place, found: unknown, wanted: string): void {
    if (!holds) refuse(at, found, wanted)
  }
  const members = (value: unknown, at: Place, wanted: string): Members =>
    typeof value === 'object' && value !== null ? (value as Members) : refuse(at, value, wanted)
  const list = (value: unknown, at: Place, wanted: string): readonly unknown[] => (Array.isArray(value) ? value : refuse(at, value, wanted))
  const optional = (holds: (value: unknown) => boolean, at: Place, value: unknown, wanted: string): void =>
    want(value === undefined || holds(value), at, value, wanted)

  function checkTrial(value: unknown, at: Place): void {
    const { plan, ranges } = members(value, at, 'a trial: { plan, ranges? }')
    if (!(plan instanceof Map)) refuse([...at, 'plan'], plan, 'a Map of layers and modes')
    for (const [name, mode] of plan as Map<unknown, unknown>) {
      const layer = layers.get(name as string)
      const isPinned = space.pinned.get(name as string) === mode
      want(layer !== undefined || isPinned, [...at, 'plan'], name, 'layers of the space')
      want(isPinned || layer!.modes.includes(mode as never), [...at, 'plan', String(name)], mode, `one of ${layer?.modes.join(', ')}`)
    }
    for (const [name, mode] of space.pinned)
      want(plan.get(name) === mode, [...at, 'plan', name], plan.get(name) ?? 'no mode', `${mode}, which is pinned`)
    if (ranges === undefined) return
    if (!(ranges instanceof Map)) refuse([...at, 'ranges'], ranges, 'a Map of layers and ranges')
    for (const [name, range] of ranges as Map<unknown, unknown>) checkRange(name, range, [...at, 'ranges'])
  }
  /** A number that a table has is as good as the table. */
  function checkRange(name: unknown, value: unknown, at: Place): void {
    const rows = tables.flatMap((table) => table.get(name as string) ?? [])
    want(rows.length > 0, at, name, 'rows of the calibration table')
    const place = [...at, String(name)]
    const range = members(value, place, 'a range: { threshold, min, max }')
    const isOf = (member: keyof ObservedRange): boolean => rows.some((row) => row[member] === range[member])
    const { threshold, min, max } = range
    want(isOf('threshold') || (isFinite(threshold) && threshold > 0), [...place, 'threshold'], threshold, 'a finite number above 0')
    want(isOf('min') || isFinite(min), [...place, 'min'], min, 'a finite number')
    want(isOf('max') || isFinite(max), [...place, 'max'], max, 'a finite number')
    want((min as number) <= (max as number), place, `min ${String(min)}, max ${String(max)}`, 'a range that is not upside down')
  }
  function checkQuestion(value: unknown, at: Place): void {
    const ask = members(value, at, 'a question: { trials, metrics, … }')
    const trials = list(ask['trials'], [...at, 'trials'], 'trials')
    want(trials.length > 0, [...at, 'trials'], 'none', 'at least one trial')
    for (const [i, trial] of trials.entries()) checkTrial(trial, [...at, `trials[${i}]`])
    const asked = list(ask['metrics'], [...at, 'metrics'], 'metrics')
    const known = Object.keys(metrics)
    want(asked.length > 0, [...at, 'metrics'], 'none', `at least one of ${known.join(', ')}`)
    for (const each of asked) want(known.includes(each as string), [...at, 'metrics'], each, known.join(', '))
    const observed = ask['layers'] === undefined ? [] : list(ask['layers'], [...at, 'layers'], 'names of layers')
    for (const each of observed) want(layers.has(each as string), [...at, 'layers'], each, 'layers of the space')
    optional((outputs) => typeof outputs === 'boolean', [...at, 'outputs'], ask['outputs'], 'true or false')
    want(ask['outputs'] !== false || observed.length > 0, at, 'neither outputs nor layers', 'something to compare')
    optional((precision) => precision === 'exact' || precision === 'fast', [...at, 'precision'], ask['precision'], 'exact or fast')
    if (ask['samples'] !== undefined) checkSamples(ask['samples'], [...at, 'samples'])
  }
  function checkSamples(value: unknown, at: Place): void {
    if (Array.isArray(value)) {
      const isThere = (sample: unknown): boolean =>
        Number.isInteger(sample) && (sample as number) >= 0 && (sample as number) < space.samples
      want(value.length > 0, at, 'none', 'at least one sample')
      for (const each of value) want(isThere(each), at, each, `samples from 0 to ${space.samples - 1}`)
      want(new Set(value).size === value.length, at, 'a sample twice', 'each sample once')
      return
    }
    const span = members(value, at, 'samples: { first, count }, or a list of their numbers')
    const { first, count } = span as { readonly first: number; readonly count: number }
    const isInside = Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count > 0 && first + count <= space.samples
    want(isInside, at, `${String(count)} samples from ${String(first)} on`, `at least one, of ${space.samples}`)
  }
  function checkNotes(value: unknown, at: Place): void {
    if (value === undefined) return
    for (const each of list(value, at, 'notes')) {
      const { text } = members(each, at, 'notes: { text }')
      want(typeof text === 'string', [...at, 'text'], text, 'a text')
    }
  }
  function checkResult(value: unknown, at: Place): SearchResult {
    const result = members(value, at, 'a result: { trial, ranking, … }')
    checkTrial(result['trial'], [...at, 'trial'])
    for (const [i, each] of list(result['ranking'], [...at, 'ranking'], 'a list of layers and losses').entries()) {
      const place = [...at, `ranking[${i}]`]
      const { layer, loss } = members(each, place, 'a layer and its loss: { layer, loss }')
      want(ranked.has(layer as string), [...place, 'layer'], layer, 'layers of the space, or inputs')
      want(typeof loss === 'number' && !Number.isNaN(loss), [...place, 'loss'], loss, 'a number')
    }
    optional((reached) => typeof reached === 'boolean', [...at, 'reached'], result['reached'], 'true or false')
    optional((limit) => typeof limit === 'number', [...at, 'limit'], result['limit'], 'a number of layers')
    optional((method) => typeof method === 'string', [...at, 'method'], result['method'], 'the name of a threshold method')
    if (result['front'] !== undefined) checkFront(result['front'], [...at, 'front'])
    checkNotes(result['notes'], [...at, 'notes'])
    return value as SearchResult
  }
  function checkFront(value: unknown, at: Place): void {
    for (const [i, each] of list(value, at, 'a list of trials').entries()) {
      const { trial } = members(each, [...at, String(i)], 'a point: { trial, losses, floatShare }') as { readonly trial?: Trial }
      checkTrial(trial, [...at, String(i), 'trial'])
    }
  }
  function checkStep(value: unknown): SearchStep {
    const step = members(value, [], 'a step: { ask, best, … }')
    checkQuestion(step['ask'], ['ask'])
    checkResult(step['best'], ['best'])
    if (step['open'] !== undefined)
      for (const each of list(step['open'], ['open'], 'names of layers'))
        want(ranked.has(each as string), ['open'], each, 'layers of the space')
    optional(isFinite, ['done'], step['done'], 'a number from 0 to 1')
    checkNotes(step['notes'], ['notes'])
    return value as SearchStep
  }
  /** What cannot even be read is no better than what is wrong. */
  function reading<Checked>(check: () => Checked): Checked {
    steps++
    try {
      return check()
    } catch (error) {
      if (isQError(error)) throw error
      return refuse([], 'members that throw when they are read', 'plain members')
    }
  }
  return {
    step: (value) => reading(() => checkStep(value)),
    result: (value) => reading(() => checkResult(value, ['result'])),
  }
}

const isFinite = (value: unknown): value is number => Number.isFinite(value)

function wordsFor(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
