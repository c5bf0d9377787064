import { usualMostBytes } from '@q/data'
import type { Graph, Tensor } from '@q/ir'
import { elementCount } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { onnxLayerTensors, onnxOutputNames } from '@q/onnx'
import type { Comparison } from '../compare/compare-files.ts'
import { compareSets } from '../compare/compare-files.ts'
import { compareTensor } from '../compare/compare-tensors.ts'
import { grownBytes } from '../wiring/check-memory.ts'
import { openOriginal } from './original-model.ts'
import { activationNames } from './run-graph.ts'

/** What {@link compareImport} compares. */
export interface ImportedRun {
  /** The ONNX file, and its bytes. */
  readonly model: string
  readonly bytes: Uint8Array
  readonly inputShapes?: readonly (readonly number[])[]
  /** Where the network was cut. @default the file's outputs */
  readonly outputNames?: readonly string[]
  readonly graph: Graph
  readonly inputs: ReadonlyMap<string, Tensor>
  /** What the graph computed of them. */
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly tolerance: readonly [cosine: number, euclidean: number]
  readonly excepts?: readonly string[]
  /** What the inner tensors that are compared may take in memory together; of more only every n-th layer is compared. @default 256 MiB */
  readonly mostBytes?: number
}

/** An import beside the file it was made from. */
export interface ImportComparison {
  readonly comparison: Comparison
  /** What the file computes, by layer. */
  readonly original: ReadonlyMap<string, Tensor>
  /** The first layer, in the order of the graph, that differs. */
  readonly culprit?: { readonly layer: string; readonly op: string }
}

/**
 * Compares what an import computes with what ONNX Runtime makes of the file: its outputs, or the tensors where it was cut, and every layer that is named after a tensor of the file.
 *
 * @throws QError `MODEL_RUN`, `FEED_TYPE`
 */
export async function compareImport(run: ImportedRun): Promise<ImportComparison> {
  const { model, bytes, graph, inputs, tensors, tolerance, excepts = [], inputShapes } = run
  const named = comparedTensors(run)
  const original = await openOriginal(model, {
    declared: sampleInputs(graph),
    ...(inputShapes === undefined ? {} : { inputShapes }),
    fetches: { names: [...new Set([...named.values()].flat())], bytes },
  })
  const [cosine, euclidean] = tolerance
  const strict = { cosine, euclidean, finite: true }
  try {
    const found = await original.run(inputs)
    const isOutput = new Set(graph.outputs)
    const reference = new Map<string, Tensor>()
    for (const [layer, candidates] of named) {
      const made = tensors.get(layer)!
      // A layer may stand for a tensor of its name in another size, such as a broadcast that is left to its user.
      const fit = candidates.map((name) => found.get(name)!).filter(({ data }) => isOutput.has(layer) || data.length === made.data.length)
      // An import bounds masks, or one of two that are added, and leaves alone what overflows by itself.
      const bounded = fit.map(withBounds)
      const best =
        [...new Set([...bounded, ...fit, ...fit.map((each) => withEndsOf(made, each))])].find(
          (each) => compareTensor(layer, made, each, strict).passed,
        ) ?? bounded[0]
      if (best !== undefined) reference.set(layer, best)
    }
    const comparison = compareSets(tensors, reference, strict, { excepts, all: true })
    const missed = new Set(comparison.verdicts.filter(({ passed }) => !passed).map(({ name }) => name))
    const culprit = graph.nodes.find(({ outputs }) => outputs.some((name) => missed.has(name)))
    return {
      comparison,
      original: reference,
      ...(culprit === undefined ? {} : { culprit: { layer: culprit.outputs.find((name) => missed.has(name))!, op: culprit.op } }),
    }
  } finally {
    await original.close()
  }
}

/** The layers that are compared, in the order of the graph, with the tensors of the file that each may be held against. */
function comparedTensors({
  model,
  bytes,
  graph,
  outputNames,
  mostBytes = grownBytes(usualMostBytes),
}: ImportedRun): ReadonlyMap<string, readonly string[]> {
  const ends = outputNames ?? onnxOutputNames(bytes, model)
  const outputs = new Map(graph.outputs.map((name, i) => [name, [ends[i]!]]))
  const known = onnxLayerTensors(bytes, model, graph)
  const sizeOf = (name: string) => elementCount(graph.values.get(name)?.type.shape ?? [])
  const inner = activationNames(graph).filter((name) => known.has(name) && !outputs.has(name))
  const elements = inner.reduce((sum, name) => sum + sizeOf(name) * known.get(name)!.length, 0)
  const step = Math.max(1, Math.ceil((elements * Float32Array.BYTES_PER_ELEMENT) / mostBytes))
  return new Map([...inner.filter((_, i) => i % step === 0).map((name) => [name, known.get(name)!] as const), ...outputs])
}

/** Numbers near the end of what float32 holds stand for no score at all, as infinities do: 10000 of their sign is what a chip is given. */
function withBounds(tensor: Tensor): Tensor {
  const { data } = tensor
  if (!(data instanceof Float32Array) || !data.some((each) => Math.abs(each) >= endless)) return tensor
  return { ...tensor, data: data.map((each) => (Math.abs(each) >= endless ? Math.sign(each) * 10_000 : each)) }
}

const endless = 1e37

/** The tensor of the file, with the import's numbers where both are endless to the same side. */
function withEndsOf(made: Tensor, tensor: Tensor): Tensor {
  if (
    !(tensor.data instanceof Float32Array) ||
    !(made.data instanceof Float32Array) ||
    !tensor.data.some((each) => Math.abs(each) >= endless)
  )
    return tensor
  const own = made.data
  const isEndless = (each: number, i: number) =>
    Math.abs(each) >= endless && Math.abs(own[i]!) >= endless && Math.sign(each) === Math.sign(own[i]!)
  return { ...tensor, data: tensor.data.map((each, i) => (isEndless(each, i) ? own[i]! : each)) }
}
