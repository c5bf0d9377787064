import type { RankedLayer, SearchLayer, SearchNote, SearchResult, SearchSpace, Trial, TrialLosses } from '@q/ir'
import { pickLayers } from './pick-layers.ts'
import { pythonFloat, pythonList } from './python-text.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { similarityOf, trialOf } from './search-layers.ts'
import type { LeftOutType } from './sensitive-types.ts'
import { sensitiveCluster } from './two-means.ts'
import { type WalkedLayers, walkLayers } from './walk-layers.ts'

/** Layers in float that were measured. */
export interface MeasuredFloats {
  readonly trial: Trial
  readonly losses: TrialLosses | undefined
  /** How many layers are in float. */
  readonly count: number
}

/** What layers are chosen by. */
export interface ChoiceOfFloats {
  readonly course: SearchCourse
  readonly space: SearchSpace
  readonly walked: WalkedLayers
  /** The model's file, as printed. */
  readonly model: string
  readonly expectedCos: number
  /** All layers in codes. */
  readonly start: MeasuredFloats
}

/** What a search returns for layers that it measured. */
export function resultOf(
  { walked, expectedCos }: ChoiceOfFloats,
  { trial, losses }: MeasuredFloats,
  notes?: readonly SearchNote[],
): SearchResult {
  const reached = similarityOf(losses) > expectedCos
  return { trial, ...(losses && { losses }), ranking: walked.ranking, reached, ...(notes && { notes }) }
}

/** Which numbers of layers {@link chooseFloats} tries. */
export interface FloatCounts {
  readonly least: number
  readonly most: number
  /** Layers that were not examined alone, by type: what is tried when the target is missed without them. */
  readonly leftOut: readonly LeftOutType[]
}

/**
 * The smallest number of the worst layers that exceeds the expected similarity, see {@link chooseCount}. Where none does, the thresholds
 * of the table take the place of those that were chosen layer by layer, if they are better together, and then the left-out layers of
 * one type after the other are put in front; what makes it better stays.
 */
export function* chooseFloats(choice: ChoiceOfFloats, { least, most, leftOut }: FloatCounts): SearchPart<MeasuredFloats> {
  const { course, walked, expectedCos } = choice
  const isReached = ({ losses }: MeasuredFloats) => similarityOf(losses) > expectedCos
  const first = yield* chooseCount(choice, walked.ranking, { least, most, told: true })
  if (isReached(first)) return first
  let best = yield* chooseThresholds(course, first)
  const { ranges = new Map() } = best.trial
  let { ranking }: { ranking: readonly RankedLayer[] } = walked
  for (const { layers } of leftOut) {
    if (isReached(best)) break
    if (layers.length > most) continue
    course.notes.info(`layers that were not searched in front: ${pythonList(layers.map(({ layer }) => layer))}`)
    const longer = [...layers, ...ranking]
    const found = yield* chooseCount({ ...choice, walked: { ...walked, ranges }, start: best }, longer, { least, most })
    if (found !== best) ranking = longer
    best = found
  }
  return best
}

/** The worst of all these layers, each examined alone with all others of them in float, where they are better than what was found among some; with the ranking they were chosen by. */
export function* chooseOfAll(
  choice: ChoiceOfFloats,
  layers: readonly SearchLayer[],
  counts: { readonly least: number; readonly most: number },
): SearchPart<{ readonly chosen: MeasuredFloats; readonly ranking: WalkedLayers['ranking'] }> {
  const { course, space, start } = choice
  course.notes.info(`layers that were not searched are examined, too: all search layer number: ${layers.length}`)
  course.expected += layers.length * Math.max(1, space.methods.size) + 4
  const walked = yield* walkLayers(course, space, { layers, floats: layers.map(({ name }) => name), learned: () => {} })
  const chosen = yield* chooseCount({ ...choice, walked }, walked.ranking, counts)
  return { chosen, ranking: (chosen === start ? choice.walked : walked).ranking }
}

