import { basename } from 'node:path'
import type { MethodName } from '@q/calib'
import type { SearchStrategy } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { fastSearch, mixSearch, searchQtable, searchThreshold } from '@q/mixprec'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import { usualMode } from '../chips/chip-modes.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import type { CalibrationSetting } from '../pipeline/calibrate-model.ts'
import type { FloatLayerChoice } from '../pipeline/float-layers.ts'
import { isGivenTable } from '../search/given-table.ts'
import { lossesOf, type SearchTraits } from '../search/search-summary.ts'
import type { VendorSearch } from '../search/vendor-search.ts'
import { moreThanAFifth, otherFront, otherMethods, otherSearch, otherTable, type WayOut, withQSearch } from '../search/ways-out.ts'
import { chipNames } from '../wiring/backends.ts'
import { chipOf } from './command.ts'
import { addVendorSearchOptions, floatModeOf, methodList, type VendorSearchOptions } from './search-options.ts'

/** The methods of which the original's `search_threshold` takes the best. */
const comparedMethods: readonly MethodName[] = ['kl', 'max', 'percentile9999', 'mse']

/** What the searches of `run_calibration` do not share. */
interface CalibrationSearch {
  /** Methods whose tables are made; `given` is that of `--cali_method`, `listed` those of `--quantize_method_list`. */
  readonly methods: (given: MethodName, listed: readonly MethodName[]) => readonly MethodName[]
  readonly thresholds: VendorSearch['thresholds']
  readonly reference: VendorSearch['reference']
  readonly files: (quantizeTable: string) => VendorSearch['files']
  readonly success?: string
  readonly hasTarget: boolean
  /** Options that it does not look at. */
  readonly ignores: readonly string[]
  /** When to take it. */
  readonly when: string
  /** @param thresholds how one gets others, of a search that takes those of a table */
  readonly traits: (options: CalibrationSearchOptions, thresholds: WayOut) => SearchTraits
  readonly strategy: (options: CalibrationSearchOptions, names: { readonly model: string; readonly qtable: string }) => SearchStrategy
}

/** The options of {@link addCalibrationSearchOptions} and those of the command, as commander names them. */
export interface CalibrationSearchOptions extends VendorSearchOptions {
  readonly search?: string
  readonly quantize_table?: string
  readonly quantize_method_list: string
  readonly benchmark_method: string
  readonly mix_mode: string
  readonly pre_qtable?: string
  readonly cluster?: boolean
  readonly transformer: string
  readonly debug_log?: boolean
  readonly calibration_table: string
  readonly processor?: string
  readonly chip_options?: Readonly<Record<string, unknown>>
  readonly weights?: string
}

const isOn = (text: string): boolean => text.toLowerCase() === 'true'
const globalLayers = ({ global_compare_layers: text }: VendorSearchOptions) => (text === '' ? {} : { globalCompareLayers: text })

