import { createReferenceExecutor } from '@q/exec-ref'
import type { Graph, Node, Tensor } from '@q/ir'
import { decodeF16Array, encodeF16Array } from '@q/ir/number'
import { encodeWeights, writeTpu } from '@q/mlir'
import { decodeNpz } from '@q/npz'
import { describe, expect, it } from 'vitest'
import { bitsOf, sha256 } from './bytes.ts'
import { ortExecutor, quantizedNetwork, recordedInput, recordedTensors, recordedVariant, runAll } from './reference-network.ts'
import { hasShared, sharedTitle } from './shared.ts'

/**
 * Half-precision networks from the ONNX file on, compared with what TPU-MLIR 1.30.2 made and computed. Weights agree to the bit;
 * sums depend on the order of additions, so results agree to the last place of float16.
 */
const networks = [
  'mnist-8',
  'resnet8_cifar10',
  'mobilenet_v1_0.25_128',
  'mobilenet_v2_tv_rec',
  'blazeface',
  'vit_pgd_2_3_16_cifar10',
  'yolov5n',
  'stories260K_s64',
  'zoo_act',
  'zoo_ew',
  'zoo_nn',
  'zoo_shape',
  'zoo_mm',
]

/** Those of which every tensor was kept. */
const complete = networks.filter((name) => !['mobilenet_v2_tv_rec', 'yolov5n', 'stories260K_s64'].includes(name))

const variant = 'bm1684x_f16'
const graphs = new Map<string, Promise<Graph>>()
function f16Network(name: string): Promise<Graph> {
  const graph = graphs.get(name) ?? quantizedNetwork(name, 'F16')
  graphs.set(name, graph)
  return graph
}

const numbersOf = ({ data, dtype }: Tensor): ArrayLike<number> =>
  data instanceof Uint16Array && dtype === 'f16' ? decodeF16Array(data) : (data as Float32Array)

describe.skipIf(!hasShared)(sharedTitle('F16 from the ONNX file, compared with TPU-MLIR'), () => {
  it.each(networks)('%s: the bits of every weight', async (name) => {
    const recorded = recordedVariant(name, variant).weights
    const weights = decodeNpz(encodeWeights(writeTpu(await f16Network(name)).weights), ['weights'])
    const found = [...weights.values()].map(({ data }) => sha256(bitsOf(data)))
    expect(found.sort()).toEqual(
      Object.values(recorded)
        .map((each) => each.sha256)
        .sort(),
    )
  })

  it.each(networks.filter((name) => name !== 'yolov5n'))('%s: every tensor that was kept, in one run', async (name) => {
    const graph = await f16Network(name)
    const recorded = recordedTensors(name, variant)!
    const tensors = await runAll(graph, ortExecutor('exact'), recordedInput(name, graph))
    for (const output of graph.outputs) expect(recorded.has(output), output).toBe(true)
    for (const [key, tensor] of recorded) {
      const found = tensors.get(key)
      expect(found, key).toBeDefined()
      expect(cosine(numbersOf(found!), numbersOf(tensor)), key).toBeGreaterThanOrEqual(0.99999)
    }
  })

  it.each(complete)('%s: every operator on the recorded operands', async (name) => {
    const graph = await f16Network(name)
    const recorded = new Map([...recordedInput(name, graph), ...recordedTensors(name, variant)!])
    for (const node of graph.nodes) {
      const results = await runNode(graph, node, recorded)
      for (const output of node.outputs) {
        const { dtype } = graph.values.get(output)!.type
        const found = numbersOf(results.get(output)!)
        const wanted = numbersOf(recorded.get(output)!)
        expect(found.length, output).toBe(wanted.length)
        if (dtype === 'f16' && node.attrs['unrounded'] !== true)
          expect(withinOneUlp(found, wanted), `${node.op} ${output}`).toBeGreaterThanOrEqual(0.999)
        else expect(relativeError(found, wanted), `${node.op} ${output}`).toBeLessThan(1e-6)
      }
    }
  })
})

async function runNode(graph: Graph, node: Node, recorded: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
  const feeds = node.inputs.filter((name): name is string => name !== undefined && graph.values.get(name)!.constant === undefined)
  const session = await createReferenceExecutor().load(graph, { feeds, fetches: node.outputs })
  return session.run(
    new Map(
      feeds.map((name): [string, Tensor] => {
        const { dtype, shape } = graph.values.get(name)!.type
        const numbers = numbersOf(recorded.get(name)!)
        return [name, { dtype, shape, data: dtype === 'i32' ? Int32Array.from(numbers) : Float32Array.from(numbers) }]
      }),
    ),
  )
}

/** The cosine of two tensors; infinities and undefined numbers must be the same in both and then do not count. */
function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(b[i]) && Object.is(a[i], b[i])) continue
    ab += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return aa === 0 && bb === 0 ? 1 : ab / Math.sqrt(aa * bb)
}

/** The share of elements that are the same float16 number or its neighbour. */
function withinOneUlp(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const ordered = (bits: number): number => (bits & 0x8000 ? -(bits & 0x7fff) : bits)
  const [left, right] = [encodeF16Array(Float32Array.from(a)), encodeF16Array(Float32Array.from(b))]
  return left.filter((bits, i) => Math.abs(ordered(bits) - ordered(right[i]!)) <= 1).length / left.length
}

/** The largest difference, in units of the largest magnitude. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0
  let size = 0
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) most = Math.max(most, Math.abs(a[i]! - b[i]!))
    size = Math.max(size, Math.abs(b[i]!))
  }
  return most === 0 ? 0 : most / size
}
