import type { SearchStrategy } from '@q/ir'
import { growthSearch } from './growth-search.ts'
import { neighboursOf } from './search-layers.ts'
import type { PrintedNames } from './search-notes.ts'
import { checkOptions, similarity, text } from './search-options.ts'

/** Options of {@link runQtable}, named as the command's. */
export interface RunQtableOptions extends PrintedNames {
  /** The similarity that the mixed model has to exceed, as TPU-MLIR counts it: (1 + cos) / 2. @default 0.99 */
  readonly expectedCos?: number
  /** The similarity of its own result below which a layer becomes float. @default 0.99 */
  readonly minLayerCos?: number
}

/** Operators that only move or choose data: they follow what they move. */
const passive: ReadonlySet<string> = new Set(['Reshape', 'MaxPool', 'Slice', 'Tile', 'Permute', 'Upsample'].map((type) => `top.${type}`))

/**
 * `run_qtable` of TPU-MLIR: from the front of the network, each layer whose own result is less similar than `minLayerCos` becomes
 * float with the layers that use it, until the outputs are similar enough or a quarter of all layers is float. The ranking holds
 * 1 − similarity of each layer's own result: the rows of the loss table.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function runQtable(options: RunQtableOptions = {}): SearchStrategy {
  checkOptions('run_qtable', options, { expectedCos: similarity, minLayerCos: similarity, model: text, qtable: text })
  return growthSearch(options, {
    name: 'run_qtable',
    most: (operators) => Math.floor(operators / 4),
    needless: () => ',no need for mix precsion',
    growthOf(space) {
      const { consumers, producers } = neighboursOf(space)
      return {
        blockOf: (layer) => [layer, ...consumers(layer)],
        follows: ({ name, type }, floats) => passive.has(type) && producers(name).some((producer) => floats.has(producer)),
      }
    },
  })
}
