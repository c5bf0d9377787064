import type { Attrs } from '../graph/types.ts'
import { scalarOf } from '../ops/define.ts'
import { floatOps } from '../ops/op-set.ts'
import { type ExecutorCase, fed, gives, nodeCase } from './executor-case.ts'
import { f32 } from './small-graph.ts'

/** Attributes of the operators whose attributes have no defaults. */
const given: Readonly<Record<string, Attrs>> = { Clip: { min: -1, max: 2 } }

/** Numbers of both signs, ties, and what lies inside every domain. */
const numbers = [-20, -2.5, -1, -0.5, -0.3, 0.1, 0.25, 0.5, 0.75, 1.5, 3, 20].map(Math.fround)

/** Each operator that is a function of one number, against its definition, on the numbers the function is defined for. */
export const executorFunctionCases: readonly ExecutorCase[] = [...floatOps.values()].flatMap((definition) => {
  const { name, attrs } = definition
  const defaults = Object.entries(attrs).flatMap(([attr, spec]) => (spec.default === undefined ? [] : [[attr, spec.default] as const]))
  const f = scalarOf(definition, { ...Object.fromEntries(defaults), ...given[name] })
  if (f === undefined) return []
  const inside = numbers.filter((x) => Number.isFinite(f(x)))
  const type = f32(inside.length)
  return [
    nodeCase('as defined', name, [fed(type, inside)], [gives(type, inside.map(f).map(Math.fround))], {
      attrs: given[name] ?? {},
      tolerance: 1e-5,
    }),
  ]
})
