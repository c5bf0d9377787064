import { type NetworkLayers, namesOf } from '@q/backend-acuity'
import type { SampleSource, Tensor } from '@q/ir'
import type { Context } from '../context.ts'
import { apartLayers } from '../pipeline/apart-layers.ts'
import { dumpTensors } from '../pipeline/dump-tensors.ts'
import { activationNames, openGraph } from '../pipeline/run-graph.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import type { QuantizedNetwork } from './quantized-network.ts'
import { likeness } from './similarity.ts'

/** What a layer loses: means over samples. */
export interface LayerLoss {
  /** Made of the float network's numbers; absent where it cannot be run alone. */
  readonly own?: Loss
  /** With everything before it quantized too. */
  readonly accumulated: Loss
}

/** How far numbers are from the float network's. */
export interface Loss {
  readonly cosine: number
  readonly euclidean: number
}

/** What layers lose, by the value they make. */
export async function layerLosses(
  { graph, resolved }: QuantizedNetwork,
  layers: NetworkLayers,
  values: readonly string[],
  { samples, count }: { readonly samples: SampleSource; readonly count: number },
  context: Context,
): Promise<ReadonlyMap<string, LayerLoss>> {
  const quantized = resolved.graph
  const all = activationNames(graph).filter((name) => quantized.values.has(name))
  const wanted = values.filter((name) => all.includes(name))
  const own = new Map<string, Loss[]>()
  const accumulated = new Map<string, Loss[]>()
  const apart = apartLayers(quantized, wanted, new Set(all), exactExecutor())
  // The float network is the one that was imported: biases that make up for rounding are a part of the quantized one.
  const floats = await openGraph(layers.graph, floatExecutor(), activationNames(layers.graph))
  const codes = await openGraph(quantized, exactExecutor(), wanted)
  const add = (losses: Map<string, Loss[]>, name: string, a: Tensor, b: Tensor): void => {
    const { cosine, euclidean } = likeness(a.data as Float32Array, b.data as Float32Array)
    losses.set(name, [...(losses.get(name) ?? []), { cosine, euclidean }])
  }
  try {
    for (let i = 0; i < count; i++) {
      context.signal.throwIfAborted()
      const sample = await samples.load(i)
      const real = await floats.run(sample)
      const found = dumpTensors(quantized, await codes.run(sample), 'floats')
      for (const name of wanted) add(accumulated, name, real.get(name)!, found.get(name)!)
      for (const [name, made] of await apart.run(real)) add(own, name, real.get(name)!, made)
      context.reporter.progress({ stage: 'compare', done: i + 1, total: count })
    }
  } finally {
    await Promise.all([apart, floats, codes].map((each) => each.close()))
  }
  const mean = (losses: readonly Loss[]): Loss => ({
    cosine: losses.reduce((sum, { cosine }) => sum + cosine, 0) / losses.length,
    euclidean: losses.reduce((sum, { euclidean }) => sum + euclidean, 0) / losses.length,
  })
  return new Map(
    [...accumulated].map(([name, losses]) => [
      name,
      { accumulated: mean(losses), ...(own.has(name) ? { own: mean(own.get(name)!) } : {}) },
    ]),
  )
}

/** The keys of layers whose own result is below a cosine, in the order of the network. */
export async function layersBelow(
  quantized: QuantizedNetwork,
  layers: NetworkLayers,
  { cut, samples, count }: { readonly cut: number; readonly samples: SampleSource; readonly count: number },
  context: Context,
): Promise<readonly string[]> {
  const computed = [...layers.layers.values()].filter(({ node, part }) => node !== undefined && part !== 'sum')
  const losses = await layerLosses(
    quantized,
    layers,
    computed.map(({ value }) => value),
    { samples, count },
    context,
  )
  return computed.filter(({ value }) => (losses.get(value)?.own?.cosine ?? 1) < cut).map(({ lid }) => lid)
}

/** A type in few letters. */
export const shortType = (mode: string): string => {
  const { quantizer, qtype } = namesOf(mode).entry
  return quantizer === qtype || quantizer === 'float32' ? quantizer : `${quantizer}-${qtype}`
}
