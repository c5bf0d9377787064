import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createReferenceExecutor } from '@q/exec-ref'
import type { Graph, Node, Tensor } from '@q/ir'
import { decodeBf16Array, decodeF16Array } from '@q/ir/number'
import { readTpu } from '@q/mlir'
import { decodeNpz } from '@q/npz'
import { describe, expect, it } from 'vitest'

/**
 * Files made by TPU-MLIR 1.30.2: lowered networks, their weights, and every tensor that its interpreter computed. Each
 * node is run on the interpreter's own operands and must give the interpreter's own result.
 */
const reference = join(process.env['Q_SHARED'] ?? join(import.meta.dirname, '../../shared'), 'reference/tpu-mlir')

const networks = [
  'mnist-8',
  'resnet8_cifar10',
  'mobilenet_v1_0.25_128',
  'blazeface',
  'vit_pgd_2_3_16_cifar10',
  'stories260K_s64',
  'zoo_act',
  'zoo_ew',
  'zoo_nn',
  'zoo_shape',
  'zoo_mm',
]

/** Sums in another order: float convolutions, products, means. */
const orderDependent = new Set(['Conv', 'ConvTranspose', 'MatMul', 'AveragePool', 'InstanceNormalization'])

/** A tensor of the files as a number for each element. */
function numbersOf({ dtype, data }: Tensor, declared: string): ArrayLike<number> {
  if (data instanceof Uint16Array && dtype === 'f16') return decodeF16Array(data)
  if (data instanceof Uint16Array && declared === 'bf16') return decodeBf16Array(data)
  return data as Float32Array
}

function load(network: string, variant: string): { readonly graph: Graph; readonly tensors: ReadonlyMap<string, Tensor> } {
  const file = (name: string): string => join(reference, network, name)
  const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(file(name)))
  const graph = readTpu(readFileSync(file(`${variant}_tpu.mlir`), 'utf8'), bytes(`${variant}_weights.npz`), {
    file: file(`${variant}_tpu.mlir`),
  })
  return {
    graph,
    tensors: new Map([...decodeNpz(bytes('input.npz'), 'input.npz'), ...decodeNpz(bytes(`${variant}_tensors.npz`), 'tensors')]),
  }
}

/** How many elements of the results of `node` differ from the files. */
async function differences(
  graph: Graph,
  node: Node,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<{ readonly count: number; readonly of: number }> {
  const feeds = node.inputs.filter((name) => name !== undefined && graph.values.get(name)!.isConstant !== true) as readonly string[]
  const session = await createReferenceExecutor().load(graph, { feeds, fetches: node.outputs })
  const fetched = await session.run(
    new Map(
      feeds.map((name): [string, Tensor] => {
        const { dtype, shape } = graph.values.get(name)!.type
        const numbers = numbersOf(tensors.get(name)!, dtype)
        return [name, { dtype, shape, data: dtype === 'i32' ? Int32Array.from(numbers) : (numbers as Float32Array) }]
      }),
    ),
  )
  let count = 0
  let of = 0
  for (const name of node.outputs) {
    const wanted = numbersOf(tensors.get(name)!, graph.values.get(name)!.type.dtype)
    const found = fetched.get(name)!.data
    expect(found.length, name).toBe(wanted.length)
    of += wanted.length
    for (let i = 0; i < wanted.length; i++) if (!Object.is(Number(found[i]) + 0, wanted[i]! + 0)) count++
  }
  return { count, of }
}

/**
 * Borders that the recording has otherwise than the chip: left with codes, the vendor's interpreter writes `code * scale` between them. Its runner and the
 * chip's simulator write the code, run on the same file.
 */
const misrecorded = new Set(['zoo_shape o_padc_Pad'])

const present = existsSync(reference)

describe.skipIf(!present)(`nodes of lowered networks${present ? '' : ' (skipped: no ../shared/reference)'}`, () => {
  const variants = [
    ...networks.map((network) => [network, 'bm1684x_int8_sym'] as const),
    ...['mnist-8', 'blazeface', 'zoo_act', 'zoo_ew', 'zoo_mm'].map((network) => [network, 'bm1684x_int8_asym'] as const),
  ]

  it.each(variants)('%s %s: every integer of every node', async (network, variant) => {
    const { graph, tensors } = load(network, variant)
    expect(graph.nodes.length).toBeGreaterThan(5)
    for (const node of graph.nodes) {
      const isFloat = graph.values.get(node.outputs[0]!)!.type.quant === undefined
      if ((isFloat && orderDependent.has(node.op)) || misrecorded.has(`${network} ${node.outputs[0]}`)) continue
      const { count, of } = await differences(graph, node, tensors)
      expect(`${node.op} ${node.outputs[0]}: ${count} of ${of} differ`).toBe(`${node.op} ${node.outputs[0]}: 0 of ${of} differ`)
    }
  })

  it.each(['mnist-8', 'resnet8_cifar10', 'mobilenet_v1_0.25_128', 'blazeface'])('%s: the whole network in one go', async (network) => {
    const { graph, tensors } = load(network, 'bm1684x_int8_sym')
    const session = await createReferenceExecutor().load(graph)
    const fetched = await session.run(new Map(graph.inputs.map(({ name }) => [name, tensors.get(name)!])))
    expect([...fetched.keys()]).toEqual([...graph.outputs])
    for (const [name, { data }] of fetched)
      expect(Array.from(data as Float32Array), name).toEqual(Array.from(tensors.get(name)!.data as Float32Array))
  })
})
