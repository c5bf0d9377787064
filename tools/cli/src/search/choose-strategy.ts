import type { MetricName, SearchStrategy } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { fastSearch, mixSearch, pareto, race, runQtable, searchQtable, searchThreshold, sensitiveLayer } from '@q/mixprec'
import type { Context } from '../context.ts'
import { importedFiles } from '../modules/imported-files.ts'
import { loadModule } from '../modules/load-module.ts'
import { locateModule } from '../modules/locate-module.ts'
import { lossesOf, type SearchTraits, type Wanted } from './search-summary.ts'
import { guardStrategy, strategyModule } from './strategy-module.ts'
import { moreLayers, moreThan, moreThanAFifth, moreThanOnFront, otherFront, otherMethods, otherSearch } from './ways-out.ts'
import { paretoWithoutTarget, raceWithoutTarget } from './without-target.ts'

/** What a user asks of a search, whichever it is. */
export interface StrategyWishes {
  readonly expectedCos?: number
  readonly mostLoss?: number
  readonly maxFloatLayers?: number
  readonly metric?: MetricName
  /** Options of a strategy of the user's. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** A strategy and what it compares with. */
export interface ChosenStrategy {
  readonly strategy: SearchStrategy
  readonly reference: 'graph' | 'chip-float'
  readonly wanted: Wanted
  readonly traits: SearchTraits
  /** Whether it gives a front, each point of which has files of its own. */
  readonly givesFront: boolean
}

/** A wish that has an option of its own. */
type Wish = Exclude<keyof StrategyWishes, 'options'>

/** The options of wishes. */
const flags: Readonly<Record<Wish, string>> = {
  expectedCos: '--expected_cos',
  mostLoss: '--most_loss',
  maxFloatLayers: '--max_float_layers',
  metric: '--metric',
}

/** A strategy that this program comes with. */
interface KnownStrategy {
  /** When to take it. */
  readonly when: string
  /** What can be wished of it. */
  readonly takes: readonly Wish[]
  readonly reference?: 'chip-float'
  /** Whether it gives a front. @default false */
  readonly givesFront?: true
  readonly create: (wishes: Omit<StrategyWishes, 'options'>) => SearchStrategy
  readonly traits: (wishes: KnownOptions) => SearchTraits
}

/** Wishes, and options of the strategies that have no option of their own here. */
type KnownOptions = Pick<StrategyWishes, 'maxFloatLayers'> & { readonly minLayerCos?: number; readonly cluster?: boolean }

const methods = otherMethods('--methods')
const toRace = otherSearch('take another search (--strategy race)')

const ours = ({ maxFloatLayers, ...rest }: Omit<StrategyWishes, 'options'>) =>
  maxFloatLayers === undefined ? rest : { ...rest, mostLayers: maxFloatLayers }

/** How `minLayerCos` is given here. */
const minLayerCosOption = '--strategy_options minLayerCos'

/** Wishes of our own searches. */
const everyWish = Object.keys(flags) as Wish[]

/** Strategies by name, the most useful first. */
const strategies: Readonly<Record<string, KnownStrategy>> = {
  race: {
    when: 'a similarity is wanted, soon, with as few layers in float as it takes',
    takes: everyWish,
    create: (wishes) => race(ours(wishes)),
    traits: ({ maxFloatLayers }) => ({
      losses: lossesOf.race,
      waysOut: [moreLayers, methods],
      withoutTarget: raceWithoutTarget(maxFloatLayers),
    }),
  },
  pareto: {
    when: 'you want to see what each share of arithmetic in float buys, and choose',
    takes: everyWish,
    givesFront: true,
    create: (wishes) => pareto(ours(wishes)),
    traits: ({ maxFloatLayers }) => ({
      waysOut: [moreThanOnFront(maxFloatLayers), methods],
      withoutTarget: paretoWithoutTarget(maxFloatLayers),
    }),
  },
  search_qtable: {
    when: 'the very search of the manuals is wanted: every sensitive layer alone in codes, by every method',
    takes: ['expectedCos', 'maxFloatLayers'],
    create: searchQtable,
    traits: ({ maxFloatLayers = 5, cluster }) => ({
      waysOut: [...(cluster === true ? [] : [moreThanAFifth(maxFloatLayers)]), methods, toRace],
    }),
  },
  search_threshold: {
    when: 'all layers have to stay in codes: the one best threshold method',
    takes: [],
    create: searchThreshold as KnownStrategy['create'],
    traits: () => ({ waysOut: [] }),
  },
  fast_search: {
    when: 'as run_calibration --search fast_search',
    takes: ['expectedCos'],
    reference: 'chip-float',
    create: fastSearch,
    traits: () => ({ losses: lossesOf.oneSample, waysOut: [toRace] }),
  },
  mix_search: {
    when: 'as run_calibration --search mix_search',
    takes: ['expectedCos', 'maxFloatLayers'],
    reference: 'chip-float',
    create: mixSearch,
    traits: ({ maxFloatLayers = 5, minLayerCos = 0.99 }) => ({
      losses: lossesOf.ownResult,
      waysOut: [otherFront({ maxFloatLayers, minLayerCos, minLayerCosOption }), toRace],
    }),
  },
  run_qtable: {
    when: 'as run_qtable: from the front of the network, by the similarity of each layer itself',
    takes: ['expectedCos'],
    reference: 'chip-float',
    create: runQtable,
    traits: ({ minLayerCos = 0.99 }) => ({
      losses: lossesOf.ownResult,
      waysOut: [otherFront({ minLayerCos, minLayerCosOption }), toRace],
    }),
  },
  run_sensitive_layer: {
    when: 'as run_sensitive_layer: no type of layer is left out',
    takes: ['expectedCos', 'maxFloatLayers'],
    reference: 'chip-float',
    create: sensitiveLayer,
    traits: ({ maxFloatLayers = 5 }) => ({ waysOut: [moreThan(maxFloatLayers), methods, toRace] }),
  },
}

/** What can be wished of a strategy of the user's: a target is compared with what it found; the rest are options of its own. */
const takenByModules: readonly Wish[] = ['expectedCos', 'mostLoss', 'metric']

function checkWishes(word: string, wishes: Omit<StrategyWishes, 'options'>, takes: readonly Wish[]): void {
  const foreign = everyWish.find((wish) => wishes[wish] !== undefined && !takes.includes(wish))
  if (foreign === undefined) return
  throw new QError('STRATEGY_OPTION', `--strategy ${word} does not take ${flags[foreign]}`, {
    at: ['--strategy'],
    found: flags[foreign],
    wanted: takes.length === 0 ? 'no target: it has none' : `of such options ${takes.map((wish) => flags[wish]).join(', ')} at most`,
    hint: Object.hasOwn(strategies, word) ? 'leave it out, or take race' : 'leave it out, or give it in --strategy_options',
    kind: 'usage',
  })
}

/** `--expected_cos` is a target by cosine, beside which there is no other. */
function checkTarget({ expectedCos, mostLoss, metric = 'cosine' }: Omit<StrategyWishes, 'options'>): void {
  if (expectedCos === undefined || (mostLoss === undefined && metric === 'cosine')) return
  const other = mostLoss === undefined ? `--metric ${metric}` : `--most_loss ${mostLoss}`
  throw new QError('STRATEGY_OPTION', `--expected_cos is a target by cosine, and ${other} asks for another`, {
    at: ['--expected_cos'],
    found: `--expected_cos ${expectedCos} and ${other}`,
    wanted: '--expected_cos alone, or --most_loss with --metric',
    hint: 'leave one of them out',
    kind: 'usage',
  })
}

/** A wish is said once: by its option, or among those of the strategy. */
function checkOnce(wishes: Omit<StrategyWishes, 'options'>, options: Readonly<Record<string, unknown>>): void {
  for (const wish of everyWish) {
    const names = wish === 'maxFloatLayers' ? [wish, 'mostLayers'] : [wish]
    const twice = wishes[wish] === undefined ? undefined : names.find((name) => options[name] !== undefined)
    if (twice === undefined) continue
    throw new QError('STRATEGY_OPTION', `${flags[wish]} and ${twice} of --strategy_options are the same option`, {
      at: ['--strategy_options'],
      found: `${flags[wish]} ${wishes[wish]} and ${JSON.stringify({ [twice]: options[twice] })}`,
      wanted: 'one of them',
      hint: 'leave one of them out',
      kind: 'usage',
    })
  }
}

/** What `--strategy` takes, for the help of a command: one line each. */
export function strategyHelp(): string {
  return Object.entries(strategies)
    .map(([name, { when }]) => `  ${name.padEnd(20)} ${when}`)
    .join('\n')
}

/**
 * The strategy that a word names: one of this program, or a module, which exports a strategy or a function that makes one of options.
 *
 * @throws QError `STRATEGY_UNKNOWN`, `STRATEGY_MODULE`, `STRATEGY_INVALID`, `STRATEGY_OPTION`, `FILE_MISSING`
 */
export async function chooseStrategy(word: string, { options = {}, ...wishes }: StrategyWishes, context: Context): Promise<ChosenStrategy> {
  const known = Object.hasOwn(strategies, word) ? strategies[word]! : undefined
  checkWishes(word, wishes, known?.takes ?? takenByModules)
  if (known !== undefined) {
    checkTarget(wishes)
    checkOnce(wishes, options)
    const all: Omit<StrategyWishes, 'options'> & { readonly mostLayers?: number } = { ...wishes, ...options }
    const most = all.maxFloatLayers ?? all.mostLayers
    const measure = known.takes.includes('metric')
      ? { metric: all.metric ?? (all.expectedCos === undefined ? 'worst-group' : 'cosine') }
      : {}
    return {
      strategy: known.create(all),
      reference: known.reference ?? 'graph',
      wanted: { ...wantedOf(all), ...measure },
      traits: known.traits({ ...all, ...(most === undefined ? {} : { maxFloatLayers: most }) }),
      givesFront: known.givesFront === true,
    }
  }
  const file = await locateModule(word, process.cwd(), strategyModule)
  if (file === undefined) {
    const names = Object.keys(strategies)
    throw new QError('STRATEGY_UNKNOWN', `there is no strategy ${word}, and no package of that name`, {
      at: ['--strategy'],
      found: word,
      wanted: `${names.join(', ')}, a path like ./strategy.mjs, or an installed package`,
      hint: didYouMean(word, names, 'choose one of these'),
      kind: 'usage',
    })
  }
  await context.files.reads(await importedFiles(file))
  const code = { kind: strategyModule, word, file }
  const made = await loadModule(code, { options, modules: context.modules })
  const traits = { waysOut: [moreLayers, methods] }
  return { strategy: guardStrategy(made, code), reference: 'graph', wanted: wantedOf(wishes), traits, givesFront: false }
}

const wantedOf = ({ expectedCos, mostLoss, metric = 'worst-group' }: Omit<StrategyWishes, 'options'>): Wanted => ({
  ...(expectedCos === undefined ? {} : { expectedCos }),
  ...(mostLoss === undefined ? {} : { mostLoss: { metric, loss: mostLoss } }),
})
