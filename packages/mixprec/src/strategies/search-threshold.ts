import type { SearchResult, SearchSpace, SearchStrategy, Trial, TrialLosses } from '@q/ir'
import { pythonFloat, pythonFloats, pythonList } from './python-text.ts'
import { searchCourse } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import type { PrintedNames } from './search-notes.ts'
import { checkOptions, oneOf, text } from './search-options.ts'

/** Options of {@link searchThreshold}, named as `run_calibration`'s. */
export interface SearchThresholdOptions extends PrintedNames {
  /** What tables are compared by: mean cosine similarity, or 1 − the mean noise. @default 'cos' */
  readonly benchmarkMethod?: 'cos' | 'snr'
  /** The calibration table to be written, whose name the log prints with each method. @default cali_table */
  readonly table?: string
}

/**
 * `run_calibration --search search_threshold` of TPU-MLIR: which threshold method's table gives the model without float layers that is
 * most similar; the first of equal ones.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function searchThreshold(options: SearchThresholdOptions = {}): SearchStrategy {
  checkOptions('search_threshold', options, { benchmarkMethod: oneOf('cos', 'snr'), table: text, model: text, qtable: text })
  const { benchmarkMethod = 'cos', table = 'cali_table' } = options
  const metric = benchmarkMethod === 'cos' ? 'cosine' : 'noise'
  const scoreOf = (answer: TrialLosses | undefined) => 1 - (answer?.losses[metric]?.mean ?? Number.POSITIVE_INFINITY)
  return {
    name: 'search_threshold',
    *search(space) {
      const model = options.model ?? `${space.graph.name}.mlir`
      const methods = [...space.methods.keys()]
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] })
      const { notes } = course
      notes.info(`Quantization threshold calculation method: ${pythonList(methods)}`)
      notes.info(`run float mode: ${model}`)
      if (methods.length === 0) return { ...course.best, notes: notes.take() }

      const trials = methods.map((method) => wholeTable(space, method))
      const answers = yield course.step({ trials, metrics: [metric] })
      for (const method of methods) {
        notes.info(`Trying multi algorithm threshold of ${method} with ${table}_${method}_tune in ${pythonList(methods)}`)
        notes.info(`run int8 mode: ${model}`)
      }
      const scores = answers.map(scoreOf)
      const best = scores.indexOf(Math.max(...scores))
      notes.info(`${benchmarkMethod} similarity scores: ${pythonFloats(methods.map((method, i) => [method, scores[i]!]))}`)
      notes.info(`optimal_method_name: ${methods[best]}, optimal_value: ${pythonFloat(scores[best]!)}`)
      notes.info('success')
      const found: SearchResult = { trial: trials[best]!, losses: answers[best]!, ranking: [], method: methods[best]! }
      return { ...found, notes: notes.take() }
    },
  }
}

/** Every row of a method's table that the calibration table has too, in its place. */
function wholeTable(space: SearchSpace, method: string): Trial {
  return trialOf(space, [], new Map([...space.methods.get(method)!].filter(([layer]) => space.table.has(layer))))
}
