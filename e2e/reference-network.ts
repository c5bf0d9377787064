import { existsSync } from 'node:fs'

import { bm1684x, type Chip } from '@q/backend-bm1684x'
import { createOrtExecutor, type OrtRuntime } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { type Backend, type Executor, type Graph, parseCalibrationTable, resolve, type Tensor } from '@q/ir'
import { encodeBf16Array, encodeF16Array } from '@q/ir/number'
import { decodeNpz } from '@q/npz'
import { importOnnx, onnxTranslator } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'

import { memberOf } from '../packages/backend-bm1684x/src/bm1684x.ts'
import { chipFacts } from '../packages/backend-bm1684x/src/chips.ts'
import { sharedBytes, sharedPath, sharedText } from './shared.ts'

/** What TPU-MLIR 1.30.2 recorded of one array: its place in memory order, its type, and the hash of its bytes. */
export interface RecordedArray {
  readonly dtype: string
  readonly sha256: string
  /** Element type in the text file; of activations only. */
  readonly mlir?: string
}

/** What TPU-MLIR 1.30.2 made of a network in one mode. */
export interface RecordedVariant {
  readonly outputs: readonly string[]
  readonly weights: Readonly<Record<string, RecordedArray>>
  readonly tensors: Readonly<Record<string, RecordedArray>>
}

/** Input shapes of networks that leave some open. */
const inputShapes: Readonly<Record<string, readonly (readonly number[])[]>> = { vit_pgd_2_3_16_cifar10: [[1, 3, 32, 32]] }

const imported = new Map<string, Promise<Graph>>()

/** The float network, from its ONNX file; read once, since many tests ask for the same. */
export function floatNetwork(name: string): Promise<Graph> {
  const graph = imported.get(name) ?? importNetwork(name)
  imported.set(name, graph)
  return graph
}

async function importNetwork(name: string): Promise<Graph> {
  const file = name.startsWith('zoo_') ? `reference/tpu-mlir/${name}/${name}.onnx` : `models/${name}.onnx`
  const shapes = inputShapes[name]
  return importOnnx(sharedBytes(file), { name, place: file, ...(shapes === undefined ? {} : { inputShapes: shapes }) })
}

/** The back end of a chip. No chip offers zero points yet; what there is of them is compared all the same. */
export const backendOf = (chip: Chip, asymmetric: boolean): Backend =>
  asymmetric ? memberOf(chip, { ...chipFacts[chip], offersZeroPoints: true }) : bm1684x({ chip })

/** The network as a chip runs it, quantized with the table that TPU-MLIR used. @param asymmetric whether codes have zero points */
export async function quantizedNetwork(
  name: string,
  mode: 'INT8' | 'W4INT8' | 'F16' | 'BF16',
  chip: Chip = 'bm1684x',
  asymmetric = false,
): Promise<Graph> {
  const table = mode.endsWith('INT8') ? parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries : undefined
  return resolve(await floatNetwork(name), table, new Map(), backendOf(chip, asymmetric), { mode, asymmetric }).graph
}

/** What TPU-MLIR recorded of the same. */
export function recordedVariant(name: string, variant: string): RecordedVariant {
  // The recordings tell extremes of float tensors as Infinity and NaN, which JSON does not have.
  const text = sharedText('reference/tpu-mlir', name, `${variant}.json`).replaceAll(/: (-?Infinity|NaN)/g, ': null')
  return JSON.parse(text) as RecordedVariant
}

/** The recorded arrays themselves: every tensor of the run where they were kept, else its results; undefined where there are none. */
export function recordedTensors(name: string, variant: string): ReadonlyMap<string, Tensor> | undefined {
  const file = [`${variant}_tensors.npz`, `${variant}_outputs.npz`].find((each) => existsSync(sharedPath('reference/tpu-mlir', name, each)))
  return file === undefined ? undefined : decodeNpz(sharedBytes('reference/tpu-mlir', name, file), [file])
}

/** The sample the recorded runs were made on, in the types the network's inputs declare. */
export function recordedInput(name: string, graph: Graph): ReadonlyMap<string, Tensor> {
  const arrays = decodeNpz(sharedBytes('reference/tpu-mlir', name, 'input.npz'), ['input.npz'])
  return new Map(
    graph.inputs.map((input): [string, Tensor] => {
      const { dtype, shape } = graph.values.get(input.name)!.type
      const { data } = arrays.get(input.name)!
      return [input.name, dtype === 'i32' ? { dtype, shape, data: Int32Array.from(data as Float32Array) } : { dtype: 'f32', shape, data }]
    }),
  )
}

/** ONNX Runtime as the executors of a finished installation use it. */
export function ortExecutor(precision: 'exact' | 'fast'): Executor {
  return createOrtExecutor({
    ort: onnxruntime as unknown as OrtRuntime,
    onnx: onnxTranslator,
    precision,
    fallback: createReferenceExecutor(),
  })
}

/** Inputs and results of every node, by name. */
export async function runAll(graph: Graph, executor: Executor, inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
  const session = await executor.load(graph, { fetches: graph.nodes.flatMap(({ outputs }) => outputs) })
  try {
    return new Map([...inputs, ...(await session.run(inputs))])
  } finally {
    await session.close()
  }
}

/** The bytes of a tensor in the element type the recording names; undefined when the tensor does not hold that type. */
export function bytesAs({ data }: Tensor, recorded: string): Uint8Array | undefined {
  const stored =
    data instanceof Float32Array
      ? floatsAs(data, recorded)
      : arrayNames.get(data.constructor)?.includes(recorded) === true
        ? data
        : undefined
  return stored === undefined ? undefined : new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
}

function floatsAs(data: Float32Array, recorded: string): Float32Array | Uint16Array | undefined {
  if (recorded === 'float16') return encodeF16Array(data)
  if (recorded.startsWith('bfloat16')) return encodeBf16Array(data)
  return recorded === 'float32' ? data : undefined
}

const arrayNames: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  [Int8Array, ['int8']],
  [Uint8Array, ['uint8']],
  [Int16Array, ['int16']],
  [Int32Array, ['int32']],
  [Uint16Array, ['uint16', 'float16', 'bfloat16 (bits as uint16)']],
])
