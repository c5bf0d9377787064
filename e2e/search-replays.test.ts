import type { Plan, SearchResult } from '@q/ir'
import { fastSearch, mixSearch, runQtable, searchQtable, searchThreshold, sensitiveLayer } from '@q/mixprec'
import { describe, expect, it } from 'vitest'
import { hasShared, sharedTitle } from './shared.ts'
import { replay, replayWalk, type VendorLog, vendorFloats, vendorLog, vendorRows, vendorSpace } from './vendor-search-log.ts'

/** Layers that bm1684x computes in float by itself. */
const floatsOf: Readonly<Record<string, readonly string[]>> = {
  vit_pgd_2_3_16_cifar10: ['/0/Concat_2_output_0_Concat', '/2/2.0/ReduceMean_output_0_ReduceMean'],
}

/** Lines up to the result, without seconds; the types of operators in an order that is always the same, for the vendor's is that of a Python set. */
function comparable(lines: readonly string[]): readonly string[] {
  const end = lines.indexOf('>>>run result:')
  const kept = (end < 0 ? lines : lines.slice(0, end)).map((line) => line.replace(/^(total time.*?:) ?[\d.]*$/, '$1'))
  const sorted = kept.filter((line) => line.startsWith('op_type')).sort()
  return kept.map((line) =>
    line.startsWith('op_type') ? sorted.shift()! : line.startsWith('sensitive_op_type') ? [...line].sort().join('') : line,
  )
}

const floatsIn = ({ trial }: SearchResult) => [...trial.plan.keys()]

/** The new calibration table: the searched thresholds, and the old rows elsewhere. */
function checkTable(result: SearchResult, network: string, file: string, log: VendorLog) {
  const wanted = vendorRows(network, file)
  for (const layer of log.ranking) expect(result.trial.ranges?.get(layer)?.threshold, layer).toBeCloseTo(wanted.get(layer)!.threshold, 6)
}

