import { methodNames } from '@q/calib'
import type { SearchLayer, SearchSpace } from '@q/ir'
import type { Found } from './search-model.ts'

/** An option that a user may choose otherwise where a search missed its target; nothing where that would not change what it finds. */
export type WayOut = (found: Found) => string | undefined

/** More float layers, of a search that says itself when they were too few. */
export const moreLayers: WayOut = ({ outcome: { result } }) => (result.limit === undefined ? undefined : allowMore(result.limit))

/** More float layers, of a search that takes just so many, or fewer where these are better. */
export const moreThan =
  (count: number): WayOut =>
  ({ outcome: { result } }) =>
    result.ranking.length <= count ? undefined : allowMore(count)

/** More float layers, of `pareto`: without a wish a fifth of those in codes, at least 5. */
export const moreThanOnFront =
  (wished: number | undefined): WayOut =>
  ({ space }) => {
    const most = mostInFloat(space, wished)
    return most >= openCount(space) ? undefined : allowMore(most)
  }

/** Layers in float at most of `race` and `pareto`. */
export function mostInFloat(space: SearchSpace, wished: number | undefined): number {
  const open = openCount(space)
  return Math.min(open, wished ?? Math.max(5, Math.floor(open / 5)))
}

/** More float layers, of `search_qtable`: that many are picked first, then up to a fifth of those in codes. */
export const moreThanAFifth =
  (first: number): WayOut =>
  ({ space, outcome: { result } }) => {
    const most = Math.max(first, Math.floor(openCount(space) / 5))
    return result.ranking.length <= most ? undefined : `allow more than ${most} layers in float (--max_float_layers)`
  }

/** What ends the searches that grow float layers from the front: `minLayerCos` as it was given, and how the user says it. */
export interface FrontGrowth {
  readonly minLayerCos: number
  readonly minLayerCosOption: string
  /** The option beside the quarter of all operators that ends the search too. @default there is none */
  readonly maxFloatLayers?: number
}

/** Of a search that grows float layers from the front: what ended it, or what kept layers in codes. */
export const otherFront =
  ({ minLayerCos, minLayerCosOption: option, maxFloatLayers }: FrontGrowth): WayOut =>
  (found) => {
    const { space, outcome } = found
    const { ranking, trial } = outcome.result
    const quarter = Math.floor(operatorCount(space) / 4)
    if (!isWalkedThrough(found))
      return maxFloatLayers !== undefined && maxFloatLayers < quarter
        ? `${allowMore(maxFloatLayers, `; ${quarter} at most`)}`
        : `ask less of single layers, so that later ones are come to (${option}, ${minLayerCos} here)`
    const isLeft = ranking.some(({ layer, loss }) => !trial.plan.has(layer) && loss > 0 && 1 - loss >= minLayerCos)
    return isLeft ? `ask more of single layers (${option}, ${minLayerCos} here)` : undefined
  }

/** Other threshold methods to choose from, where a search chooses and not all are there yet. */
export const otherMethods =
  (option: string): WayOut =>
  ({ space }) =>
    space.methods.size === 0 || space.methods.size >= methodNames.length ? undefined : `try other threshold methods (${option})`

/** Another table, of a search that takes the thresholds of one. */
export const otherTable =
  (option: string): WayOut =>
  () =>
    `try other thresholds (${option})`

/** What may always be done. */
export const otherSearch =
  (words: string): WayOut =>
  () =>
    words

/** What may always be done behind a command of the original tools. */
export const withQSearch: WayOut = otherSearch('take q search')

const allowMore = (count: number, more = ''): string => `allow more layers in float (--max_float_layers, ${count} here${more})`

/** How many layers there are whose mode is open. */
export const openCount = ({ layers, pinned, floatMode }: SearchSpace): number =>
  layers.filter(({ name, modes, hasCodes }) => hasCodes && !pinned.has(name) && modes.includes(floatMode)).length

/** Layers, and inputs that are none: what the searches of the original tools count. */
const operatorCount = ({ graph, layers }: SearchSpace): number => {
  const names = new Set(layers.map(({ name }) => name))
  return layers.length + graph.inputs.filter(({ name }) => !names.has(name)).length
}

/** Whether a search from the front came to the last layer that it looks at. */
function isWalkedThrough({ space: { layers, pinned }, outcome: { result } }: Found): boolean {
  const isWalked = ({ name, type, hasCodes }: SearchLayer) => hasCodes && type !== 'top.Softmax' && !pinned.has(name)
  const last = layers.filter(isWalked).at(-1)?.name
  return last === undefined || result.trial.plan.has(last) || result.ranking.some(({ layer }) => layer === last)
}
