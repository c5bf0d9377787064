import type { SearchLayer, SearchSpace } from '@q/ir'
import { pythonFloat, pythonList } from './python-text.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { similarityOf, trialOf } from './search-layers.ts'

/** Similarities of float32 vectors differ by less than that without a reason. */
const rounding = 1e-6

/** What the type filter looks at. */
export interface TypeFilter {
  /** The layers among which types are searched; layers of all other types are kept in float. */
  readonly layers: readonly SearchLayer[]
  readonly expectedCos: number
  /** The model's file, as printed. */
  readonly model: string
}

/**
 * The type filter of TPU-MLIR: for each type of operator the similarity on the first sample with the layers of all other types in
 * float. Types below `max(0.999, expectedCos)` are sensitive; where there is none, those with the lowest similarity, or all types when
 * even that is 1 but for rounding: behind a saturated Softmax the sample tells nothing, and the vendor's takes an arbitrary type.
 */
export function* sensitiveTypes(course: SearchCourse, space: SearchSpace, filter: TypeFilter): SearchPart<readonly string[]> {
  const { layers, expectedCos, model } = filter
  const types = [...new Set(layers.map(({ type }) => type))]
  if (types.length === 0) return []
  const others = (type: string) => layers.filter((layer) => layer.type !== type).map(({ name }) => name)
  const trials = types.map((type) => trialOf(space, others(type)))
  const answers = yield course.step({ trials, samples: { first: 0, count: 1 }, metrics: ['cosine'] })
  const similarities = types.map((_, i) => similarityOf(answers[i]))
  types.forEach((type, i) => {
    course.notes.info(`run int8 mode: ${model}`)
    course.notes.info(`op_type : ${type}, similarity : ${pythonFloat(similarities[i]!)}`)
  })
  const below = types.filter((_, i) => similarities[i]! < Math.max(0.999, expectedCos))
  const lowest = Math.min(...similarities)
  const sensitive = below.length > 0 ? below : types.filter((_, i) => similarities[i] === lowest || lowest > 1 - rounding)
  course.notes.info(`sensitive_op_type : ${pythonList(sensitive)}, please pay attention to these types of operations`)
  return sensitive
}
