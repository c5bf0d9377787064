import type { Graph } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Target } from './target.ts'

/** Layer name to quantization mode. */
export type Plan = ReadonlyMap<string, QuantMode>

/** How good a plan is; smaller losses are better. */
export interface Score {
  readonly loss: number
}

/** What a strategy may know. */
export interface SearchSpace {
  readonly graph: Graph
  readonly target: Target
  /** Layers whose mode is decided already; every plan a strategy yields keeps them. */
  readonly pinned: Plan
}

/** Looks for a good plan: yields plans, is told their scores, returns one. Owns no model, data, clock or file. */
export interface SearchStrategy {
  readonly name: string
  search(space: SearchSpace): Generator<readonly Plan[], Plan, readonly Score[]>
}
