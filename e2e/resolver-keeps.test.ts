import { readFileSync } from 'node:fs'
import { bm1684x } from '@q/backend-bm1684x'
import { createResolver, type Graph, layerOf, type ObservedRange, type Plan, parseCalibrationTable, type Resolved } from '@q/ir'
import type { RangeTable } from '@q/ir/resolve'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { floatNetwork } from './reference-network.ts'
import { hasShared, sharedText, sharedTitle } from './shared.ts'

/**
 * A resolver that has seen other plans and ranges gives the graph and the keys that one gives which has seen none: on real networks, with the rewrites and
 * simplifications of a real chip. And what it computes for a changed layer does not depend on the size of the network.
 */

const turns = 10

function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const text = ({ graph, keyOf, plan }: Resolved) => ({
  nodes: graph.nodes.map((node) => [node, node.outputs.map((name) => [graph.values.get(name)!.type, keyOf(name)])]),
  constants: [...graph.values.values()].flatMap(({ name, constant }) => (constant === undefined ? [] : [[name, keyOf(name)]])),
  outputs: graph.outputs,
  plan: [...plan].sort(),
})

function compare(graph: Graph, table: RangeTable, mode: string, seed: number): void {
  const roll = dice(seed)
  const options = { mode }
  const kept = createResolver(graph, table, bm1684x(), options)
  kept.resolve(new Map())
  let plan: Plan = new Map()
  let ranges: RangeTable = new Map()
  for (let turn = 0; turn < turns; turn++) {
    const changes = 1 + Math.floor(roll() * 4)
    for (let i = 0; i < changes; i++) {
      const layer = layerOf(graph.nodes[Math.floor(roll() * graph.nodes.length)]!)
      const next = new Map(plan)
      if (roll() < 0.3) next.delete(layer)
      else next.set(layer, roll() < 0.6 ? 'F16' : 'F32')
      plan = next
      if (roll() > 0.3) continue
      const threshold = 0.2 + 8 * roll()
      ranges = new Map<string, ObservedRange>([...ranges, [layer, { threshold, min: roll() < 0.5 ? -threshold : 0, max: threshold }]])
    }
    const fresh = createResolver(graph, table, bm1684x(), options).resolve(plan, ranges)
    expect(text(kept.resolve(plan, ranges))).toEqual(text(fresh))
  }
}

const observed = (graph: Graph): RangeTable =>
  new Map([...graph.values.keys()].map((name, i) => [name, { threshold: 2 + (i % 3), min: i % 2 === 0 ? -1 : 0, max: 2 }]))
const shipped = (path: string) => importOnnx(readFileSync(new URL(`../examples/${path}`, import.meta.url)), { name: 'net' })

describe('what a resolver keeps', () => {
  it.each(['quickstart/digits.onnx', 'assets/heatmap.onnx'])('of %s is never stale', async (path) => {
    const graph = await shipped(path)
    compare(graph, observed(graph), 'INT8', 1)
    compare(graph, observed(graph), 'F16', 2)
  })

  describe.skipIf(!hasShared)(sharedTitle('of real networks'), () => {
    it.each(['mobilenet_v2_tv_rec', 'vit_pgd_2_3_16_cifar10', 'yolov5n', 'blazeface', 'stories260K_s64'])(
      '%s is never stale',
      async (name) => {
        const table = parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries
        compare(await floatNetwork(name), table, 'INT8', 3)
      },
    )
  })
})
