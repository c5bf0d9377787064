import { type Plan, QError, type SearchResult, type SearchSpace, type SearchStrategy, type Trial, type TrialLosses } from '@q/ir'

/** How far {@link worstFirst} goes. */
export interface WorstFirstOptions {
  /** Share of the loss that is to be won back, of what all candidates together win back; above 0, at most 1. @default 0.9 */
  readonly share?: number
  /** Layers kept in float at most, the pinned ones not counted. @default 8 */
  readonly mostLayers?: number
}

/**
 * Keeps in float the few layers that lose most in integers.
 *
 * Measures each layer alone in float, on the first sample; sorts them by what that wins; then measures the best one, the best two,
 * and so on, on all samples, and returns the shortest of these plans that wins the wanted share. Asks for at most
 * layers + `mostLayers` + 2 trials.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function worstFirst({ share = 0.9, mostLayers = 8 }: WorstFirstOptions = {}): SearchStrategy {
  if (!(share > 0 && share <= 1)) throw refused('share', share, 'a number above 0, at most 1')
  if (!(Number.isInteger(mostLayers) && mostLayers > 0)) throw refused('mostLayers', mostLayers, 'a whole number of 1 or more')
  return {
    name: 'worst-first',
    *search(space) {
      const inFloat = (layers: readonly string[]): Trial => ({ plan: planOf(space, layers) })
      const candidates = candidatesOf(space)
      const nothing: SearchResult = { trial: inFloat([]), ranking: [] }
      if (candidates.length === 0) return nothing

      const alone = [inFloat([]), ...candidates.map((layer) => inFloat([layer]))]
      const ask = { trials: alone, metrics: ['cosine'], samples: { first: 0, count: 1 }, precision: 'fast' } as const
      const [start, ...without] = (yield { ask, best: nothing, open: candidates, done: 0 }).map(lossOf)
      const ranking = candidates
        .map((layer, i) => ({ layer, loss: difference(start, without[i]) }))
        .sort((a, b) => (a.loss === b.loss ? 0 : b.loss - a.loss))

      const worst = ranking.slice(0, mostLayers).map(({ layer }) => layer)
      const trials = [inFloat([]), ...worst.map((_, i) => inFloat(worst.slice(0, i + 1)))]
      const notes = [{ text: `the worst layer is ${worst[0]}` }]
      const answers = yield { ask: { trials, metrics: ['cosine'] }, best: { ...nothing, ranking }, done: 0.5, notes }
      const losses = answers.map(lossOf)
      const [before = Number.POSITIVE_INFINITY] = losses
      const least = Math.min(...losses)
      const wanted = Number.isFinite(before) ? before - share * (before - least) : least
      const shortest = losses.findIndex((loss) => loss <= wanted)
      return { trial: trials[shortest]!, losses: answers[shortest]!, ranking }
    },
  }
}

/** The layers whose mode is open and that the chip can compute in float. */
function candidatesOf({ layers, pinned, floatMode }: SearchSpace): readonly string[] {
  return layers.filter(({ name, modes, hasCodes }) => hasCodes && !pinned.has(name) && modes.includes(floatMode)).map(({ name }) => name)
}

/** What is pinned, and these layers in float. */
function planOf({ pinned, floatMode }: SearchSpace, layers: readonly string[]): Plan {
  return new Map([...pinned, ...layers.map((layer) => [layer, floatMode] as const)])
}

const lossOf = ({ losses }: TrialLosses): number => losses['cosine']!.mean

/** How much less a layer's plan loses than the start; nothing where that cannot be said. */
function difference(start = Number.POSITIVE_INFINITY, alone = Number.POSITIVE_INFINITY): number {
  return Number.isFinite(start) && Number.isFinite(alone) ? start - alone : 0
}

function refused(option: string, found: number, wanted: string): QError {
  return new QError('STRATEGY_OPTION', `the option ${option} cannot be used`, { kind: 'usage', found: String(found), wanted })
}
