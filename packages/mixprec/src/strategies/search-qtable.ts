import type { SearchLayer, SearchSpace, SearchStrategy } from '@q/ir'
import { measureAllCodes, reachedText } from './all-codes.ts'
import { type ChoiceOfFloats, chooseCluster, chooseFewer, chooseFloats, chooseOfAll, resultOf } from './choose-floats.ts'
import { pickLayers } from './pick-layers.ts'
import { pythonFloat, pythonList } from './python-text.ts'
import { searchCourse } from './search-course.ts'
import { neighboursOf, openLayers, operatorsOf, similarityOf, trialOf } from './search-layers.ts'
import type { PrintedNames } from './search-notes.ts'
import { checkOptions, count, flag, similarity, text } from './search-options.ts'
import { sensitiveTypes } from './sensitive-types.ts'
import { walkLayers } from './walk-layers.ts'

/** Options of {@link searchQtable}, named as `run_calibration`'s. */
export interface SearchQtableOptions extends PrintedNames {
  /** The similarity that the mixed model has to exceed, as TPU-MLIR counts it: (1 + cos) / 2. @default 0.99 */
  readonly expectedCos?: number
  /** How many layers are picked first. @default 5 */
  readonly maxFloatLayers?: number
  /** Whether layers that only move data, which transformers are full of, are left out. @default false */
  readonly transformer?: boolean
  /** Whether two-means clustering of the losses says which layers stay in float, whatever their number. @default false */
  readonly cluster?: boolean
  /** The layers compared in place of the outputs, as the log prints them. @default none */
  readonly globalCompareLayers?: string
}

/** What `transformer` leaves out. */
const movingTypes: ReadonlySet<string> = new Set(
  ['Reshape', 'LayerNorm', 'Unsqueeze', 'Gather', 'Slice', 'MulConst', 'Concat'].map((type) => `top.${type}`),
)

/** One part in so many of the quantized layers may become float at most. */
const mostFloatShare = 5

