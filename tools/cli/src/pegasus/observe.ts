import { calibratedValues, calibrateMethods, type MethodName } from '@q/calib'
import type { Graph, ObservedRange, Range, SampleSource, Tensor } from '@q/ir'
import type { Context } from '../context.ts'
import { addMeans, readByWeights } from '../pipeline/channel-means.ts'
import { openGraph } from '../pipeline/run-graph.ts'
import { floatExecutor } from '../wiring/executors.ts'

/** How ranges are found. */
export interface Observing {
  readonly algorithm: 'normal' | 'moving_average' | 'kl_divergence' | 'mse'
  /** Samples of a batch, and batches. */
  readonly batch: number
  readonly iterations: number
  /** What a batch adds to the running average. */
  readonly weight: number
  readonly bins: number
}

/** What was observed. */
export interface ObservedNetwork {
  readonly rows: ReadonlyMap<string, ObservedRange>
  /** Ranges that were cut off for 8 bits, as they were before. */
  readonly whole: ReadonlyMap<string, Range>
  /** Means of the channels (axis 1, the last one of matrices) of what layers with weights read. */
  readonly means: ReadonlyMap<string, Float64Array>
  readonly samples: number
}

/** The ranges of all activations, and the means of what is multiplied with weights, in one pass over the samples; a second one where histograms clip the ranges. */
export async function observeNetwork(graph: Graph, samples: SampleSource, how: Observing, context: Context): Promise<ObservedNetwork> {
  const count = Math.min(samples.count, how.batch * how.iterations)
  const names = calibratedValues(graph).map(({ name }) => name)
  const weighted = readByWeights(graph)
  const ends = new Map<string, { min: number; max: number }>()
  const sums = new Map<string, Float64Array>()
  const open = await openGraph(graph, floatExecutor(), names)
  try {
    let inBatch = new Map<string, { min: number; max: number }>()
    for (let i = 0; i < count; i++) {
      context.signal.throwIfAborted()
      const tensors = await open.run(await samples.load(i))
      for (const name of names) {
        const tensor = tensors.get(name)!
        widen(inBatch, name, extentOf(tensor))
        if (weighted.has(name)) addMeans(sums, name, tensor, count)
      }
      if ((i + 1) % how.batch === 0 || i + 1 === count) {
        for (const [name, found] of inBatch) settle(ends, name, found, how)
        inBatch = new Map()
      }
      context.reporter.progress({ stage: 'observe', done: i + 1, total: count })
    }
  } finally {
    await open.close()
  }
  const clipping = how.algorithm === 'kl_divergence' ? 'kl' : how.algorithm === 'mse' ? 'mse' : undefined
  const thresholds = clipping === undefined ? undefined : await thresholdsOf(graph, limited(samples, count), clipping, how.bins, context)
  const rows = new Map(
    [...ends].map(([name, { min, max }]): [string, ObservedRange] => {
      const threshold = thresholds?.get(name) ?? Number.POSITIVE_INFINITY
      const clipped = { min: Math.max(min, -threshold), max: Math.min(max, threshold) }
      return [name, { ...clipped, threshold: Math.max(Math.abs(clipped.min), Math.abs(clipped.max)) }]
    }),
  )
  const whole = new Map([...ends].filter(([name, { min, max }]) => rows.get(name)!.min !== min || rows.get(name)!.max !== max))
  return { rows, whole, means: sums, samples: count }
}

const limited = (samples: SampleSource, count: number): SampleSource => ({ ...samples, count, load: (i) => samples.load(i) })

async function thresholdsOf(
  graph: Graph,
  samples: SampleSource,
  method: MethodName,
  bins: number,
  context: Context,
): Promise<ReadonlyMap<string, number>> {
  const [calibration] = await calibrateMethods({
    graph,
    executor: floatExecutor(),
    samples,
    methods: [method],
    bins,
    tune: { count: 0 },
    workers: 0,
    signal: context.signal,
    onProgress: context.reporter.progress,
  })
  return new Map([...calibration!.entries].map(([name, { threshold }]) => [name, threshold]))
}

function extentOf({ data }: Tensor): { readonly min: number; readonly max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i])
    if (x < min) min = x
    if (x > max) max = x
  }
  return { min, max }
}

function widen(
  ends: Map<string, { min: number; max: number }>,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  const known = ends.get(name)
  ends.set(name, known === undefined ? { min, max } : { min: Math.min(known.min, min), max: Math.max(known.max, max) })
}

/** What a batch does to the range: it widens it, or it moves it by a share. */
function settle(
  ends: Map<string, { min: number; max: number }>,
  name: string,
  found: { min: number; max: number },
  { algorithm, weight }: Observing,
): void {
  const known = ends.get(name)
  if (algorithm !== 'moving_average' || known === undefined) widen(ends, name, found)
  else ends.set(name, { min: known.min + weight * (found.min - known.min), max: known.max + weight * (found.max - known.max) })
}
