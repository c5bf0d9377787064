import type { EntropyLine } from '../files/entropy.ts'
import { tensorOfKey } from '../files/quantize-table/quantize-table.ts'
import type { NetworkLayers } from '../network/network-layers.ts'

/** From which entropy on layers are proposed. */
export interface EntropyCuts {
  readonly activations: number
  readonly weights: number
}

/**
 * Layers that 16 bits may help, by entropy: those whose activations are above the cut, each with the layers that read it, and those whose weights are, alone
 * (spec/acuity.md 5.2). In the order of the network.
 */
export function proposeByEntropy(lines: readonly EntropyLine[], { layers }: NetworkLayers, cuts: EntropyCuts): readonly string[] {
  const proposed = new Set<string>()
  for (const { key, entropy } of lines) {
    const { layer, port } = tensorOfKey(key)!
    if (port === 'weight' ? entropy <= cuts.weights : entropy <= cuts.activations) continue
    proposed.add(layer)
    if (port === 'weight') continue
    for (const [
      reader,
      {
        layer: { inputs },
      },
    ] of layers)
      if (inputs.includes(`@${layer}:out0`)) proposed.add(reader)
  }
  return [...layers.values()].filter(({ lid, node }) => node !== undefined && proposed.has(lid)).map(({ lid }) => lid)
}
