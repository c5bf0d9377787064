import { binaryOf, type OpDefinition, scalarOf } from '../ops/define.ts'
import { floatOps } from '../ops/op-set.ts'
import { type ExecutorCase, fed, gives, nodeCase } from './executor-case.ts'
import { f32 } from './small-graph.ts'
import { givenAttrs, trialAttrs } from './trial-attrs.ts'

/** Numbers of both signs, ties, and what lies inside every domain. */
const numbers = [-20, -2.5, -1, -0.5, -0.3, 0.1, 0.25, 0.5, 0.75, 1.5, 3, 20].map(Math.fround)

/** Numbers whose quotients are no whole numbers by a last digit only. */
const few = [-4, -1.5, -0.5, 0.25, 0.75, 1, 3]
const pairs = few.flatMap((a) => few.map((b) => [a, b] as const))

function asDefined(definition: OpDefinition): readonly ExecutorCase[] {
  const { name } = definition
  const attrs = trialAttrs(definition)
  const [f, g] = [scalarOf(definition, attrs), binaryOf(definition, attrs)]
  const options = { attrs: givenAttrs[name] ?? {}, tolerance: 1e-5 }
  if (f !== undefined) {
    const inside = numbers.filter((x) => Number.isFinite(f(x)))
    const type = f32(inside.length)
    return [nodeCase('as defined', name, [fed(type, inside)], [gives(type, inside.map(f).map(Math.fround))], options)]
  }
  if (g === undefined) return []
  const inside = pairs.filter(([a, b]) => Number.isFinite(g(a, b)))
  const type = f32(inside.length)
  const operands = [0, 1].map((k) =>
    fed(
      type,
      inside.map((pair) => pair[k]!),
    ),
  )
  return [
    nodeCase(
      'as defined',
      name,
      operands,
      [
        gives(
          type,
          inside.map(([a, b]) => Math.fround(g(a, b))),
        ),
      ],
      options,
    ),
  ]
}

/** Each operator that is a function of one or of two numbers, against its definition, on the numbers the function is defined for. */
export const executorFunctionCases: readonly ExecutorCase[] = [...floatOps.values()].flatMap(asDefined)
