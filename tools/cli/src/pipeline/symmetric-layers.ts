import { vendorBlockOf } from '@q/fpfwd'
import type { Graph } from '@q/ir'
import { topLayers } from './top-layers.ts'

/**
 * Layers of plain multi-head attention blocks, whose ranges the original tool makes symmetric in its table; none when a
 * more special family comes first.
 */
export function symmetricLayers(graph: Graph): readonly string[] {
  const layers = topLayers(graph)
  const block = vendorBlockOf(layers.map(({ operator }) => operator))
  if (block?.name !== 'vf_attention_block') return []
  const { operators } = block
  const found: string[] = []
  for (let at = 0; at + operators.length <= layers.length; at++) {
    if (!operators.every((operator, i) => layers[at + i]!.operator === operator)) continue
    found.push(...layers.slice(at, at + operators.length).flatMap(({ names }) => names))
    at += operators.length - 1
  }
  return found
}
