import type { Executor, Graph, Node, OnProgress, SampleSource, Session, Tensor } from '@q/ir'
import { elementCount, valueOf } from '@q/ir'
import type { Interruption } from '../interruption.ts'
import { pauses } from '../interruption.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { floatValues, tensorOf } from '../observe/float-values.ts'
import type { BestCandidate } from './best-candidate.ts'
import { candidateTrials } from './best-candidate.ts'
import type { CandidateOptions } from './candidates.ts'
import type { Search, TunedValue } from './plan-searches.ts'
import { activationInputs, planSearches } from './plan-searches.ts'

/** What thresholds of several tables are tuned on, and how. */
export interface TuneTables extends CandidateOptions {
  readonly graph: Graph
  readonly executor: Executor
  readonly samples: SampleSource
  /** Samples to tune on; all when there are fewer. */
  readonly count: number
  /** The thresholds of each table. */
  readonly tables: readonly ReadonlyMap<string, TunedValue>[]
  readonly kernels: Kernels
  /**
   * Where several do the searches of one tuning, a place in shared memory for each search, 0 until somebody has claimed it. Only what is
   * claimed here is searched. @default every search
   */
  readonly claims?: Int32Array
  readonly signal?: Interruption | undefined
  readonly onProgress?: OnProgress | undefined
}

/** What thresholds are tuned on, and how. */
export interface TuneThresholds extends Omit<TuneTables, 'tables'> {
  readonly values: ReadonlyMap<string, TunedValue>
}

/**
 * Widens thresholds where that makes the next node's float output more alike (TPU-MLIR 1.30.2 behaviour).
 *
 * Nodes are walked in order; {@link planSearches} says what is tuned where. For each such input 22 thresholds from the present one to
 * the largest magnitude are tried: **all** activation inputs of the node are fake-quantized to int8 with the candidate, the node alone
 * runs with float weights, and the mean over the samples of `||difference||_2 / ||reference||_1` decides; of equals the smallest
 * threshold wins. A value keeps the largest winner of its consumers. Where the sizes agree, the results of a node with several are all
 * represented by its first.
 *
 * Activations are kept only as long as a later node needs them.
 *
 * @returns the thresholds of all `values`
 * @throws QError `INTERRUPTED`; what the executor and the samples throw
 */
export async function tuneThresholds({ values, ...options }: TuneThresholds): Promise<ReadonlyMap<string, number>> {
  return (await tuneTables({ ...options, tables: [values] }))[0]!
}

/** Tunes several tables as {@link tuneThresholds} tunes each of them, in one walk: a node is loaded, and its float output computed, once for all. */
export async function tuneTables(options: TuneTables): Promise<readonly ReadonlyMap<string, number>[]> {
  const { graph, executor, samples, tables, claims, signal, onProgress } = options
  // Arrays stay in their memory from one run to the next, in which others may use those of the caller.
  const kernels = options.kernels.another()
  const count = Math.min(options.count, samples.count)
  const plans = tables.map((values) => ({
    thresholds: new Map([...values].map(([name, { threshold }]) => [name, threshold])),
    searches: planSearches(graph, values, options),
  }))
  const tuned = plans.map(({ thresholds }) => thresholds)
  // What comes after the last search need not run.
  const nodes = graph.nodes.slice(0, graph.nodes.findLastIndex((node) => plans.some(({ searches }) => searches.has(node))) + 1)
  if (nodes.length === 0) return tuned

  const held = await inputTensors(graph, samples, count)
  const left = useCounts(graph, nodes)
  const pause = pauses(signal)
  const places = new Map(plans.flatMap(({ searches }) => [...searches.values()].flat()).map((search, place) => [search, place]))
  for (const [index, node] of nodes.entries()) {
    await pause()
    if (claims?.every((claim) => claim !== 0) === true) break
    const inputs = activationInputs(graph, node)
    if (inputs.length > 0) await runNode(node, [...new Set(inputs)])
    for (const input of inputs) {
      left.set(input, left.get(input)! - 1)
      if (left.get(input) === 0) held.delete(input)
    }
    onProgress?.({ stage: 'tune', done: index + 1, total: nodes.length })
  }
  return tuned

  function claimed(search: Search): boolean {
    return claims === undefined || Atomics.compareExchange(claims, places.get(search)!, 0, 1) === 0
  }

  async function runNode(node: Node, inputs: readonly string[]): Promise<void> {
    const feeds = Array.from({ length: count }, (_, sample) => new Map(inputs.map((input) => [input, held.get(input)![sample]!])))
    const output = node.outputs[0]!
    const session = await executor.load(graph, { feeds: inputs, fetches: [output] })
    try {
      const results = await runEach(session, feeds, output)
      await holdResults(node, feeds, results)
      const references = results.map((result) => floatValues(output, result))
      let bestOf: BestCandidate | undefined
      for (const { thresholds, searches } of plans) {
        for (const search of searches.get(node) ?? []) {
          if (!claimed(search)) continue
          const { input, candidates } = search
          bestOf ??= candidateTrials({ session, feeds, references, output, kernels, pause })
          const best = await bestOf(candidates)
          if (best > thresholds.get(input)!) thresholds.set(input, best)
        }
      }
    } finally {
      await session.close()
    }
  }

  async function holdResults(node: Node, feeds: readonly ReadonlyMap<string, Tensor>[], first: readonly Tensor[]): Promise<void> {
    for (const output of node.outputs) {
      if ((left.get(output) ?? 0) === 0) continue
      const { shape } = valueOf(graph, output).type
      if (elementCount(shape) === first[0]!.data.length) {
        held.set(
          output,
          first.map((result) => ({ ...result, shape })),
        )
        continue
      }
      const session = await executor.load(graph, { feeds: [...feeds[0]!.keys()], fetches: [output] })
      try {
        held.set(output, await runEach(session, feeds, output))
      } finally {
        await session.close()
      }
    }
  }
}

async function runEach(session: Session, feeds: readonly ReadonlyMap<string, Tensor>[], output: string): Promise<readonly Tensor[]> {
  const results: Tensor[] = []
  for (const sample of feeds) results.push(tensorOf(output, (await session.run(sample)).get(output)))
  return results
}

/** How many operands of `nodes` each activation is. */
function useCounts(graph: Graph, nodes: readonly Node[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const node of nodes) {
    for (const input of activationInputs(graph, node)) uses.set(input, (uses.get(input) ?? 0) + 1)
  }
  return uses
}

/** The network inputs of the first samples, by name. */
async function inputTensors(graph: Graph, samples: SampleSource, count: number): Promise<Map<string, readonly Tensor[]>> {
  const loaded = await Promise.all(Array.from({ length: count }, (_, index) => samples.load(index)))
  return new Map(graph.inputs.map(({ name }) => [name, loaded.map((feeds) => tensorOf(name, feeds.get(name)))]))
}
