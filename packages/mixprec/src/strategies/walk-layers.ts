import type { MetricName, ObservedRange, RankedLayer, SearchLayer, SearchSpace, TrialLosses } from '@q/ir'
import { pythonFloat } from './python-text.ts'
import { lossIn } from './quality-target.ts'
import { rankLayers } from './rank-layers.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'

/** What a walk does. */
export interface LayerWalk {
  /** The layers to examine, in order. */
  readonly layers: readonly SearchLayer[]
  /** The layers that are kept in float while another is examined. */
  readonly floats: readonly string[]
  /** What methods and layers are compared by. @default 'cosine' */
  readonly metric?: MetricName
  /** Beside that. @default none */
  readonly metrics?: readonly MetricName[]
  /** A method's name, as printed. @default its name in the space */
  readonly printed?: (method: string) => string
  /** The model's file, as printed. @default trials are not told one by one */
  readonly model?: string
  /** Called when a layer was examined, with all of them so far. */
  readonly learned: (walked: WalkedLayers) => void
}

/** What a walk learned so far. */
export interface WalkedLayers {
  /** The layers with the loss of their best method, the worst first; pinned ones are left out. */
  readonly ranking: readonly WalkedLayer[]
  /** The ranges of the best methods. */
  readonly ranges: ReadonlyMap<string, ObservedRange>
}

/** A layer, its smallest loss and, where `noise` was asked for, its smallest loss by that. */
export interface WalkedLayer extends RankedLayer {
  readonly noise: number
}

/** A threshold method's range for a layer; neither where no table has a row for it. */
interface Candidate {
  readonly method?: string
  readonly range?: ObservedRange
}

/**
 * The walk of TPU-MLIR's searches: one layer after the other alone in codes, with the threshold of each method in turn, on all
 * samples. The method of the smallest loss, the first of equal ones, gives the layer's threshold in all later trials.
 */
export function* walkLayers(course: SearchCourse, space: SearchSpace, walk: LayerWalk): SearchPart<WalkedLayers> {
  const { layers, floats, metric = 'cosine', metrics = [], model, printed = (method) => method } = walk
  const found: WalkedLayer[] = []
  const ranges = new Map<string, ObservedRange>()
  const lossOf = (answer: TrialLosses | undefined) => lossIn(answer, metric)
  const walked = (): WalkedLayers => ({ ranking: rankLayers(found), ranges: new Map(ranges) })
  for (const [place, { name, type }] of layers.entries()) {
    const { notes } = course
    if (model !== undefined) notes.info(`start to handle layer: ${name}, type: ${type}`)
    const candidates = candidatesOf(space, name)
    const others = floats.filter((layer) => layer !== name)
    const trials = candidates.map(({ range }) => trialOf(space, others, range === undefined ? ranges : new Map(ranges).set(name, range)))
    course.open = layers.slice(place).map((layer) => layer.name)
    const answers = yield course.step({ trials, metrics: [metric, ...metrics] })

    for (const [i, { method, range }] of model === undefined ? [] : candidates.entries()) {
      if (method !== undefined && range !== undefined)
        notes.info(`adjust layer ${name} th, with method ${printed(method)}, and threshlod ${pythonFloat(range.threshold)}`)
      notes.info(`run int8 mode: ${model}`)
      notes.info(`outputs_cos_los = ${pythonFloat(lossOf(answers[i]))}`)
    }
    const losses = candidates.map((_, i) => lossOf(answers[i]))
    const best = losses.indexOf(Math.min(...losses))
    const { method, range } = candidates[best]!
    const threshold = range === undefined ? 'None' : pythonFloat(range.threshold)
    notes.info(
      `layer ${name}, layer type is ${type}, best_th = ${threshold}, best_method = ${method === undefined ? 'None' : printed(method)}, best_cos_loss = ${pythonFloat(losses[best]!)}`,
    )
    if (range !== undefined) ranges.set(name, range)
    if (!space.pinned.has(name)) found.push({ layer: name, loss: losses[best]!, noise: leastNoise(answers), ...(method && { method }) })
    walk.learned(walked())
  }
  course.open = []
  return walked()
}

/** Each method's threshold for a layer, with the smallest and largest value of the table's row, as TPU-MLIR's tables have it. */
function candidatesOf({ methods, table }: SearchSpace, layer: string): readonly Candidate[] {
  const row = table.get(layer)
  const candidates = [...methods].flatMap(([method, rows]) => {
    const range = rows.get(layer)
    return range === undefined || row === undefined ? [] : [{ method, range: { ...row, threshold: range.threshold } }]
  })
  return candidates.length > 0 ? candidates : [{}]
}

const leastNoise = (answers: readonly TrialLosses[]): number =>
  Math.min(...answers.map(({ losses }) => losses['noise']?.mean ?? Number.POSITIVE_INFINITY))
