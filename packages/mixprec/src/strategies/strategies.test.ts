import type { SearchStrategy } from '@q/ir'
import { strategyConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { fastSearch } from './fast-search.ts'
import { mixSearch } from './mix-search.ts'
import { pareto } from './pareto.ts'
import { race } from './race.ts'
import { runQtable } from './run-qtable.ts'
import { searchQtable } from './search-qtable.ts'
import { searchThreshold } from './search-threshold.ts'
import { sensitiveLayer } from './sensitive-layer.ts'

const runner = { describe, it }
const searches: readonly (() => SearchStrategy)[] = [
  () => searchThreshold(),
  () => searchThreshold({ benchmarkMethod: 'snr' }),
  () => searchQtable(),
  () => searchQtable({ expectedCos: 0.5 }),
  () => searchQtable({ expectedCos: 1, maxFloatLayers: 1 }),
  () => searchQtable({ cluster: true }),
  () => fastSearch(),
  () => sensitiveLayer(),
  () => sensitiveLayer({ expectedCos: 0.1 }),
  () => runQtable(),
  () => mixSearch({ maxFloatLayers: 1 }),
  () => pareto(),
  () => pareto({ expectedCos: 0.9, mostLayers: 2 }),
  () => race(),
  () => race({ expectedCos: 0.95 }),
  () => race({ mostLoss: 0.1, metric: 'sqnr', fewSamples: 1 }),
]
for (const create of searches) strategyConformance({ runner, create })

describe('options', () => {
  it.each([
    () => searchQtable({ expectedCos: 2 }),
    () => searchQtable({ maxFloatLayers: 0 }),
    () => searchThreshold({ benchmarkMethod: 'sqnr' as 'snr' }),
    () => sensitiveLayer({ maxFloatLayers: 1.5 }),
    () => runQtable({ minLayerCos: -1 }),
    () => mixSearch({ maxFloatLayers: 0 }),
    () => fastSearch({ expectedCos: Number.NaN }),
  ])('of no use are refused: %s', (create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'STRATEGY_OPTION', kind: 'usage' }))
  })
  it('that do not exist are refused with the nearest one', () => {
    expect(() => searchQtable({ expected: 0.9 } as object)).toThrow(
      expect.objectContaining({ code: 'STRATEGY_OPTION', hint: 'did you mean expectedCos?' }),
    )
  })
})