/** The searches, by the word that `--search` takes. */
const searches: Readonly<Record<string, CalibrationSearch>> = {
  search_threshold: {
    when: 'all layers have to stay in codes: which threshold method is best',
    ignores: [
      '--cali_method',
      '--quantize_method_list',
      '--expected_cos',
      '--min_layer_cos',
      '--max_float_layers',
      '--cluster',
      '--transformer',
    ],
    methods: () => comparedMethods,
    thresholds: 'choose',
    reference: 'graph',
    files: () => ({ log: 'Search_Threshold', newTable: 'new_cali_table.txt' }),
    hasTarget: false,
    traits: () => ({ waysOut: [] }),
    strategy: ({ benchmark_method, calibration_table }, names) =>
      searchThreshold({ ...names, table: calibration_table, benchmarkMethod: benchmark_method as 'cos' | 'snr' }),
  },
  search_qtable: {
    when: 'a similarity is wanted: every sensitive layer alone in codes, the worst stay in float',
    ignores: ['--cali_method', '--benchmark_method', '--min_layer_cos'],
    methods: (_, listed) => listed,
    thresholds: 'choose',
    reference: 'graph',
    files: () => ({ log: 'Search_Qtable', graph: 'search_qtable_result', newTable: 'new_cali_table.txt' }),
    success: 'success search qtable',
    hasTarget: true,
    traits: ({ cluster, max_float_layers }) => ({
      waysOut: [
        cluster === true ? otherSearch('leave --cluster out') : moreThanAFifth(max_float_layers),
        otherMethods('--quantize_method_list'),
        withQSearch,
      ],
    }),
    strategy: (options, names) =>
      searchQtable({
        ...names,
        expectedCos: options.expected_cos,
        maxFloatLayers: options.max_float_layers,
        transformer: isOn(options.transformer),
        cluster: options.cluster === true,
        ...globalLayers(options),
      }),
  },
  fast_search: {
    when: 'the same from one sample a round, five layers at a time',
    ignores: ['--quantize_method_list', '--benchmark_method', '--min_layer_cos', '--max_float_layers', '--cluster', '--transformer'],
    methods: (given) => [given],
    thresholds: 'plain',
    reference: 'chip-float',
    files: () => ({ log: 'Search_Qtable', graph: 'search_qtable_result' }),
    success: 'success search qtable',
    hasTarget: true,
    traits: (_, thresholds) => ({ losses: lossesOf.oneSample, waysOut: [thresholds, withQSearch] }),
    strategy: ({ expected_cos }, names) => fastSearch({ ...names, expectedCos: expected_cos }),
  },
  mix_search: {
    when: 'from the front of the network, by the similarity of each layer itself',
    ignores: ['--quantize_method_list', '--benchmark_method', '--cluster', '--transformer'],
    methods: (given) => [given],
    thresholds: 'plain',
    reference: 'chip-float',
    files: (quantizeTable) => ({ log: 'Mix_Search', graph: 'mix_prec_result', lossTable: `${quantizeTable}_loss.txt` }),
    hasTarget: true,
    traits: ({ min_layer_cos: minLayerCos, max_float_layers: maxFloatLayers }, thresholds) => ({
      losses: lossesOf.ownResult,
      waysOut: [otherFront({ minLayerCos, minLayerCosOption: '--min_layer_cos', maxFloatLayers }), thresholds, withQSearch],
    }),
    strategy: (options, names) =>
      mixSearch({
        ...names,
        expectedCos: options.expected_cos,
        minLayerCos: options.min_layer_cos,
        maxFloatLayers: options.max_float_layers,
      }),
  },
}

/** Adds what a search of `run_calibration` takes. */
export function addCalibrationSearchOptions(command: Command): void {
  command
    .option('--search <kind>', `also search: ${Object.keys(searches).join(', ')}; False for none`)
    .option('--quantize_table <file>', 'output quantization table of a search; without one, of the layers that stay in float anyway')
    .option('--quantize_method_list <names>', 'threshold methods that search_qtable chooses from, joined by commas', 'mse')
    .addOption(new Option('--benchmark_method <name>', 'what search_threshold compares tables by').choices(['cos', 'snr']).default('cos'))
    .option('--mix_mode <mode>', 'bit widths of a search; wi8ai8_fp alone so far', 'wi8ai8_fp')
    .option('--pre_qtable <file>', 'layers whose mode is decided, in place of what patterns find: a file, or name:mode,name:mode')
    .option('--cluster', 'search_qtable: clustering of the losses says how many layers stay in float')
    .option('--transformer <bool>', 'search_qtable: leave out layers that only move data', parseTruth, 'False')
    .option('--debug_log', 'print the whole log of a search')
  command.addHelpText('after', searchHelp())
  addVendorSearchOptions(command, [
    'inference_num',
    'expected_cos',
    'min_layer_cos',
    'max_float_layers',
    'fp_type',
    'global_compare_layers',
    'post_process',
  ])
}

/** `True` or `False`, in any case. */
function parseTruth(text: string): string {
  if (/^(true|false)$/i.test(text)) return text
  throw new InvalidArgumentError('wanted True or False.')
}

function searchHelp(): string {
  const lines = Object.entries(searches).map(([name, { when }]) => `  ${name.padEnd(20)} ${when}`)
  return `
Which search to take when:
${lines.join('\n')}

Take q search unless a manual's search has to be repeated: with the same methods and as many layers in float it is never behind search_qtable, and where the target
is reached it mostly takes fewer of them. Where the target is missed it takes longer: it does what search_qtable does, too, and then looks further.`
}

/** Names the options that were given and that the search does not look at. */
export function noteIgnoredOptions(command: Command, search: string, reporter: Reporter): void {
  for (const name of searches[search]!.ignores) if (isGiven(command, name)) reporter.note(`note: ${name} has no effect on ${search}`)
}

function isGiven(command: Command, name: string): boolean {
  const option = command.options.find(({ long }) => long === name)
  return option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli'
}