/**
 * `run_calibration --search search_qtable` of TPU-MLIR.
 *
 * Each layer of a sensitive type alone in codes, with the threshold of each method; the layers that lose most stay in float. When
 * `maxFloatLayers` are not enough, the smallest number up to a fifth of all layers that is, found by bisection, or that fifth.
 * Where that is not enough either, and other than the vendor's, the table's own thresholds take the place of the walk's if they are better
 * together, and layers of types that the filter left out that of those that lose least; in the end the layers of all types are examined, and fewer layers than `maxFloatLayers` measured. Ranges start from the space's table. Losses are those of all samples.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function searchQtable(options: SearchQtableOptions = {}): SearchStrategy {
  checkOptions('search_qtable', options, {
    expectedCos: similarity,
    maxFloatLayers: count,
    transformer: flag,
    cluster: flag,
    globalCompareLayers: text,
    model: text,
    qtable: text,
  })
  const { expectedCos = 0.99, maxFloatLayers = 5, transformer = false, cluster = false, globalCompareLayers = 'None' } = options
  return {
    name: 'search_qtable',
    *search(space) {
      const model = options.model ?? `${space.graph.name}.mlir`
      const course = searchCourse({ trial: trialOf(space, []), ranking: [], reached: false })
      const { notes } = course
      if (space.methods.size > 0) notes.info(`quantize_method_list=${pythonList(space.methods.keys())}`)
      const quantized = openLayers(space)
      course.expected = 2 + quantized.length * (Math.max(1, space.methods.size) + 1)
      const before = yield* measureAllCodes(course, { model, expectedCos })
      const int8 = course.best.losses
      notes.info(`all_int8_cos=${pythonFloat(before)} with ${tableText(space)}`)
      if (before > expectedCos) {
        notes.info(`${reachedText(before, expectedCos)} with layers:${pythonList(space.pinned.keys())}`)
        return { ...course.best, notes: notes.take() }
      }
      notes.info(`run int8 mode: ${model}`)
      notes.info('layer name check pass !')
      notes.info(`all layer number: ${operatorsOf(space).length}`)
      notes.info(`all layer number no float: ${quantized.length}`)

      const { sensitive, leftOut } = yield* sensitiveTypes(course, space, { layers: quantized, expectedCos, model })
      const isIgnored = (type: string) => transformer && movingTypes.has(type)
      const isSearched = ({ type }: SearchLayer) => sensitive.includes(type) && !isIgnored(type)
      const searched = quantized.filter(isSearched)
      notes.info(`${transformer ? 'transformer model: True, ' : ''}all search layer number: ${searched.length}`)
      notes.info(`Global metrics layer is : ${globalCompareLayers}`)
      if (searched.length === 0) return { ...course.best, notes: notes.take() }

      const pick = pickLayers(space)
      const layers = operatorsOf(space).filter((layer) => isSearched(layer) && (searched.includes(layer) || feedsCodes(space, layer)))
      course.expected = sensitive.length + 2 + layers.length * Math.max(1, space.methods.size) + (cluster ? 1 : 4)
      const walked = yield* walkLayers(course, space, {
        layers,
        floats: searched.map(({ name }) => name),
        metrics: cluster ? ['noise'] : [],
        model,
        learned: ({ ranking, ranges }) => {
          course.best = { trial: trialOf(space, pick(ranking, maxFloatLayers), ranges), ranking, reached: false }
        },
      })
      notes.seconds('total time of sensitive_layer search is: ')

      const choice: ChoiceOfFloats = {
        course,
        space,
        walked,
        model,
        expectedCos,
        start: { trial: trialOf(space, []), losses: int8, count: 0 },
      }
      const most = Math.floor(quantized.length / mostFloatShare)
      const counts = { least: maxFloatLayers, most }
      const first = cluster
        ? yield* chooseCluster(choice, maxFloatLayers)
        : yield* chooseFloats(choice, { ...counts, leftOut: leftOut.filter(({ type }) => !isIgnored(type)) })
      const others = quantized.filter(({ type }) => !sensitive.includes(type) && !isIgnored(type))
      const isEnough = cluster || others.length === 0 || similarityOf(first.losses) > expectedCos
      const { chosen: found, ranking } = isEnough
        ? { chosen: first, ranking: walked.ranking }
        : yield* chooseOfAll({ ...choice, start: first }, [...searched, ...others], counts)
      const isMissed = !cluster && similarityOf(found.losses) <= expectedCos
      const chosen = isMissed ? yield* chooseFewer({ ...choice, start: found }, maxFloatLayers) : found
      const score = similarityOf(chosen.losses)
      notes.info('>>>run result:')
      notes.info(`float layer number: ${chosen.count}, mix model outputs_cos: ${score.toFixed(6)}`)
      notes.info(`int8 outputs_cos:${before.toFixed(6)} old`)
      notes.info(`mix model outputs_cos:${score.toFixed(6)}`)
      notes.info(`Output mix quantization table to ${options.qtable ?? 'qtable'}`)
      notes.seconds('total time:')
      return { ...resultOf(choice, chosen, notes.take()), ranking }
    },
  }
}

/** What the log calls the table that ranges start from: the original tool has one of its own in every search, and says that it is the one of mse whatever it is. */
function tableText({ methods, table }: SearchSpace): string {
  const [made] =
    [...methods].find(
      ([, rows]) => rows.size > 0 && [...rows].every(([layer, { threshold }]) => table.get(layer)?.threshold === threshold),
    ) ?? []
  return made === undefined ? 'the given calitable' : `default ${made}_tune calitable`
}

/** Whether codes can be reached from a pinned layer over layers in float: then its range decides how they are made. */
function feedsCodes(space: SearchSpace, { name }: SearchLayer): boolean {
  if (!space.pinned.has(name)) return false
  const codes = new Set(openLayers(space).map((layer) => layer.name))
  const { consumers } = neighboursOf(space)
  const seen = new Set([name])
  const waiting = [name]
  for (let layer = waiting.pop(); layer !== undefined; layer = waiting.pop()) {
    for (const consumer of consumers(layer)) {
      if (codes.has(consumer)) return true
      if (!seen.has(consumer)) waiting.push(consumer)
      seen.add(consumer)
    }
  }
  return false
}
