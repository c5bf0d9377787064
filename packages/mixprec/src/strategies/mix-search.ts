import type { SearchStrategy } from '@q/ir'
import { growthSearch } from './growth-search.ts'
import { pythonList } from './python-text.ts'
import type { RunQtableOptions } from './run-qtable.ts'
import { checkOptions, count, similarity, text } from './search-options.ts'

/** Options of {@link mixSearch}, named as `run_calibration`'s. */
export interface MixSearchOptions extends RunQtableOptions {
  /** More float layers than that end the search, and more than a quarter of all. @default 5 */
  readonly maxFloatLayers?: number
}

/**
 * `run_calibration --search mix_search` of TPU-MLIR, the newest form of `run_qtable`: a layer becomes float with the layers that the
 * chip's operator has swallowed, and `maxFloatLayers` ends the search too.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function mixSearch({ maxFloatLayers = 5, ...options }: MixSearchOptions = {}): SearchStrategy {
  checkOptions(
    'mix_search',
    { ...options, maxFloatLayers },
    {
      expectedCos: similarity,
      minLayerCos: similarity,
      maxFloatLayers: count,
      model: text,
      qtable: text,
    },
  )
  return growthSearch(options, {
    name: 'mix_search',
    most: (operators) => Math.min(Math.floor(operators / 4), maxFloatLayers),
    needless: ({ pinned }) => ` with layers:${pythonList(pinned.keys())}`,
    growthOf: () => ({ blockOf: (layer, fused) => [...fused, layer] }),
  })
}
