import type { Graph, SampleSource, Tensor } from '@q/ir'
import type { TunedValue } from './plan-searches.ts'
import { planSearches } from './plan-searches.ts'
import type { TuneTables } from './tune-thresholds.ts'
import { tuneTables } from './tune-thresholds.ts'

/** A tuning that several threads do together, as plain data except for the operators of the graph. */
export interface SharedTuning extends Pick<TuneTables, 'steps' | 'smallestDifference'> {
  readonly graph: Graph
  /** The tensors of each sample, by name. */
  readonly samples: readonly ReadonlyMap<string, Tensor>[]
  /** The thresholds of each table. */
  readonly tables: readonly ReadonlyMap<string, TunedValue>[]
  /** As `claims` of {@link TuneTables}, in shared memory. */
  readonly claims: Int32Array
}

/**
 * Tunes elsewhere, at the same time, with the same results of every node, what it can claim: `tuneTables` on another thread.
 *
 * @returns its thresholds by table; rejects when it cannot, and the calling thread does the work
 */
export type TuneElsewhere = (shared: SharedTuning) => Promise<readonly ReadonlyMap<string, number>[]>

/**
 * Tunes the thresholds of some tables on this thread and elsewhere. Both walk the nodes, and each search is done by the one that comes to it first; a value
 * keeps the largest winner, so the result does not depend on who did what.
 *
 * @throws QError as {@link tuneTables}
 */
export async function tuneTogether(options: TuneTables, elsewhere: TuneElsewhere): Promise<readonly ReadonlyMap<string, number>[]> {
  const { graph, tables } = options
  const searches = tables.flatMap((values) => [...planSearches(graph, values, options).values()].flat()).length
  if (searches === 0) return tuneTables(options)
  const loaded = await Promise.all(
    Array.from({ length: Math.min(options.count, options.samples.count) }, (_, index) => options.samples.load(index)),
  )
  const samples = loadedSamples(loaded)
  const claims = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * searches))
  const { steps, smallestDifference } = options
  const theirs = elsewhere({
    graph,
    samples: loaded,
    tables,
    claims,
    ...(steps === undefined ? {} : { steps }),
    ...(smallestDifference === undefined ? {} : { smallestDifference }),
  }).catch(() => undefined)
  const own = await tuneTables({ ...options, samples, claims })
  const others = await theirs
  // What was claimed there and not done is not known: everything is done here.
  if (others === undefined) return tuneTables({ ...options, samples })
  return own.map((thresholds, table) => new Map([...thresholds].map(([name, each]) => [name, Math.max(each, others[table]!.get(name)!)])))
}

/** Samples that are in memory. */
export function loadedSamples(tensors: readonly ReadonlyMap<string, Tensor>[]): SampleSource {
  return { count: tensors.length, load: async (index) => tensors[index]! }
}
