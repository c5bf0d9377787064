import { edgesOf, elementCount, valueOf } from '@q/ir'
import type { Executor, Graph, Node, OnProgress, SampleSource, Session, Tensor } from '@q/ir'
import { breathe, throwIfInterrupted } from '../interruption.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { isActivation } from '../layers.ts'
import { floatValues } from '../observe/float-values.ts'
import { thresholdCandidates } from './candidates.ts'
import type { CandidateOptions } from './candidates.ts'
import { bestCandidate } from './best-candidate.ts'

/** The tuner's view of a value: its threshold as printed in the table, and its largest magnitude. */
export interface TunedValue {
  readonly threshold: number
  readonly magnitude: number
}

export interface TuneThresholds extends CandidateOptions {
  readonly graph: Graph
  readonly executor: Executor
  readonly samples: SampleSource
  /** Samples to tune on; all when there are fewer. */
  readonly count: number
  readonly values: ReadonlyMap<string, TunedValue>
  readonly kernels: Kernels
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** Time without a breath after which a raised signal is looked for again, in milliseconds. */
const breathInterval = 200

/**
 * Widens thresholds where that makes the next layer's float output more alike (TPU-MLIR 1.30.2 behaviour).
 *
 * Nodes are walked in order. For each input of a node that no node was tuned for before (or for its first input, when all were), 22
 * thresholds from the present one to the largest magnitude are tried: **all** activation inputs of the node are fake-quantized to int8
 * with the candidate, the node alone runs with float weights, and the mean over the samples of `||difference||_2 / ||reference||_1`
 * decides; of equals the smallest threshold wins. A value keeps the largest winner of its consumers. A node with several results
 * tunes nothing, and marks its first input as tuned; its consumers see its first result in place of each, where the sizes agree.
 *
 * Activations are kept only as long as a later node needs them.
 *
 * @returns the thresholds of all `values`
 * @throws QError `INTERRUPTED`; what the executor and the samples throw
 */
export async function tuneThresholds(options: TuneThresholds): Promise<ReadonlyMap<string, number>> {
  const { graph, executor, samples, values, signal, onProgress } = options
  const count = Math.min(options.count, samples.count)
  const thresholds = new Map([...values].map(([name, { threshold }]) => [name, threshold]))
  const tuned = new Set<string>()
  const held = await firstTensors(graph, samples, count)
  const left = remainingUses(graph)
  let breathed = performance.now()
  const pause = async (): Promise<void> => {
    if (performance.now() - breathed > breathInterval) {
      await breathe()
      breathed = performance.now()
    }
    throwIfInterrupted(signal)
  }

  for (const [index, node] of graph.nodes.entries()) {
    await pause()
    const inputs = activationInputs(graph, node)
    if (inputs.length > 0) await tuneNode(node, inputs)
    for (const input of inputs) release(input)
    for (const output of node.outputs) if ((left.get(output) ?? 0) === 0) held.delete(output)
    onProgress?.({ stage: 'tune', done: index + 1, total: graph.nodes.length })
  }
  return thresholds

  async function tuneNode(node: Node, inputs: readonly string[]): Promise<void> {
    const distinct = [...new Set(inputs)]
    const [first] = node.outputs
    const session = await executor.load(graph, { feeds: distinct, fetches: [first!] })
    try {
      const references = await runReferences(session, node, distinct)
      if (node.outputs.length > 1) {
        tuned.add(distinct[0]!)
        return
      }
      const fresh = distinct.filter((input) => !tuned.has(input))
      for (const input of fresh.length > 0 ? fresh : distinct.slice(0, 1)) {
        tuned.add(input)
        const value = values.get(input)
        if (value === undefined || valueOf(graph, input).type.dtype !== 'f32') continue
        const candidates = thresholdCandidates(value.threshold, value.magnitude, options)
        if (candidates.length === 0) continue
        const feeds = Array.from({ length: count }, (_, sample) => feedsOf(distinct, sample))
        const best = await bestCandidate({ session, feeds, references, output: first!, candidates, kernels: options.kernels, pause })
        if (best > thresholds.get(input)!) thresholds.set(input, best)
      }
    } finally {
      await session.close()
    }
  }

  async function runReferences(session: Session, node: Node, inputs: readonly string[]): Promise<readonly Float32Array[]> {
    const [first] = node.outputs
    const results: Tensor[] = []
    for (let sample = 0; sample < count; sample++) {
      const fetched = await session.run(feedsOf(inputs, sample))
      floatValues(first!, fetched.get(first!))
      results.push(fetched.get(first!)!)
    }
    for (const output of node.outputs) {
      const { type } = valueOf(graph, output)
      if (elementCount(type.shape) === results[0]!.data.length) held.set(output, results.map((result) => ({ ...result, shape: type.shape })))
    }
    const missing = node.outputs.filter((output) => !held.has(output) && (left.get(output) ?? 0) > 0)
    if (missing.length > 0) await runOthers(node, inputs, missing)
    return results.map((result) => floatValues(first!, result))
  }

  async function runOthers(node: Node, inputs: readonly string[], outputs: readonly string[]): Promise<void> {
    const session = await executor.load(graph, { feeds: inputs, fetches: outputs })
    try {
      const runs = []
      for (let sample = 0; sample < count; sample++) runs.push(await session.run(feedsOf(inputs, sample)))
      for (const output of outputs) held.set(output, runs.map((fetched) => fetched.get(output)!))
    } finally {
      await session.close()
    }
  }

  function feedsOf(inputs: readonly string[], sample: number): ReadonlyMap<string, Tensor> {
    return new Map(inputs.map((input) => [input, held.get(input)![sample]!]))
  }

  function release(input: string): void {
    const uses = left.get(input)! - 1
    left.set(input, uses)
    if (uses === 0) held.delete(input)
  }
}

/** The activation operands, an operand as often as it stands there. */
function activationInputs(graph: Graph, node: Node): readonly string[] {
  return node.inputs.filter((input) => input !== undefined && isActivation(valueOf(graph, input))) as readonly string[]
}

function remainingUses(graph: Graph): Map<string, number> {
  const uses = new Map<string, number>()
  for (const node of graph.nodes) {
    for (const input of activationInputs(graph, node)) uses.set(input, (uses.get(input) ?? 0) + 1)
  }
  return uses
}

/** The network inputs of the first samples, by name. */
async function firstTensors(graph: Graph, samples: SampleSource, count: number): Promise<Map<string, readonly Tensor[]>> {
  const loaded = await Promise.all(Array.from({ length: count }, (_, index) => samples.load(index)))
  return new Map(graph.inputs.map(({ name }) => [name, loaded.map((feeds) => feeds.get(name)!)]))
}