/** The most similar of what was found and of fewer of the worst layers: where the target is missed, more layers are not always better. */
export function* chooseFewer(choice: ChoiceOfFloats, below: number): SearchPart<MeasuredFloats> {
  const { course, space, start, walked } = choice
  const pick = pickLayers(space)
  let best = start
  for (let count = below - 1; count > 0; count--) {
    const trial = trialOf(space, pick(walked.ranking, count), walked.ranges)
    const [losses] = yield course.step({ trials: [trial], metrics: ['cosine'] })
    const fewer = { trial, losses, count: trial.plan.size - space.pinned.size }
    course.notes.info(`fewer layers in float: ${fewer.count}, mix model outputs_cos: ${pythonFloat(similarityOf(losses))}`)
    if (similarityOf(losses) > similarityOf(best.losses)) best = fewer
  }
  return best
}

/** The same layers with the thresholds of the space's table, where these are better together than those of the walk. */
export function* chooseThresholds(course: SearchCourse, walked: MeasuredFloats): SearchPart<MeasuredFloats> {
  if (walked.trial.ranges === undefined) return walked
  const trial: Trial = { plan: walked.trial.plan }
  const [losses] = yield course.step({ trials: [trial], metrics: ['cosine'] })
  if (!(similarityOf(losses) > similarityOf(walked.losses))) return walked
  course.notes.info(
    `the thresholds of the calibration table are better together, mix model outputs_cos: ${pythonFloat(similarityOf(losses))}`,
  )
  return { ...walked, trial, losses }
}

/**
 * The smallest number of the worst layers, from `least` to `most`, that exceeds the expected similarity: `least` first, then `most`,
 * then bisection in between, which takes it that more layers are not worse. Where none does, the most similar that was measured.
 */
function* chooseCount(
  choice: ChoiceOfFloats,
  ranking: readonly RankedLayer[],
  { least, most, told = false }: { readonly least: number; readonly most: number; readonly told?: boolean },
): SearchPart<MeasuredFloats> {
  const { course, space, expectedCos } = choice
  const pick = pickLayers(space)
  const measured = new Map<number, MeasuredFloats>()
  const best = () => bestOf(choice, [...measured.values()])
  function* exceeds(count: number): SearchPart<boolean> {
    const floats = pick(ranking, count, told && measured.size === 0 ? course.notes : undefined)
    course.notes.info(`set_fp_layer_list = ${pythonList(floats)}`)
    const each = yield* measure(choice, floats, count)
    measured.set(count, each)
    course.best = resultOf(choice, best())
    return similarityOf(each.losses) > expectedCos
  }
  if ((yield* exceeds(least)) || most <= least) return best()
  if (!(yield* exceeds(most))) return best()
  let [low, high] = [least, most]
  while (low <= high) {
    const middle = Math.floor((low + high) / 2)
    if (middle > least && (yield* exceeds(middle))) high = middle - 1
    else low = middle + 1
  }
  return best()
}

/** The layers of the worse of two clusters, whatever their number. `said` is the number that the log tells. */
export function* chooseCluster(choice: ChoiceOfFloats, said: number): SearchPart<MeasuredFloats> {
  const floats = sensitiveCluster(choice.walked.ranking)
  choice.course.notes.info(`selected_layers = ${pythonList(floats)}`)
  return yield* measure(choice, floats, said)
}

/** Measures layers in float with the thresholds of the walk. */
function* measure({ course, space, walked, model }: ChoiceOfFloats, floats: readonly string[], said: number): SearchPart<MeasuredFloats> {
  course.notes.info(`run int8 mode: ${model}`)
  const trial = trialOf(space, floats, walked.ranges)
  const [losses] = yield course.step({ trials: [trial], metrics: ['cosine'] })
  course.notes.info(`float layer number: ${said}, mix model outputs_cos: ${pythonFloat(similarityOf(losses))}`)
  return { trial, losses, count: floats.length }
}

/** The fewest layers that exceed the expected similarity; where none do, the most similar, all in codes included. */
function bestOf({ start, expectedCos }: ChoiceOfFloats, measured: readonly MeasuredFloats[]): MeasuredFloats {
  const reached = measured.filter(({ losses }) => similarityOf(losses) > expectedCos)
  if (reached.length > 0) return reached.reduce((best, each) => (each.count < best.count ? each : best))
  return measured.reduce((best, each) => (similarityOf(each.losses) > similarityOf(best.losses) ? each : best), start)
}
