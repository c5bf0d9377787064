import { isConstant } from '../graph/is-constant.ts'
import type { Graph, Range, TensorType, Value } from '../graph/types.ts'

/** A rewritten graph with the ranges of the float graph, and which of its values hold whose range. */
export interface Rewritten {
  readonly graph: Graph
  /** Values that rewrites made with the type of a value of the float graph, by that value: whatever range it is given is theirs too. */
  readonly copies: ReadonlyMap<string, readonly string[]>
  /** The value of the float graph whose range each value holds; values whose range the rewrites made have none. */
  readonly sources: ReadonlyMap<string, string>
}

/**
 * Rewrites a float graph and follows whose range each value holds. While passes run, every computed value has a range object of its own, a placeholder where
 * it has no range: a value that takes over another's type is known by that object, whether or not there is a range yet.
 */
export function rewriteRanged(float: Graph, rewrite: (graph: Graph) => Graph): Rewritten {
  const sources = new Map<Range, Value>()
  const marked = new Map<string, Value>()
  for (const value of float.values.values()) {
    if (isConstant(value)) continue
    const range = { min: 0, max: 0, ...value.type.range }
    sources.set(range, value)
    marked.set(value.name, { ...value, type: { ...value.type, range } })
  }
  const rewritten = rewrite({ ...float, values: new Map([...float.values].map(([name, value]) => [name, marked.get(name) ?? value])) })

  const copies = new Map<string, string[]>()
  const values = new Map<string, Value>()
  const held = new Map<string, string>()
  for (const value of rewritten.values.values()) {
    const source = value.type.range === undefined ? undefined : sources.get(value.type.range)
    if (source !== undefined) held.set(value.name, source.name)
    if (source === undefined) values.set(value.name, value)
    else if (value === marked.get(source.name)) values.set(value.name, source)
    else {
      values.set(value.name, { ...value, type: withRange(value.type, source.type.range) })
      if (source.name !== value.name) copies.set(source.name, [...(copies.get(source.name) ?? []), value.name])
    }
  }
  return { graph: { ...rewritten, values }, copies, sources: held }
}

function withRange({ range: _, ...bare }: TensorType, range: Range | undefined): TensorType {
  return range === undefined ? bare : { ...bare, range }
}
