import { type EntropyLine, entropyOfCodes, keyOfTensor, type NetworkLayers, weightsOf } from '@q/backend-acuity'
import { layerOf, type SampleSource, type Tensor, type TensorType } from '@q/ir'
import type { Context } from '../context.ts'
import { openGraph } from '../pipeline/run-graph.ts'
import { exactExecutor } from '../wiring/executors.ts'
import type { QuantizedNetwork } from './quantized-network.ts'

const bitsOf = ({ dtype }: TensorType): number => (dtype.endsWith('16') ? 16 : 8)

function count(counts: Map<number, number>, { data }: Tensor): void {
  for (let i = 0; i < data.length; i++) counts.set(Number(data[i]), (counts.get(Number(data[i])) ?? 0) + 1)
}

/** The entropies of activations on one sample, then of weights, each with the smallest first. */
export async function entropyLines(
  { resolved, made }: QuantizedNetwork,
  layers: NetworkLayers,
  samples: SampleSource,
  context: Context,
): Promise<readonly EntropyLine[]> {
  const coded = [...layers.layers.values()].filter(
    ({ part, value }) => part !== 'output' && part !== 'constant' && made.get(value)?.type.quant !== undefined,
  )
  const names = [...new Set(coded.filter(({ part }) => part !== 'input').map(({ value }) => value))]
  const open = await openGraph(resolved.graph, exactExecutor(), names)
  try {
    context.signal.throwIfAborted()
    const tensors = await open.run(await samples.load(0))
    const entropies = new Map(
      names.map((name) => {
        const counts = new Map<number, number>()
        count(counts, tensors.get(name)!)
        return [name, entropyOfCodes(counts, bitsOf(made.get(name)!.type))]
      }),
    )
    const activations = coded.flatMap(({ lid, value }) =>
      entropies.has(value) ? [{ key: keyOfTensor({ layer: lid, port: 'out0' }), entropy: entropies.get(value)! }] : [],
    )
    const makers = new Map(resolved.graph.nodes.map((node) => [layerOf(node), node]))
    const weights = coded.flatMap(({ lid, part, value, node }) => {
      if (node === undefined || part === 'relu' || weightsOf(layers.graph, node) === undefined) return []
      const codes = resolved.graph.values.get(makers.get(value)?.inputs[1] ?? '')
      if (codes?.constant === undefined) return []
      const counts = new Map<number, number>()
      count(counts, codes.constant)
      return [{ key: keyOfTensor({ layer: lid, port: 'weight' }), entropy: entropyOfCodes(counts, bitsOf(codes.type)) }]
    })
    const ascending = (lines: readonly EntropyLine[]): readonly EntropyLine[] => [...lines].sort((a, b) => a.entropy - b.entropy)
    return [...ascending(activations), ...ascending(weights)]
  } finally {
    await open.close()
  }
}
