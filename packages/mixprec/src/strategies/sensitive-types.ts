import type { RankedLayer, SearchLayer, SearchSpace } from '@q/ir'
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

/** A type that the filter left out. */
export interface LeftOutType {
  readonly type: string
  /** Its layers. Each has the same part of what the type loses. */
  readonly layers: readonly RankedLayer[]
}

/** What the type filter found. */
export interface SensitiveTypes {
  readonly sensitive: readonly string[]
  /** Of the other types those whose layers lose more on average than the layers of the sensitive types, the worst first. */
  readonly leftOut: readonly LeftOutType[]
}

/**
 * The type filter of TPU-MLIR: for each type of operator the similarity on the first sample with the layers of all other types in
 * float. Types below `max(0.999, expectedCos)` are sensitive; where there is none, those with the lowest similarity, or all types when
 * even that is 1 but for rounding: behind a saturated Softmax the sample tells nothing, and the vendor's takes an arbitrary type.
 */
export function* sensitiveTypes(course: SearchCourse, space: SearchSpace, filter: TypeFilter): SearchPart<SensitiveTypes> {
  const { layers, expectedCos, model } = filter
  const types = [...new Set(layers.map(({ type }) => type))]
  if (types.length === 0) return { sensitive: [], leftOut: [] }
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
  return { sensitive, leftOut: leftOutTypes(layers, sensitive, new Map(types.map((type, i) => [type, 1 - similarities[i]!]))) }
}

/** The types beside the sensitive ones, of which a layer loses more on average than a layer of those. */
function leftOutTypes(
  layers: readonly SearchLayer[],
  sensitive: readonly string[],
  losses: ReadonlyMap<string, number>,
): readonly LeftOutType[] {
  const shared = [...losses].map(([type, loss]): LeftOutType => {
    const members = layers.filter((layer) => layer.type === type)
    return { type, layers: members.map(({ name }) => ({ layer: name, loss: loss / members.length })) }
  })
  const lossOf = ({ layers: [first] }: LeftOutType) => first!.loss
  const searched = shared.filter(({ type }) => sensitive.includes(type)).flatMap((each) => each.layers)
  const usual = searched.reduce((sum, { loss }) => sum + loss, 0) / searched.length
  return shared.filter((each) => !sensitive.includes(each.type) && lossOf(each) > usual).sort((a, b) => lossOf(b) - lossOf(a))
}