describe.skipIf(!hasShared)(sharedTitle('searches told the losses of recorded runs of TPU-MLIR 1.30.2 come to the same'), () => {
  it.each([
    ['mobilenet_v2_tv_rec', 'search_qtable_kl_mse_30', { expectedCos: 0.999, model: 'm.mlir' }, 12],
    ['mobilenet_v2_tv_rec', 'search_qtable_kl_mse_inf5', { expectedCos: 0.999 }, 10],
    ['vit_pgd_2_3_16_cifar10', 'search_qtable_kl_max_mse', { expectedCos: 0.9999 }, 11],
    ['vit_pgd_2_3_16_cifar10', 'search_qtable_tune0', { expectedCos: 0.9999, maxFloatLayers: 3 }, 11],
    ['vit_pgd_2_3_16_cifar10', 'search_qtable_cluster', { expectedCos: 0.9999, cluster: true }, 1],
    ['mnist-8', 'nodot', { expectedCos: 0.99999, maxFloatLayers: 1 }, undefined],
  ])('%s %s', (network, run, options, floats) => {
    const log = vendorLog(network, `${run}.Search_Qtable.log`)
    const table = vendorRows(network, run === 'nodot' ? 'nodot.cali_table_mse_tune' : `${run}.new_cali_table.txt`)
    const told = vendorSpace(network, table, log, floatsOf[network])
    // What the search began with was the table of mse, which the log tells of every layer that was searched.
    const space = { ...told, table: new Map([...told.table, ...told.methods.get('mse')!]) }
    const { result, lines } = replay(searchQtable(options), space, replayWalk(space, log))
    const wanted = comparable(log.lines)
    const found = comparable(lines)
    expect(found.slice(0, wanted.length)).toEqual(wanted)
    // Where the vendor's gives up, types that its filter left out are tried; the log of `nodot` breaks off.
    if (run !== 'nodot' && found.length > wanted.length)
      expect(found[wanted.length]).toMatch(/^(layers that were not searched|fewer layers in float)/)
    if (floats === undefined) return
    if (!('cluster' in options)) expect(result.ranking.map(({ layer }) => layer)).toEqual(log.ranking)
    expect(result.trial.plan.size).toBe(floats)
    // The nine layers that the vendor writes in this run miss the wanted similarity, and ten were measured that do not.
    if (run !== 'search_qtable_kl_mse_inf5') expect(floatsIn(result)).toEqual(vendorFloats(network, `${run}.qtable`).slice(0, floats))
    expect(result.reached).toBe(run === 'search_qtable_kl_mse_inf5')
    checkTable(result, network, `${run}.new_cali_table.txt`, log)
  })

  it('vit_pgd_2_3_16_cifar10 search_qtable_pre', () => {
    const network = 'vit_pgd_2_3_16_cifar10'
    const log = vendorLog(network, 'search_qtable_pre.Search_Qtable.log')
    const pinned: Plan = new Map([
      ['output_Gemm', 'F32'],
      ['/0/projection/Conv_output_0_Conv', 'F16'],
    ])
    const space = { ...vendorSpace(network, vendorRows(network, 'search_qtable_pre.new_cali_table.txt'), log, floatsOf[network]), pinned }
    const open = { ...space, layers: space.layers.map((layer) => (pinned.has(layer.name) ? { ...layer, hasCodes: false } : layer)) }
    const walk = replayWalk(open, log)
    const { result } = replay(searchQtable({ expectedCos: 0.9999, maxFloatLayers: 3 }), space, (question, { plan, ranges }) =>
      walk(question, { plan: new Map([...plan].filter(([layer]) => !pinned.has(layer))), ...(ranges && { ranges }) }),
    )
    expect(result.ranking.map(({ layer }) => layer)).toEqual(log.ranking)
    expect(floatsIn(result)).toEqual(vendorFloats(network, 'search_qtable_pre.qtable'))
    expect(result.reached).toBe(true)
  })

  it('resnet8_cifar10 search_qtable_reuse: the types that all look alike are all searched, not an arbitrary one', () => {
    const log = vendorLog('resnet8_cifar10', 'search_qtable_reuse.Search_Qtable.log')
    const space = vendorSpace('resnet8_cifar10', vendorRows('resnet8_cifar10', 'search_qtable_reuse.new_cali_table.txt'), log)
    const { result, lines } = replay(searchQtable({ expectedCos: 0.99999 }), space, replayWalk(space, log))
    expect(lines).toContain('all search layer number: 16')
    expect(result.ranking.map(({ layer }) => layer).slice(0, 9)).toEqual(log.ranking)
    // The vendor writes all nine layers it examined, not the five it measured.
    expect(floatsIn(result)).toEqual(log.measured[0]!.floats)
    checkTable(result, 'resnet8_cifar10', 'search_qtable_reuse.new_cali_table.txt', log)
  })

  it.each([
    ['mnist-8', 'search_threshold', 'cos', 'percentile9999'],
    ['mnist-8', 'search_threshold_snr', 'snr', 'percentile9999'],
    ['mobilenet_v2_tv_rec', 'search_threshold', 'cos', 'percentile9999'],
    ['vit_pgd_2_3_16_cifar10', 'search_threshold', 'cos', 'kl'],
    ['vit_pgd_2_3_16_cifar10', 'search_threshold_globals', 'cos', 'kl'],
    ['vit_pgd_2_3_16_cifar10', 'search_threshold_post', 'cos', 'kl'],
  ] as const)('%s %s', (network, run, benchmarkMethod, method) => {
    const log = vendorLog(network, `${run}.Search_Threshold.log`)
    const scores = [...log.lines.find((line) => line.includes('similarity scores'))!.matchAll(/'(\w+)': ([\d.]+)/g)]
    const table = vendorRows(network, `${run}.cali_table`)
    const methods = new Map(
      scores.map(([, name], i) => [name!, new Map([...table].map(([layer, row]) => [layer, { ...row, threshold: i + 1 }]))]),
    )
    const space = { ...vendorSpace(network, table, log), methods }
    const { result, lines } = replay(searchThreshold({ benchmarkMethod }), space, (_, { ranges }) => {
      const place = [...ranges!.values()][0]!.threshold - 1
      return { cosine: 1 - Number(scores[place]![2]) }
    })
    expect(lines.map((line) => line.replace(/: 0\.9\d+/g, ''))).toEqual(log.lines.map((line) => line.replace(/: 0\.9\d+/g, '')))
    expect(result.method).toBe(method)
  })

  it.each([
    ['mobilenet_v2_tv_rec', 'run_sensitive_layer', {}],
    ['resnet8_cifar10', 'run_sensitive_layer2', { maxFloatLayers: 3 }],
  ])('release 1.22: %s %s', (name, run, options) => {
    const network = `${name}/release-1.22`
    const log = vendorLog(network, `${run}.SensitiveLayerSearcher.log`)
    const space = vendorSpace(network, vendorRows(network, `${run}.new_cali_table.txt`), log)
    const { result, lines } = replay(sensitiveLayer({ expectedCos: 0.9999, ...options }), space, replayWalk(space, log))
    const wanted = log.lines.map((line) => line.replace(/(total time):.*/, '$1:'))
    expect(lines).toEqual(wanted)
    expect(floatsIn(result)).toEqual(vendorFloats(network, `${run}.qtable`))
    checkTable(result, network, `${run}.new_cali_table.txt`, log)
  })

  it('vit_pgd_2_3_16_cifar10 fast_search', () => {
    const network = 'vit_pgd_2_3_16_cifar10'
    const log = vendorLog(network, 'fast_search.Search_Qtable.log')
    const space = vendorSpace(network, vendorRows(network, 'fast_search.cali_table'), log, floatsOf[network])
    const walk = replayWalk(space, log)
    const { result, lines } = replay(fastSearch({ expectedCos: 0.9999 }), space, (question, trial) =>
      trial.plan.size === 5 ? { cosine: 1 - log.measured.at(-1)!.score } : walk(question, trial),
    )
    expect(floatsIn(result)).toEqual(vendorFloats(network, 'fast_search.qtable'))
    expect(lines.slice(-6)).toEqual(log.lines.slice(-6).map((line) => line.replace(/(total time):.*/, '$1:')))
  })

  it.each([
    ['mobilenet_v2_tv_rec', 'mix_search.Mix_Search.log', 'mix_search.qtable', mixSearch({ expectedCos: 0.999, minLayerCos: 0.996 })],
    [
      'resnet8_cifar10',
      'mix_search_table.Mix_Search.log',
      'mix_search_table.qtable',
      mixSearch({ expectedCos: 0.9999, minLayerCos: 0.9995 }),
    ],
    ['vit_pgd_2_3_16_cifar10', 'mix_search.Mix_Search.log', 'mix_search.qtable', mixSearch({ expectedCos: 0.9999, minLayerCos: 0.9995 })],
    ['mobilenet_v2_tv_rec/release-1.22', 'run_qtable.MixPrecSearcher.log', 'run_qtable.qtable', runQtable({ expectedCos: 0.9999 })],
    [
      'resnet8_cifar10/release-1.22',
      'run_qtable2.MixPrecSearcher.log',
      'run_qtable2.qtable',
      runQtable({ expectedCos: 0.9999, minLayerCos: 0.999 }),
    ],
  ])('%s %s', (network, file, qtable, strategy) => {
    const log = vendorLog(network, file)
    const wanted = vendorFloats(network, qtable)
    const final = log.measured.at(-1)!.score
    const space = vendorSpace(network, new Map(), log)
    // Only the last score is told: sets that were kept grow towards it, sets that were not kept lost something.
    const { result, lines } = replay(
      strategy,
      space,
      (_, { plan }) => {
        if (plan.size === 0) return { cosine: 1 - log.int8 }
        const isKept = [...plan.keys()].every((layer) => wanted.includes(layer))
        return { cosine: isKept ? 1 - log.int8 - ((final - log.int8) * plan.size) / wanted.length : 1 - log.int8 + 1e-5 }
      },
      log.own,
    )
    expect(floatsIn(result)).toEqual(wanted)
    const rows = (from: readonly string[]) =>
      from
        .filter((line) => line.startsWith('No.'))
        .map((line) => line.replace(/^No\.\d+\s*: /, ''))
        .sort()
    expect(rows(lines)).toEqual(rows(log.lines))
    // The vendor prints the score of a set that it undid, or 0 where it tried none.
    const score = wanted.length > 0 ? final : log.int8
    expect(lines).toContain(`mix model outputs_cos:${score.toFixed(6)}`)
  })
})
