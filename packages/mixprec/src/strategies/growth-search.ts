import type { SearchLayer, SearchSpace, SearchStrategy } from '@q/ir'
import { measureAllCodes, reachedText } from './all-codes.ts'
import { growFloats } from './grow-floats.ts'
import { layerSimilarityRows } from './layer-similarity-rows.ts'
import type { RunQtableOptions } from './run-qtable.ts'
import { searchCourse } from './search-course.ts'
import { operatorsOf, similarityOf, trialOf } from './search-layers.ts'

/** What the searches that grow float layers from the front do not share. */
export interface GrowthVariant {
  readonly name: string
  readonly most: (operators: number) => number
  /** What the log says behind a similarity that needs no search. */
  readonly needless: (space: SearchSpace) => string
  readonly growthOf: (space: SearchSpace) => {
    readonly blockOf: (layer: string, fused: readonly string[]) => readonly string[]
    readonly follows?: (layer: SearchLayer, floats: ReadonlySet<string>) => boolean
  }
}

/** A search that grows float layers from the front of a network. */
export function growthSearch(options: RunQtableOptions, { name, most, needless, growthOf }: GrowthVariant): SearchStrategy {
  const { expectedCos = 0.99, minLayerCos = 0.99 } = options
  return {
    name,
    *search(space) {
      const model = options.model ?? `${space.graph.name}.mlir`
      const course = searchCourse({ trial: trialOf(space, []), ranking: [], reached: false })
      const { notes } = course
      const before = yield* measureAllCodes(course, { model, expectedCos })
      if (before > expectedCos) {
        notes.info(`${reachedText(before, expectedCos)}${needless(space)}`)
        return { ...course.best, notes: notes.take() }
      }
      const limits = { start: course.best, expectedCos, minLayerCos, most: most(operatorsOf(space).length) }
      const found = yield* growFloats(course, space, { ...limits, ...growthOf(space) })
      notes.info('>>>run result:')
      for (const row of layerSimilarityRows(found.ranking)) notes.info(row)
      notes.info(`int8 outputs_cos:${before.toFixed(6)} old`)
      notes.info(`mix model outputs_cos:${similarityOf(found.losses).toFixed(6)}`)
      notes.info(`Output mix quantization table to ${options.qtable ?? 'qtable'}`)
      notes.seconds('total time:')
      return { ...found, notes: notes.take() }
    },
  }
}
