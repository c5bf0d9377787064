import { type MetricName, QError, type SearchLayer, type SearchSpace, type TrialLosses } from '@q/ir'
import { layersRace } from '@q/mixprec'
import { countText } from '../console/count-text.ts'
import { formatSeconds } from '../console/eta.ts'
import type { Found } from './search-model.ts'
import { openCount, type WayOut } from './ways-out.ts'

/** What was wanted of a search. */
export interface Wanted {
  /** The similarity to exceed, (1 + cos) / 2. */
  readonly expectedCos?: number
  /** The loss not to exceed, by a metric. */
  readonly mostLoss?: { readonly metric: MetricName; readonly loss: number }
  /** What losses of layers are by. @default it is not told */
  readonly metric?: MetricName
}

/** Whether the target was reached, by what was measured: what was not measured was not reached. Without a target the strategy may have one of its own; undefined where it has none. */
export function isReached({ outcome: { result } }: Found, wanted: Wanted): boolean | undefined {
  return reaches(result.losses, wanted) ?? result.reached
}

/** Whether losses reach the target; undefined without one. */
export function reaches(losses: TrialLosses | undefined, { expectedCos, mostLoss }: Wanted): boolean | undefined {
  if (expectedCos === undefined && mostLoss === undefined) return undefined
  const isSimilar = expectedCos === undefined || similarityOf(losses) > expectedCos
  const isWithin = mostLoss === undefined || (losses?.losses[mostLoss.metric]?.mean ?? Number.POSITIVE_INFINITY) <= mostLoss.loss
  return isSimilar && isWithin
}

/** The mean similarity of the outputs. */
export const similarityOf = (losses: TrialLosses | undefined): number => 1 - (losses?.losses['cosine']?.mean ?? Number.NaN)

/** The metric of a search, where it is another than that of the similarity. */
function ownMetric({ mostLoss, metric }: Wanted): MetricName | undefined {
  const measured = mostLoss?.metric ?? metric
  return measured === 'cosine' ? undefined : measured
}

/** What losses come to: the similarity, and the mean by the metric that the search went by. */
function measuredText(losses: TrialLosses | undefined, wanted: Wanted): string {
  const metric = ownMetric(wanted)
  const similarity = numberText(similarityOf(losses))
  if (metric === undefined) return similarity
  const loss = losses?.losses[metric]?.mean
  return `${similarity}, ${metric} loss ${loss === undefined ? 'not measured' : loss.toPrecision(6)}`
}

/** The layers that a search keeps in float, with what each costs in codes and its share of the network's arithmetic. */
function floatLayers({ space, outcome: { result } }: Found) {
  const losses = new Map(result.ranking.map(({ layer, loss }) => [layer, loss]))
  const layers = new Map(space.layers.map((layer) => [layer.name, layer]))
  const all = Math.max(
    1,
    space.layers.reduce((sum, { operations }) => sum + operations, 0),
  )
  return [...result.trial.plan]
    .filter(([name]) => !space.pinned.has(name))
    .map(([name, mode]) => {
      const { type = '', operations = 0 } = layers.get(name) ?? {}
      return { name, type, mode, loss: losses.get(name), share: operations / all }
    })
}

/** Layers that a search decides about. */
const decidedLayers = ({ layers, pinned }: SearchSpace): readonly SearchLayer[] =>
  layers.filter(({ name, hasCodes }) => hasCodes && !pinned.has(name))

/** From which share of the arithmetic in float on a network is hardly a quantized one. */
const nearlyAll = 0.9

/** What to say of a plan that keeps nearly all of the arithmetic in float; nothing of others. */
export function floatWarning({ space, outcome: { result } }: Found): string | undefined {
  const sum = (layers: readonly SearchLayer[]) => layers.reduce((all, { operations }) => all + operations, 0)
  const share = sum(space.layers.filter(({ name }) => result.trial.plan.has(name))) / Math.max(1, sum(space.layers))
  if (share < nearlyAll) return undefined
  return `note: ${percent(share)} of the arithmetic is in ${space.floatMode}: this is hardly a quantized network; ask for less, or see with --pareto of q search what each share buys`
}