/** The options that only a search looks at. */
const searchOnly = ['--quantize_method_list', '--benchmark_method', '--mix_mode', '--cluster'].concat(
  ['--transformer', '--debug_log', '--inference_num', '--expected_cos', '--min_layer_cos', '--max_float_layers'],
  ['--global_compare_layers', '--post_process'],
)

/** Names the options of a search that were given without one. */
export function noteSearchOptions(command: Command, reporter: Reporter): void {
  for (const name of searchOnly) {
    if (isGiven(command, name)) reporter.note(`note: ${name} has no effect here: it is for --search`)
  }
}

/** The search that `--search` names; nothing for `False`. @throws QError `SEARCH_UNKNOWN`, `SEARCH_OUTPUT`, `OPTION_UNSUPPORTED` */
export function searchNameOf({ search, quantize_table, mix_mode }: CalibrationSearchOptions): string | undefined {
  if (search === undefined || search.toLowerCase() === 'false') return undefined
  const names = Object.keys(searches)
  if (!Object.hasOwn(searches, search)) {
    throw new QError('SEARCH_UNKNOWN', `there is no search ${search}`, {
      at: ['--search'],
      found: search,
      wanted: names.join(', '),
      hint: didYouMean(search, names, 'use search_qtable'),
      kind: 'usage',
    })
  }
  if (quantize_table === undefined) {
    throw new QError('SEARCH_OUTPUT', 'a search needs --quantize_table', {
      at: ['run_calibration'],
      found: `--search ${search} without it`,
      wanted: '--quantize_table <file>',
      hint: 'name the file that the search writes',
      kind: 'usage',
    })
  }
  if (mix_mode !== 'wi8ai8_fp') {
    throw new QError('OPTION_UNSUPPORTED', `--mix_mode ${mix_mode}: not supported yet`, {
      at: ['run_calibration'],
      found: mix_mode,
      wanted: 'wi8ai8_fp',
      hint: 'leave it out',
      kind: 'usage',
    })
  }
  return search
}

/** What a search of `run_calibration` is run with. @throws QError those of the chip and the options */
export async function calibrationSearch(
  name: string,
  {
    mlir,
    method,
    setting,
    floatLayers,
    options,
    isAsked,
  }: {
    readonly mlir: string
    readonly method: MethodName
    readonly setting: CalibrationSetting
    readonly floatLayers: FloatLayerChoice
    readonly options: CalibrationSearchOptions
    /** Whether the user says how many samples trials are measured on. */
    readonly isAsked: boolean
  },
  context: Context,
): Promise<VendorSearch> {
  const search = searches[name]!
  const { quantize_table: quantizeTable = 'qtable' } = options
  // The original tool searches for its most usual chip where none is named, and so for the first one here.
  const chip = await chipOf({ ...options, processor: options.processor ?? chipNames()[0]! }, context)
  const isGiven = search.thresholds === 'plain' && (await isGivenTable(options.calibration_table, context))
  if (isGiven) context.reporter.note(`note: thresholds are those of ${options.calibration_table}; without that file they are made here`)
  const methods = isGiven ? [] : search.methods(method, methodList(options.quantize_method_list, '--quantize_method_list'))
  const isFewer = name === 'search_threshold' && setting.inputNum < options.inference_num
  return {
    mlir,
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    chip,
    mode: usualMode(chip.backend.target, 'integers'),
    floatMode: floatModeOf(options.fp_type, chip.backend.target),
    table: options.calibration_table,
    calibration: setting,
    methods,
    ...(isGiven ? {} : { base: methods.includes('mse') && search.thresholds === 'choose' ? 'mse' : methods[0]! }),
    thresholds: search.thresholds,
    // A search for thresholds never measures on more samples than it calibrates on; 0 are all.
    inferenceNum: isFewer ? setting.inputNum : options.inference_num,
    asksForSamples: isAsked,
    traits: search.traits(options, otherTable(isGiven ? 'another table under -o, or none' : '--cali_method')),
    reference: search.reference,
    strategy: search.strategy(options, { model: basename(mlir), qtable: quantizeTable }),
    comparedLayers: options.global_compare_layers,
    ...(options.post_process === undefined ? {} : { postProcess: options.post_process }),
    floatLayers,
    ...(options.pre_qtable === undefined ? {} : { preQtable: options.pre_qtable }),
    ...(search.hasTarget ? { expectedCos: options.expected_cos } : {}),
    quantizeTable,
    form: 'extended',
    files: search.files(quantizeTable),
    ...(search.success === undefined ? {} : { success: search.success }),
    debugLog: options.debug_log === true,
  }
}
