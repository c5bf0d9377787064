import type { Graph } from '../graph/types.ts'
import type { SessionCache } from '../section/session-cache.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Which part of a graph to run: from the values that are fed to the values that are wanted. */
export interface Section {
  /** Values given at every run. @default the graph's inputs */
  readonly feeds?: readonly string[]
  /** Values wanted. @default the graph's outputs */
  readonly fetches?: readonly string[]
  /**
   * Of the values wanted, those whose elements may come in any order: an executor that stores a tensor otherwise need not rearrange it.
   * @default none
   */
  readonly anyOrder?: readonly string[]
}

/** A graph, or a part of one, made ready to run. */
export interface Session {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  /**
   * Runs once. The feeds are tensors of the declared types and shapes; a fetched tensor belongs to the caller.
   *
   * @throws QError `FEED_MISSING`, `FEED_TYPE`
   */
  run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  /** Frees what the session holds; a second call does nothing. What is kept in a {@link SessionCache} goes back there. */
  close(): Promise<void>
}

/**
 * Runs graphs, float and quantized alike.
 *
 * An `exact` executor gives the integers that the operators' definitions prescribe, on every machine; one that is
 * not may differ by one step of the result's type.
 */
export interface Executor {
  readonly name: string
  readonly exact: boolean
  /**
   * Where it keeps programs for sections of equal structure. Loading a section whose program is there binds its parameters and builds
   * nothing. @default every section is built anew
   */
  readonly cache?: SessionCache
  /** @throws QError `OP_UNSUPPORTED` listing every node it cannot run. */
  load(graph: Graph, section?: Section): Promise<Session>
  /** Frees what the executor holds. @default nothing to free */
  close?(): Promise<void>
}