/** The small table that tells a person what came of a search. */
export function summaryLines(found: Found, wanted: Wanted, seconds: number, traits: Pick<SearchTraits, 'losses'> = {}): readonly string[] {
  const { space, outcome, before } = found
  const losses = lossesIn(found, traits.losses)
  const open = unexaminedIn(found)
  const floats = floatLayers(found)
  const widest = Math.max(5, ...floats.map(({ name }) => name.length))
  const typeWidth = Math.max(4, ...floats.map(({ type }) => type.length))
  const reached = isReached(found, wanted)
  const share = floats.reduce((sum, each) => sum + each.share, 0)
  const target =
    wanted.expectedCos ?? (wanted.mostLoss === undefined ? undefined : `${wanted.mostLoss.metric} loss ${wanted.mostLoss.loss}`)
  const lossTitle = wanted.metric === undefined ? 'loss' : `${wanted.metric} loss`
  const row = (name: string, type: string, loss: string, part: string) =>
    `  ${name.padEnd(widest)}  ${type.padEnd(typeWidth)}  ${loss.padStart(Math.max(10, lossTitle.length))}  ${part.padStart(10)}`
  const { pinned } = space
  return [
    `${space.mode} before   ${measuredText(before, wanted)}`,
    `mix after     ${measuredText(outcome.result.losses, wanted)}`,
    `target        ${target ?? (reached === undefined ? 'none' : "the strategy's own")}${reached === undefined ? '' : reached ? ' (reached)' : ' (not reached)'}`,
    `in ${space.floatMode.padEnd(10)} ${floats.length} of ${decidedLayers(space).length} layers, ${percent(share)} of the arithmetic${pinned.size === 0 ? '' : `, beside ${pinned.size} that were decided before`}`,
    ...(floats.length === 0 ? [] : [row('layer', 'type', lossTitle, 'arithmetic')]),
    ...floats.map(({ name, type, loss, share: part }) => row(name, type, lossText(loss), percent(part))),
    ...(losses !== undefined && floats.some(({ loss }) => loss !== undefined) ? [`  loss: ${losses}`] : []),
    ...(floats.some(({ loss }) => loss === undefined)
      ? ['  -: not measured alone, of a type that was left out or kept with another layer']
      : []),
    ...(space.samples < found.samples
      ? [`measured on   ${space.samples} of ${countText(found.samples, 'sample')}: the budget was used up`]
      : []),
    ...(outcome.ended === 'budget' && open.length === 0
      ? [`ended         by its budget, after ${countText(outcome.trials, 'trial')}`]
      : []),
    ...(open.length === 0 ? [] : [`not examined  ${countText(open.length, 'layer')}: the budget was used up`]),
    `time          ${seconds < 10 ? `${seconds.toFixed(1)} s` : formatSeconds(seconds)}`,
  ]
}

const numberText = (value: number): string => (Number.isNaN(value) ? 'not measured' : value.toFixed(6))
const lossText = (loss: number | undefined): string => (loss === undefined ? '-' : loss.toExponential(2))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** What there is to say of a search beside what it found. */
export interface SearchTraits {
  /** What losses of layers are. @default a layer's alone in codes, on all samples */
  readonly losses?: string | ((found: Found) => string | undefined)
  /** What may help where the target was missed. */
  readonly waysOut: readonly WayOut[]
  /** What to say where there was no target. @default nothing */
  readonly withoutTarget?: (found: Found) => string
}

/** What losses of layers are in searches that do not tell the usual one. */
export const lossesOf = {
  oneSample: 'each on one sample',
  ownResult: "how dissimilar a layer's own result is",
  race: ({ space }: Found) => (layersRace(openCount(space)) ? 'estimates from few samples' : undefined),
} as const

/** What the losses of what was found are. */
const lossesIn = (found: Found, losses: SearchTraits['losses']): string | undefined =>
  typeof losses === 'function' ? losses(found) : losses

/** Layers that the search did not come to, and that the plan leaves in codes. */
const unexaminedIn = ({ outcome: { open, result } }: Found): readonly string[] => open.filter((layer) => !result.trial.plan.has(layer))

/** The error that ends a search which missed its target: the best found, the layers that still hurt most, and what may help. */
export function missedTarget(found: Found, wanted: Wanted, table: string, traits: SearchTraits): QError {
  const { outcome, space } = found
  const losses = lossesIn(found, traits.losses)
  const open = unexaminedIn(found)
  const inCodes = outcome.result.ranking.filter(({ layer }) => !outcome.result.trial.plan.has(layer))
  const worst = inCodes.slice(0, 5).map(({ layer, loss }) => `${layer} ${loss.toExponential(2)}`)
  const best = `similarity ${measuredText(outcome.result.losses, wanted)} with ${countText(floatLayers(found).length, 'layer')} in float`
  const { limit } = outcome.result
  const isCutShort = outcome.ended === 'budget'
  const because = isCutShort
    ? open.length === 0
      ? '; the budget was used up before the search was done'
      : `; the budget left ${countText(open.length, 'layer')} unexamined`
    : limit === undefined
      ? ''
      : `; at most ${countText(limit, 'layer')} in float ${limit === 1 ? 'was' : 'were'} allowed`
  const what = `what hurts most in ${space.mode}${losses === undefined ? '' : ` (${losses})`}`
  return new QError('TARGET_MISSED', 'the search did not reach its target; the best it found is written', {
    at: [table],
    found: `${best}${because}${worst.length === 0 ? '' : `; ${what}: ${worst.join(', ')}`}`,
    wanted: wantedText(wanted),
    hint: isCutShort
      ? 'give it more time (--budget), or ask for less'
      : hintOf([...traits.waysOut.flatMap((way) => way(found) ?? []), 'ask for less']),
    kind: 'target',
  })
}

function wantedText({ expectedCos, mostLoss }: Wanted): string {
  if (expectedCos !== undefined) return `a similarity above ${expectedCos}`
  return mostLoss === undefined ? 'what the strategy looked for' : `a ${mostLoss.metric} loss of at most ${mostLoss.loss}`
}

/** Ways out, the last behind an `or`. */
const hintOf = (ways: readonly string[]): string => (ways.length === 1 ? ways[0]! : `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`)
