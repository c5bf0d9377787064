import type { SearchStrategy } from '@q/ir'
import { measureAllCodes, reachedText } from './all-codes.ts'
import { chooseThresholds } from './choose-floats.ts'
import { pickLayers } from './pick-layers.ts'
import { pythonFloat, pythonList } from './python-text.ts'
import { searchCourse } from './search-course.ts'
import { operatorsOf, similarityOf, trialOf } from './search-layers.ts'
import type { PrintedNames } from './search-notes.ts'
import { checkOptions, count, similarity, text } from './search-options.ts'
import { walkLayers } from './walk-layers.ts'

/** Options of {@link sensitiveLayer}, named as `run_sensitive_layer`'s. */
export interface SensitiveLayerOptions extends PrintedNames {
  /** The similarity that makes a search needless, as TPU-MLIR counts it: (1 + cos) / 2. @default 0.99 */
  readonly expectedCos?: number
  /** How many layers stay in float. @default 5 */
  readonly maxFloatLayers?: number
  /** The layers compared in place of the outputs, as the log prints them. @default none */
  readonly globalCompareLayers?: string
}

/** How the tool spells the methods. */
const spelled: Readonly<Record<string, string>> = { max: 'MAX', percentile9999: 'Percentile9999', kl: 'KL', mse: 'MSE' }

/**
 * `run_sensitive_layer` of TPU-MLIR: every layer alone in codes, with the threshold of each method, all others in float; the
 * `maxFloatLayers` that lose most stay in float. Where that misses the expected similarity, and other than the vendor's, the table's own
 * thresholds are taken when they are better together than those chosen layer by layer. Where all layers in codes are more similar, they all stay in codes.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function sensitiveLayer(options: SensitiveLayerOptions = {}): SearchStrategy {
  checkOptions('run_sensitive_layer', options, {
    expectedCos: similarity,
    maxFloatLayers: count,
    globalCompareLayers: text,
    model: text,
    qtable: text,
  })
  const { expectedCos = 0.99, maxFloatLayers = 5, globalCompareLayers = 'None' } = options
  return {
    name: 'run_sensitive_layer',
    *search(space) {
      const model = options.model ?? `${space.graph.name}.mlir`
      const layers = operatorsOf(space).filter(({ name }) => !space.pinned.has(name))
      const course = searchCourse({ trial: trialOf(space, []), ranking: [], reached: false })
      course.expected = 2 + layers.length * Math.max(1, space.methods.size)
      const { notes } = course
      const before = yield* measureAllCodes(course, { model, expectedCos })
      if (before > expectedCos) {
        notes.info(`${reachedText(before, expectedCos)},no need for mix precsion`)
        return { ...course.best, notes: notes.take() }
      }
      notes.info(`all_int8_cos=${pythonFloat(before)}`)
      notes.info('layer name check pass !')
      notes.info(`Global metrics layer is : ${globalCompareLayers}`)

      const start = course.best
      const pick = pickLayers(space)
      const { ranking, ranges } = yield* walkLayers(course, space, {
        layers,
        floats: layers.map(({ name }) => name),
        printed: (method) => spelled[method] ?? method,
        model,
        learned: (walked) => {
          course.best = {
            trial: trialOf(space, pick(walked.ranking, maxFloatLayers), walked.ranges),
            ranking: walked.ranking,
            reached: false,
          }
        },
      })
      const floats = pick(ranking, maxFloatLayers, notes)
      notes.info(`set_fp_layer_list = ${pythonList(floats)}`)
      notes.info(`run int8 mode: ${model}`)
      const trial = trialOf(space, floats, ranges)
      const [losses] = yield course.step({ trials: [trial], metrics: ['cosine'] })
      const chosen = { trial, losses, count: floats.length }
      course.best = { trial, ...(losses && { losses }), ranking, reached: similarityOf(losses) > expectedCos }
      const best = similarityOf(losses) > expectedCos ? chosen : yield* chooseThresholds(course, chosen)
      const score = similarityOf(best.losses)
      notes.info('>>>run result:')
      notes.info(`int8 outputs_cos:${before.toFixed(6)} old`)
      notes.info(`mix model outputs_cos:${Math.max(score, before).toFixed(6)}`)
      notes.info(`Output mix quantization table to ${options.qtable ?? 'qtable'}`)
      notes.seconds('total time:')
      if (!(score > before)) return { ...start, ranking, notes: notes.take() }
      return { trial: best.trial, ...(best.losses && { losses: best.losses }), ranking, reached: score > expectedCos, notes: notes.take() }
    },
  }
}
