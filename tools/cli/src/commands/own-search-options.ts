import { type MetricName, QError } from '@q/ir'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { parseCount, parseNumber, parseObject, parseSimilarity } from '../options/parse.ts'
import type { ChosenStrategy } from '../search/choose-strategy.ts'
import { chooseStrategy } from '../search/choose-strategy.ts'
import { frontLines } from '../search/front-files.ts'
import type { Found } from '../search/search-model.ts'
import type { SearchedPlan } from '../search/search-plan.ts'
import { floatWarning, isReached, missedTarget, similarityOf, summaryLines } from '../search/search-summary.ts'
import { addVendorSearchOptions, asksForSamples, methodList } from './search-options.ts'

/** The options of {@link addOwnSearchOptions}, as commander names them. */
export interface OwnSearchOptions {
  readonly strategy?: string
  readonly strategy_options?: Readonly<Record<string, unknown>>
  readonly pareto?: boolean
  readonly expected_cos?: number
  readonly most_loss?: number
  readonly max_float_layers?: number
  readonly metric?: string
  readonly methods: string
  readonly inference_num: number
  readonly fp_type: string
  readonly global_compare_layers: string
  readonly post_process?: string
  readonly budget?: number
  readonly workers?: number
  readonly cache?: number
}

/** Adds what this program's own commands let a user say about a search. */
export function addOwnSearchOptions(command: Command): Command {
  addVendorSearchOptions(command, ['global_compare_layers', 'post_process'])
  return command
    .option('--expected_cos <number>', 'similarity of the outputs to exceed, (1 + cos) / 2', parseSimilarity)
    .option('--most_loss <number>', 'loss not to exceed, by --metric', parseNumber)
    .addOption(
      new Option('--metric <name>', 'what losses are measured by; worst-group, or cosine with --expected_cos, when absent').choices([
        'cosine',
        'noise',
        'sqnr',
        'worst-group',
      ]),
    )
    .option(
      '--max_float_layers <count>',
      'layers in float at most, of race and pareto: a fifth of those in codes, at least 5, when absent; strategies of the manuals take it as their commands do, as the number that is tried first',
      parseCount(1),
    )
    .option(
      '--strategy <name>',
      'how to search: a name, or a module with a strategy: ./strategy.mjs, an installed package; race when absent',
    )
    .option('--strategy_options <json>', 'options of the strategy, as a JSON object', parseObject('{"share": 0.9}'))
    .option('--pareto', 'the whole front of quality and arithmetic in float: --strategy pareto')
    .option('--methods <names>', 'threshold methods to choose from, joined by commas', 'kl,mse')
    .option('--inference_num <count>', 'samples to measure on; 0 for all', parseCount(0), 30)
    .option('--fp_type <type>', 'float type of layers in float: auto, or one of the chip', 'auto')
    .option(
      '--budget <time>',
      'end within this time, like 5s or 2m, with the best found: all of the command from its start on, of quantize but for what a model needs at least',
      parseDuration,
    )
    .option('--workers <count>', 'threads; as many as there are cores when absent', parseCount(1))
    .option('--cache <megabytes>', 'memory for what need not be computed again', parseCount(0), 1024)
}

/** `5s`, `500ms`, `2m`, `1h`, or seconds. @returns milliseconds */
function parseDuration(text: string): number {
  const [, number = '', unit = 's'] = /^([\d.]+)\s*(ms|s|min|m|h)?$/.exec(text.trim()) ?? []
  const value = Number(number)
  if (number === '' || !Number.isFinite(value)) throw new InvalidArgumentError('wanted a time, like 5s, 500ms, 2m, 1h.')
  return value * ({ ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }[unit] ?? 1000)
}

/** Whether the options ask for a search: a target, a budget or a strategy does. */
export const isSearchWanted = ({ expected_cos, most_loss, max_float_layers, strategy, pareto, budget }: OwnSearchOptions): boolean =>
  [expected_cos, most_loss, max_float_layers, strategy, pareto, budget].some((option) => option !== undefined)

