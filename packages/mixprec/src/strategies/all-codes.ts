import { pythonFloat } from './python-text.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { similarityOf } from './search-layers.ts'

/** How similar the outputs are without any search, measured on all samples, and the best of the course from then on. */
export function* measureAllCodes(
  course: SearchCourse,
  { model, expectedCos }: { readonly model: string; readonly expectedCos: number },
): SearchPart<number> {
  course.notes.info(`run float mode: ${model}`)
  course.notes.info(`run int8 mode: ${model}`)
  const [int8] = yield course.step({ trials: [course.best.trial], metrics: ['cosine'] })
  const similarity = similarityOf(int8)
  course.best = { ...course.best, ...(int8 && { losses: int8 }), reached: similarity > expectedCos }
  return similarity
}

/** What a log says where no search is needed, but for its end. */
export function reachedText(similarity: number, expectedCos: number): string {
  return `job success, current int8 cos:${pythonFloat(similarity)} is higher than expected_cos:${pythonFloat(expectedCos)}`
}
