import type { SearchLayer, SearchSpace, SearchStrategy, TrialLosses } from '@q/ir'
import { measureAllCodes } from './all-codes.ts'
import { pythonFloat } from './python-text.ts'
import { rankLayers } from './rank-layers.ts'
import { type SearchCourse, type SearchPart, searchCourse } from './search-course.ts'
import { cosineLoss, openLayers, operatorsOf, similarityOf, trialOf } from './search-layers.ts'
import type { PrintedNames } from './search-notes.ts'
import { checkOptions, similarity, text } from './search-options.ts'
import { sensitiveTypes } from './sensitive-types.ts'

/** Options of {@link fastSearch}, named as `run_calibration`'s. */
export interface FastSearchOptions extends PrintedNames {
  /** The similarity that is wanted, as TPU-MLIR counts it: (1 + cos) / 2. @default 0.99 */
  readonly expectedCos?: number
}

/** How many layers become float in a round, and the share of all operators that ends the search. */
const roundSize = 5
const mostShare = 0.2

/**
 * `run_calibration --search fast_search` of TPU-MLIR: in round t each open layer of a sensitive type alone in codes, on sample t; the
 * five that rank worst by cosine and noise together become float. It ends when the similarity over all samples grows by less than
 * half of what the first round won and less than 0.001, when a fifth of the operators are float, or with the samples; and, other than
 * the vendor's, as soon as the expected similarity is exceeded.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function fastSearch(options: FastSearchOptions = {}): SearchStrategy {
  checkOptions('fast_search', options, { expectedCos: similarity, model: text, qtable: text })
  const { expectedCos = 0.99 } = options
  return {
    name: 'fast_search',
    *search(space) {
      const model = options.model ?? `${space.graph.name}.mlir`
      const operators = operatorsOf(space)
      const course = searchCourse({ trial: trialOf(space, []), ranking: [], reached: false })
      course.expected = 2 * openLayers(space).length
      const { notes } = course
      const before = yield* measureAllCodes(course, { model, expectedCos })
      notes.info(`run int8 mode: ${model}`)
      const { sensitive } = yield* sensitiveTypes(course, space, { layers: operators, expectedCos, model })
      const searched = openLayers(space).filter(({ type }) => sensitive.includes(type))
      notes.info(`all search layer number: ${searched.length}`)

      const ranking = new Map<string, number>()
      let floats: readonly string[] = []
      let [least, score] = [0, before]
      for (let round = 0; round < space.samples && searched.length > 0 && !course.best.reached; round++) {
        const losses = yield* measureAlone(course, space, searched, floats, round, model)
        for (const [layer, { cosine }] of losses) ranking.set(layer, cosine)
        floats = [...floats, ...worstOf(losses)]
        notes.info(`run int8 mode: ${model}`)
        const trial = trialOf(space, floats)
        const [answer] = yield course.step({ trials: [trial], metrics: ['cosine'] })
        const won = similarityOf(answer) - score
        score = similarityOf(answer)
        const ranked = rankLayers([...ranking].map(([layer, loss]) => ({ layer, loss })))
        if (score > similarityOf(course.best.losses))
          course.best = { trial, ...(answer && { losses: answer }), ranking: ranked, reached: score > expectedCos }
        else course.best = { ...course.best, ranking: ranked }
        const enough = floats.length > mostShare * operators.length || floats.length === searched.length
        if (enough || !(won >= least || won >= 0.001)) break
        if (round === 0) least = won / 2
      }
      const after = similarityOf(course.best.losses)
      notes.info('>>>run result:')
      notes.info(`float layer number: ${course.best.trial.plan.size - space.pinned.size}, mix model outputs_cos: ${after.toFixed(6)}`)
      notes.info(`int8 outputs_cos:${before.toFixed(6)} old`)
      notes.info(`mix model outputs_cos:${after.toFixed(6)}`)
      notes.info(`Output mix quantization table to ${options.qtable ?? 'qtable'}`)
      notes.seconds('total time:')
      return { ...course.best, notes: notes.take() }
    },
  }
}

/** A layer's losses alone in codes. */
interface AloneLoss {
  readonly cosine: number
  readonly noise: number
}

/** Each layer that is not in float yet alone in codes, on one sample. */
function* measureAlone(
  course: SearchCourse,
  space: SearchSpace,
  searched: readonly SearchLayer[],
  floats: readonly string[],
  sample: number,
  model: string,
): SearchPart<ReadonlyMap<string, AloneLoss>> {
  const remaining = searched.filter(({ name }) => !floats.includes(name))
  const others = (layer: string) => searched.map(({ name }) => name).filter((name) => name !== layer)
  const trials = remaining.map(({ name }) => trialOf(space, others(name)))
  course.open = remaining.map(({ name }) => name)
  const answers = yield course.step({ trials, samples: { first: sample, count: 1 }, metrics: ['cosine', 'noise'] })
  course.open = []
  return new Map(
    remaining.map(({ name, type }, i) => {
      const loss = { cosine: cosineLoss(answers[i]), noise: noiseLoss(answers[i]) }
      course.notes.info(`start to handle layer: ${name}, type: ${type}`)
      course.notes.info(`run int8 mode: ${model}`)
      course.notes.info(`layer ${name}, outputs_cos:${pythonFloat(loss.cosine)}, outputs_snr:${pythonFloat(loss.noise)}`)
      return [name, loss] as const
    }),
  )
}

const noiseLoss = (answer: TrialLosses | undefined): number => answer?.losses['noise']?.mean ?? Number.POSITIVE_INFINITY

/** The layers whose places by cosine and by noise add up to most, the worst last; equal ones by cosine. */
function worstOf(losses: ReadonlyMap<string, AloneLoss>): readonly string[] {
  const placesBy = (metric: keyof AloneLoss) => {
    const sorted = [...losses].sort(([, a], [, b]) => ascending(a[metric], b[metric]))
    return new Map(sorted.map(([layer], place) => [layer, place]))
  }
  const [cosine, noise] = [placesBy('cosine'), placesBy('noise')]
  const places = (layer: string) => cosine.get(layer)! + noise.get(layer)!
  const sorted = [...losses].sort(([a, one], [b, other]) => places(a) - places(b) || ascending(one.cosine, other.cosine))
  return sorted.slice(-roundSize).map(([layer]) => layer)
}

const ascending = (a: number, b: number): number => (a === b ? 0 : a - b)
