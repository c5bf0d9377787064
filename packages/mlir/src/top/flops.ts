import type { Graph } from '@q/ir'

export function countFlops(graph: Graph): number {
  return Number(graph.properties['flops'] ?? 0)
}
