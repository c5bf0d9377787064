import { type MetricName, QError, type TrialLosses } from '@q/ir'
import { formatSeconds } from '../console/eta.ts'
import type { Found } from './search-model.ts'

/** What was wanted of a search. */
export interface Wanted {
  /** The similarity to exceed, (1 + cos) / 2. */
  readonly expectedCos?: number
  /** The loss not to exceed, by a metric. */
  readonly mostLoss?: { readonly metric: MetricName; readonly loss: number }
}

/** Whether the target was reached, by what was measured: what was not measured was not reached. Without a target the strategy may have one of its own; undefined where it has none. */
export function isReached({ outcome: { result } }: Found, { expectedCos, mostLoss }: Wanted): boolean | undefined {
  if (expectedCos === undefined && mostLoss === undefined) return result.reached
  const isSimilar = expectedCos === undefined || similarityOf(result.losses) > expectedCos
  const isWithin = mostLoss === undefined || (result.losses?.losses[mostLoss.metric]?.mean ?? Number.POSITIVE_INFINITY) <= mostLoss.loss
  return isSimilar && isWithin
}

/** The mean similarity of the outputs. */
export const similarityOf = (losses: TrialLosses | undefined): number => 1 - (losses?.losses['cosine']?.mean ?? Number.NaN)

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

/** The small table that tells a person what came of a search. */
export function summaryLines(found: Found, wanted: Wanted, seconds: number): readonly string[] {
  const { space, outcome, before } = found
  const floats = floatLayers(found)
  const widest = Math.max(5, ...floats.map(({ name }) => name.length))
  const typeWidth = Math.max(4, ...floats.map(({ type }) => type.length))
  const reached = isReached(found, wanted)
  const share = floats.reduce((sum, each) => sum + each.share, 0)
  const target =
    wanted.expectedCos ?? (wanted.mostLoss === undefined ? undefined : `${wanted.mostLoss.metric} loss ${wanted.mostLoss.loss}`)
  const row = (name: string, type: string, loss: string, part: string) =>
    `  ${name.padEnd(widest)}  ${type.padEnd(typeWidth)}  ${loss.padStart(10)}  ${part.padStart(10)}`
  return [
    `${space.mode} before   ${numberText(similarityOf(before))}`,
    `mix after     ${numberText(similarityOf(outcome.result.losses))}`,
    `target        ${target ?? (reached === undefined ? 'none' : "the strategy's own")}${reached === undefined ? '' : reached ? ' (reached)' : ' (not reached)'}`,
    `in ${space.floatMode.padEnd(10)} ${floats.length} of ${space.layers.filter(({ hasCodes }) => hasCodes).length} layers, ${percent(share)} of the arithmetic`,
    ...(floats.length === 0 ? [] : [row('layer', 'type', 'loss', 'arithmetic')]),
    ...floats.map(({ name, type, loss, share: part }) => row(name, type, lossText(loss), percent(part))),
    ...(outcome.open.length === 0 ? [] : [`not examined  ${outcome.open.length} layers: the budget was used up`]),
    `time          ${seconds < 10 ? `${seconds.toFixed(1)} s` : formatSeconds(seconds)}`,
  ]
}

const numberText = (value: number): string => (Number.isNaN(value) ? 'not measured' : value.toFixed(6))
const lossText = (loss: number | undefined): string => (loss === undefined ? '-' : loss.toExponential(2))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** The error that ends a search which missed its target: the best found, and the layers that hurt most. */
export function missedTarget(found: Found, wanted: Wanted, table: string): QError {
  const { outcome } = found
  const worst = outcome.result.ranking.slice(0, 5).map(({ layer, loss }) => `${layer} ${loss.toExponential(2)}`)
  const best = `similarity ${numberText(similarityOf(outcome.result.losses))} with ${floatLayers(found).length} layers in float`
  const { limit } = outcome.result
  const isCutShort = outcome.ended === 'budget'
  const because = isCutShort
    ? `; the budget left ${outcome.open.length} layers unexamined`
    : limit === undefined
      ? ''
      : `; at most ${limit} layers in float were allowed`
  return new QError('TARGET_MISSED', 'the search did not reach its target; the best it found is written', {
    at: [table],
    found: `${best}${because}${worst.length === 0 ? '' : `; what hurts most in ${found.space.mode}: ${worst.join(', ')}`}`,
    wanted: wantedText(wanted),
    hint: !isCutShort
      ? `allow more layers in float (--max_float_layers${limit === undefined ? '' : `, ${limit} here`}), try other threshold methods, or ask for less`
      : 'give it more time (--budget), or ask for less',
    kind: 'target',
  })
}

function wantedText({ expectedCos, mostLoss }: Wanted): string {
  if (expectedCos !== undefined) return `a similarity above ${expectedCos}`
  return mostLoss === undefined ? 'what the strategy looked for' : `a ${mostLoss.metric} loss of at most ${mostLoss.loss}`
}
