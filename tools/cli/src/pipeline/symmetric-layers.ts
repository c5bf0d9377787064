import type { Graph } from '@q/ir'
import { parseMlir, writeTop } from '@q/mlir'
import { blockOf, familyOf } from './transformer-families.ts'

/**
 * Layers of plain multi-head attention blocks, whose ranges the original tool makes symmetric in its table; none when a
 * more special family comes first.
 */
export function symmetricLayers(graph: Graph): readonly string[] {
  const { text } = writeTop(graph, { allowMissingWeights: true })
  const layers = parseMlir(text)
    .operations.filter(({ name }) => name !== 'top.None' && name !== 'top.Weight')
    .map(({ name, location }) => ({ operator: name, names: location ?? [] }))
  if (familyOf(layers.map(({ operator }) => operator)) !== 'vf_attention_block') return []
  const block = blockOf('vf_attention_block')
  const found: string[] = []
  for (let at = 0; at + block.length <= layers.length; at++) {
    if (!block.every((operator, i) => layers[at + i]!.operator === operator)) continue
    found.push(...layers.slice(at, at + block.length).flatMap(({ names }) => names))
    at += block.length - 1
  }
  return found
}
