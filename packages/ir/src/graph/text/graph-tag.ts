import type { Graph } from '../types.ts'
import { parseGraph } from './parse-graph.ts'

/** What may stand in `${}` of {@link graph}: text is taken as it is, a list becomes `[1, 2]`. */
export type GraphTagPart = string | number | ArrayLike<number>

/**
 * A graph from its text form; see `parseGraph`.
 *
 * @example
 * graph`x: f32[1,3,8,8]; w: f32[4,3,1,1] = 0.5; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`
 *
 * @throws QError of `parseGraph`
 */
export function graph(strings: TemplateStringsArray, ...parts: readonly GraphTagPart[]): Graph {
  const written = parts.map((part) => (typeof part === 'object' ? `[${Array.from(part).join(', ')}]` : String(part)))
  return parseGraph(strings.map((text, i) => text + (written[i] ?? '')).join(''))
}