/** Names the options of a search that were given without anything to search for. */
export function noteUnused(command: Command, reporter: Reporter): void {
  for (const name of [
    'metric',
    'strategy_options',
    'methods',
    'inference_num',
    'global_compare_layers',
    'post_process',
    'workers',
    'cache',
  ]) {
    if (command.getOptionValueSource(name) === 'cli')
      reporter.note(`note: --${name} has no effect here: it is for a search, with --expected_cos`)
  }
}

/** The strategy that the options choose. @throws QError `STRATEGY_OPTION` where they choose two, and those of `chooseStrategy` */
export async function strategyOf(options: OwnSearchOptions, context: Context): Promise<ChosenStrategy> {
  const { expected_cos: expectedCos, most_loss: mostLoss, max_float_layers: maxFloatLayers, metric, strategy_options } = options
  if (options.pareto === true && options.strategy !== undefined && options.strategy !== 'pareto')
    throw new QError('STRATEGY_OPTION', `--pareto is a strategy, and --strategy ${options.strategy} asks for another`, {
      at: ['--strategy'],
      found: `--pareto and --strategy ${options.strategy}`,
      wanted: 'one of them',
      hint: 'leave one of them out',
      kind: 'usage',
    })
  return chooseStrategy(
    options.strategy ?? (options.pareto === true ? 'pareto' : 'race'),
    {
      ...(expectedCos === undefined ? {} : { expectedCos }),
      ...(mostLoss === undefined ? {} : { mostLoss }),
      ...(maxFloatLayers === undefined ? {} : { maxFloatLayers }),
      ...(metric === undefined ? {} : { metric: metric as MetricName }),
      ...(strategy_options === undefined ? {} : { options: strategy_options }),
    },
    context,
  )
}

/** What of the options `searchPlan` takes as it is. @throws QError `CALIBRATION_METHOD` */
export function searchSettings(command: Command, options: OwnSearchOptions, startedAt: number) {
  return {
    comparedLayers: options.global_compare_layers,
    ...(options.post_process === undefined ? {} : { postProcess: options.post_process }),
    asksForSamples: asksForSamples(command),
    methods: methodList(options.methods, '--methods'),
    inferenceNum: options.inference_num,
    ...(options.budget === undefined ? {} : { budget: { milliseconds: options.budget, startedAt } }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.cache === undefined ? {} : { cacheBytes: options.cache * 2 ** 20 }),
  }
}

/** A search of which all is written. */
export interface ToldSearch extends Pick<SearchedPlan, 'found' | 'points'> {
  readonly planFile: string
  readonly seconds: number
}

/** Prints what a search found. */
export function tellSearch(
  { found, points, planFile, seconds }: ToldSearch,
  { strategy, wanted, traits }: ChosenStrategy,
  { reporter }: Context,
): void {
  const { outcome } = found
  const front = frontLines(found, { points, planFile, ...(wanted.metric === undefined ? {} : { metric: wanted.metric }) })
  for (const line of [...summaryLines(found, wanted, seconds, traits), ...front]) reporter.print(line)
  const hasTarget = wanted.expectedCos !== undefined || wanted.mostLoss !== undefined
  const notes = [hasTarget ? undefined : traits.withoutTarget?.(found), floatWarning(found)]
  for (const note of notes) if (note !== undefined) reporter.note(note)
  reporter.event('searched', {
    strategy: strategy.name,
    qtable: planFile,
    plan: Object.fromEntries(outcome.result.trial.plan),
    before: similarityOf(found.before),
    after: similarityOf(outcome.result.losses),
    lossesBefore: found.before?.losses,
    losses: outcome.result.losses?.losses,
    ranking: outcome.result.ranking,
    reached: isReached(found, wanted),
    ended: outcome.ended,
    open: outcome.open,
    trials: outcome.trials,
    seconds,
  })
}

/** Ends a search that missed its target. @throws QError `TARGET_MISSED` */
export function checkReached(found: Found, { wanted, traits }: ChosenStrategy, planFile: string): void {
  if (isReached(found, wanted) === false) throw missedTarget(found, wanted, planFile, traits)
}
