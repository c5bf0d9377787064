import { layerOf, type Node, type Plan, QError, type SearchSpace, type SearchStrategy, valueOf } from '@q/ir'
import { formOf } from '@q/ir/graph'

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
 * Scores each layer alone in float, sorts them by what that wins, then scores the best one, the best two, and so on, and
 * returns the shortest of these plans that wins the wanted share. Scores at most layers + `mostLayers` + 1 plans.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function worstFirst({ share = 0.9, mostLayers = 8 }: WorstFirstOptions = {}): SearchStrategy {
  if (!(share > 0 && share <= 1)) throw refused('share', share, 'a number above 0, at most 1')
  if (!(Number.isInteger(mostLayers) && mostLayers > 0)) throw refused('mostLayers', mostLayers, 'a whole number of 1 or more')
  return {
    name: 'worst-first',
    *search(space) {
      const { pinned, target } = space
      const candidates = space.graph.nodes.filter((node) => isCandidate(node, space)).map(layerOf)
      if (candidates.length === 0) return pinned
      const inFloat = (layers: readonly string[]): Plan =>
        new Map([...pinned, ...layers.map((layer) => [layer, target.defaultFloat] as const)])

      const [start, ...alone] = yield [pinned, ...candidates.map((layer) => inFloat([layer]))]
      const before = start?.loss ?? Number.POSITIVE_INFINITY
      const worst = candidates
        .map((layer, i) => ({ layer, loss: alone[i]?.loss ?? Number.POSITIVE_INFINITY }))
        .sort((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss))
        .slice(0, mostLayers)
        .map(({ layer }) => layer)

      const plans = [pinned, ...worst.map((_, i) => inFloat(worst.slice(0, i + 1)))]
      const losses = [before, ...(yield plans.slice(1)).map(({ loss }) => loss)]
      const least = Math.min(...losses)
      const wanted = Number.isFinite(before) ? before - share * (before - least) : least
      return plans[losses.findIndex((loss) => loss <= wanted)] ?? pinned
    },
  }
}

/** A layer whose mode is open and that the chip can compute in float. */
function isCandidate(node: Node, { graph, target, pinned }: SearchSpace): boolean {
  if (pinned.has(layerOf(node))) return false
  const modes = target.ops[formOf(node, (name) => valueOf(graph, name))] ?? target.ops[formOf(node, () => unknown)]
  return modes?.[target.defaultFloat] !== undefined
}

/** Stands for every operand, so that an operator is seen without its `#constant` form. */
const unknown = { name: '', type: { dtype: 'f32', shape: [] } } as const

function refused(option: string, found: number, wanted: string): QError {
  return new QError('STRATEGY_OPTION', `the option ${option} cannot be used`, { kind: 'usage', found: String(found), wanted })
}
