import { createSampleSource, type SampleChoice, selectSamples } from '@q/data'
import type { ChannelMeans, Graph, QuantMode, SampleSource, Tensor } from '@q/ir'
import { elementCount } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { floatExecutor } from '../wiring/executors.ts'
import type { Quantization } from './resolve-for-chip.ts'
import { openGraph } from './run-graph.ts'
import { noteSamples } from './sample-files.ts'

/** What layers with weights read that others make, or that is fed. */
export const readByWeights = (graph: Graph): ReadonlySet<string> =>
  new Set(
    graph.nodes.flatMap(({ op, inputs: [x] }) =>
      (op === 'Conv' || op === 'MatMul') && x !== undefined && graph.values.get(x)?.constant === undefined ? [x] : [],
    ),
  )

/** Adds the means of a sample's channels to those of others, of `count` in all. */
export function addMeans(sums: Map<string, Float64Array>, name: string, { data, shape }: Tensor, count: number): void {
  const axis = shape.length === 4 ? 1 : shape.length - 1
  const channels = shape[axis] ?? 1
  const inner = elementCount(shape.slice(axis + 1))
  const per = data.length / channels
  const means = sums.get(name) ?? new Float64Array(channels)
  for (let i = 0; i < data.length; i++) means[Math.floor(i / inner) % channels]! += Number(data[i]) / per / count
  sums.set(name, means)
}

/** The graph as a chip resolves it that counts on means of channels; the graph itself for one that does not, or a mode without codes. */
export async function graphWithMeans(
  graph: Graph,
  { chip: { backend }, mode, samples: choice }: { readonly chip: Chip; readonly mode: QuantMode; readonly samples: SampleChoice },
  context: Context,
): Promise<Graph> {
  if (backend.withMeans === undefined || !needsRanges(mode, backend.target)) return graph
  const samples = await createSampleSource((await selectSamples(choice)).entries, sampleInputs(graph), {
    mostBytes: context.files.mostBytes,
  })
  return backend.withMeans(graph, await channelMeans(graph, samples, context))
}

/** {@link graphWithMeans} where the user may have given samples: what is not made up for without them is told, and samples that no chip counts on. */
export async function graphWithGivenMeans(
  graph: Graph,
  {
    chip,
    quantization: { mode },
    samples,
  }: { readonly chip: Chip; readonly quantization: Pick<Quantization, 'mode'>; readonly samples: SampleChoice },
  context: Context,
): Promise<Graph> {
  const isGiven = samples.dataset !== undefined || samples.dataList !== undefined
  if (isGiven) await noteSamples(samples, context)
  const counts = chip.backend.withMeans !== undefined && needsRanges(mode, chip.backend.target)
  if (isGiven && counts) return graphWithMeans(graph, { chip, mode, samples }, context)
  if (isGiven) context.reporter.note(`samples have no effect: ${chip.backend.target.name} in ${mode} takes no means of channels`)
  else noteWithoutMeans(chip, mode, 'give the samples and the --input_num of the search as --dataset', context)
  return graph
}

/** Says that codes are not those of commands that have samples, where a chip counts on them. @param remedy what to do */
export function noteWithoutMeans({ backend }: Chip, mode: QuantMode, remedy: string, { reporter }: Context): void {
  if (backend.withMeans === undefined || !needsRanges(mode, backend.target)) return
  reporter.note(
    `note: without samples biases do not make up for rounded weights: codes differ from those of q search, q quantize and q pegasus quantize, which take the means of channels; ${remedy}`,
  )
}

async function channelMeans(graph: Graph, samples: SampleSource, context: Context): Promise<ChannelMeans> {
  const names = [...readByWeights(graph)]
  const sums = new Map<string, Float64Array>()
  const open = await openGraph(graph, floatExecutor(), names)
  try {
    for (let i = 0; i < samples.count; i++) {
      context.signal.throwIfAborted()
      const tensors = await open.run(await samples.load(i))
      for (const name of names) addMeans(sums, name, tensors.get(name)!, samples.count)
      context.reporter.progress({ stage: 'means', done: i + 1, total: samples.count })
    }
  } finally {
    await open.close()
  }
  return sums
}
