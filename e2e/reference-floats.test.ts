import type { Chip } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Graph, Node, Tensor } from '@q/ir'
import { decodeBf16Array, decodeF16Array, encodeBf16Array, encodeF16Array } from '@q/ir/number'
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

interface Variant {
  readonly chip: Chip
  readonly mode: 'F16' | 'BF16'
  readonly networks: readonly string[]
}

/** How many elements of a result are within a place of what was recorded, where they are not 999 of 1000: InstanceNormalization of bfloat16 rounds in an order that is not known. */
const leastAlike: Readonly<Record<string, number>> = { 'BF16 InstanceNormalization': 0.94 }

const variants: readonly Variant[] = [
  { chip: 'bm1684x', mode: 'F16', networks },
  { chip: 'bm1684x', mode: 'BF16', networks: complete.filter((name) => name !== 'blazeface') },
  { chip: 'bm1688', mode: 'F16', networks: ['mnist-8', 'vit_pgd_2_3_16_cifar10', 'zoo_act', 'zoo_ew', 'zoo_shape', 'zoo_mm'] },
  { chip: 'bm1688', mode: 'BF16', networks: ['mnist-8', 'vit_pgd_2_3_16_cifar10'] },
]

/** Whether the recorded run has attention in one piece where ours has its parts: they were not recorded then. */
const isFused = (name: string, { chip }: Variant): boolean => name.startsWith('vit') && chip !== 'bm1684x'

const graphs = new Map<string, Promise<Graph>>()
function halfNetwork(name: string, { chip, mode }: Variant): Promise<Graph> {
  const key = `${chip} ${mode} ${name}`
  const graph = graphs.get(key) ?? quantizedNetwork(name, mode, chip)
  graphs.set(key, graph)
  return graph
}

const numbersOf = ({ data, dtype }: Tensor): ArrayLike<number> =>
  !(data instanceof Uint16Array) ? (data as Float32Array) : dtype === 'f16' ? decodeF16Array(data) : decodeBf16Array(data)

describe.skipIf(!hasShared).each(variants)(sharedTitle('$mode of $chip from the ONNX file, compared with TPU-MLIR'), (made) => {
  const variant = `${made.chip}_${made.mode.toLowerCase()}`

  it.each(made.networks)('%s: the bits of every weight', async (name) => {
    const recorded = recordedVariant(name, variant).weights
    const weights = decodeNpz(encodeWeights(writeTpu(await halfNetwork(name, made)).weights), ['weights'])
    const found = [...weights.values()].map(({ data }) => sha256(bitsOf(data)))
    expect(found.sort()).toEqual(
      Object.values(recorded)
        .map((each) => each.sha256)
        .sort(),
    )
  })

  it.each(made.networks.filter((name) => name !== 'yolov5n'))('%s: every tensor that was kept, in one run', async (name) => {
    const graph = await halfNetwork(name, made)
    const recorded = recordedTensors(name, variant)!
    const tensors = await runAll(graph, ortExecutor('exact'), recordedInput(name, graph))
    for (const output of graph.outputs) expect(recorded.has(output), output).toBe(true)
    for (const [key, tensor] of recorded) {
      const found = tensors.get(key)
      expect(found, key).toBeDefined()
      expect(cosine(numbersOf(found!), numbersOf(tensor)), key).toBeGreaterThanOrEqual(made.mode === 'F16' ? 0.99999 : 0.9999)
    }
  })

  it.each(made.networks.filter((name) => complete.includes(name) && !isFused(name, made)))(
    '%s: every operator on the recorded operands',
    async (name) => {
      const graph = await halfNetwork(name, made)
      const recorded = new Map([...recordedInput(name, graph), ...recordedTensors(name, variant)!])
      for (const node of graph.nodes) {
        const results = await runNode(graph, node, recorded)
        for (const output of node.outputs) {
          const { dtype } = graph.values.get(output)!.type
          const found = numbersOf(results.get(output)!)
          const wanted = numbersOf(recorded.get(output)!)
          expect(found.length, output).toBe(wanted.length)
          if ((dtype === 'f16' || dtype === 'bf16') && node.attrs['unrounded'] !== true)
            expect(withinOneUlp(found, wanted, dtype), `${node.op} ${output}`).toBeGreaterThanOrEqual(
              leastAlike[`${made.mode} ${node.op}`] ?? 0.999,
            )
          else expect(relativeError(found, wanted), `${node.op} ${output}`).toBeLessThan(1e-6)
        }
      }
    },
  )
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

/** The share of elements that are the same 16-bit number or its neighbour. */
function withinOneUlp(a: ArrayLike<number>, b: ArrayLike<number>, dtype: 'f16' | 'bf16'): number {
  const encode = dtype === 'f16' ? encodeF16Array : encodeBf16Array
  const ordered = (bits: number): number => (bits & 0x8000 ? -(bits & 0x7fff) : bits)
  const [left, right] = [encode(Float32Array.from(a)), encode(Float32Array.from(b))]
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
