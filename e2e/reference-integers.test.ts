import type { Chip } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Graph, Tensor } from '@q/ir'
import { encodeWeights, writeTpu } from '@q/mlir'
import { decodeNpz } from '@q/npz'
import { describe, expect, it } from 'vitest'

import { bitsOf, sha256 } from './bytes.ts'
import { bytesAs, ortExecutor, quantizedNetwork, type RecordedArray, recordedInput, recordedVariant, runAll } from './reference-network.ts'
import { hasShared, sharedTitle } from './shared.ts'

/**
 * The whole way from an ONNX file to integers, compared with what TPU-MLIR 1.30.2 made of the same file with the same
 * calibration table: hashes of every quantized weight and of every integer that flows through the network.
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

/** Small enough for the executor that computes in plain JavaScript. */
const small = [
  'mnist-8',
  'resnet8_cifar10',
  'mobilenet_v1_0.25_128',
  'blazeface',
  'vit_pgd_2_3_16_cifar10',
  'zoo_act',
  'zoo_ew',
  'zoo_nn',
  'zoo_mm',
]

const isInteger = ({ dtype }: RecordedArray): boolean => /^u?int/.test(dtype)

/** Chips of the family and small networks whose integers were recorded for them: they show what these have otherwise, and that all else is the same. */
const others = [
  ['bm1688', 'mnist-8'],
  ['bm1688', 'vit_pgd_2_3_16_cifar10'],
  ['bm1688', 'stories260K_s64'],
  ['bm1688', 'zoo_nn'],
  ['bm1690', 'resnet8_cifar10'],
  ['bm1690', 'vit_pgd_2_3_16_cifar10'],
] as const satisfies readonly (readonly [Chip, string])[]

/** Variants of the recordings: codes without zero points and with them, and weights of 4 bits. */
type Variant = 'int8_sym' | 'int8_asym' | 'w4int8_sym'

/** Networks that were recorded with weights of 4 bits. */
const narrow = ['mnist-8', 'resnet8_cifar10', 'mobilenet_v1_0.25_128', 'blazeface', 'vit_pgd_2_3_16_cifar10', 'stories260K_s64']

const all = [
  ...networks.map((name) => ['bm1684x', name, 'int8_sym'] as const),
  ...others.map(([chip, name]) => [chip, name, 'int8_sym'] as const),
  ...networks.map((name) => ['bm1684x', name, 'int8_asym'] as const),
  ...narrow.map((name) => ['bm1684x', name, 'w4int8_sym'] as const),
]

const graphs = new Map<string, Promise<Graph>>()
function int8Network(name: string, chip: Chip = 'bm1684x', variant: Variant = 'int8_sym'): Promise<Graph> {
  const key = `${chip} ${name} ${variant}`
  const graph = graphs.get(key) ?? quantizedNetwork(name, variant.startsWith('w4') ? 'W4INT8' : 'INT8', chip, variant.endsWith('asym'))
  graphs.set(key, graph)
  return graph
}

describe.skipIf(!hasShared)(sharedTitle('INT8 from the ONNX file, compared with TPU-MLIR'), () => {
  it.each(all)('%s, %s, %s: every weight', async (chip, name, variant) => {
    const recorded = recordedVariant(name, `${chip}_${variant}`).weights
    const graph = await int8Network(name, chip, variant)
    const weights = decodeNpz(encodeWeights(writeTpu(graph).weights), ['weights'])
    // Compared by their bytes, whatever they are called: names of constants are each importer's own.
    const listed = Object.values(recorded).map(({ dtype, sha256: hash }) => `${dtype} ${hash}`)
    const found = [...weights.values()].map((tensor) => `${storedType(tensor)} ${sha256(bitsOf(tensor.data))}`)
    expect(found.sort()).toEqual(listed.sort())
    const named = Object.keys(recorded).filter((key) => weights.has(key))
    expect(named.length).toBeGreaterThanOrEqual(Object.keys(recorded).length / 2)
    for (const key of named) expect(sha256(bitsOf(weights.get(key)!.data)), key).toBe(recorded[key]!.sha256)
  })

  it.each(all)('%s, %s, %s: names and types of every layer, every integer', async (chip, name, variant) => {
    const { tensors: recorded, outputs } = recordedVariant(name, `${chip}_${variant}`)
    const graph = await int8Network(name, chip, variant)
    const tensors = await runAll(graph, ortExecutor('exact'), recordedInput(name, graph))
    expect(graph.outputs).toEqual(outputs)
    expect([...tensors.keys()].sort()).toEqual(Object.keys(recorded).sort())
    const types = (typeOf: (key: string, each: RecordedArray) => string | undefined) =>
      Object.fromEntries(Object.entries(recorded).map(([key, each]) => [key, typeOf(key, each)]))
    expect(types((key) => graph.values.get(key)!.type.dtype)).toEqual(types((_, each) => each.mlir!.replace('si32', 'i32')))

    const integers = Object.entries(recorded).filter(([, each]) => isInteger(each))
    expect(integers.length).toBeGreaterThan(5)
    const wrong = integers.filter(([key, each]) => hashAs(tensors.get(key)!, each.dtype) !== each.sha256)
    expect(wrong.map(([key]) => key)).toEqual([])
  })

  const both = small.flatMap((name) => [[name, 'int8_sym'] as const, [name, 'int8_asym'] as const])
  it.each(both)('%s, %s: both exact executors agree on every integer', async (name, variant) => {
    const graph = await int8Network(name, 'bm1684x', variant)
    const inputs = recordedInput(name, graph)
    const fast = await runAll(graph, ortExecutor('exact'), inputs)
    const slow = await runAll(graph, createReferenceExecutor(), inputs)
    const integers = [...slow].filter(([key]) => graph.values.get(key)!.type.quant !== undefined)
    expect(integers.length).toBeGreaterThan(5)
    for (const [key, tensor] of integers) expect(sha256(bitsOf(fast.get(key)!.data)), key).toBe(sha256(bitsOf(tensor.data)))
  })
})

/** The hash of a tensor in the element type a recording names. */
function hashAs(tensor: Tensor, dtype: string): string | undefined {
  const bytes = bytesAs(tensor, dtype)
  return bytes === undefined ? undefined : sha256(bytes)
}

/** The element type of a weight file's array, by the name the recordings use. */
function storedType({ dtype }: Tensor): string {
  const names: Readonly<Record<string, string>> = { i8: 'int8', u8: 'uint8', i16: 'int16', u16: 'uint16', i32: 'int32', f32: 'float32' }
  return names[dtype] ?? dtype
}
