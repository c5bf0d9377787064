import { createReferenceExecutor } from '@q/exec-ref'
import { attributesOf, type Graph, parseCalibrationTable, resolve, type Tensor } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import type { ImpliedAttrs, TextCodec } from '@q/ir/container'
import { definitionOf } from '@q/ir/graph'
import { swapChannels } from '@q/ir/lowering'
import { encodeBf16Array } from '@q/ir/number'
import { encodeWeights, readTpu, writeTpu } from '@q/mlir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../packages/backend-cv18xx/src/index.ts'
import { bitsOf, sha256 } from './bytes.ts'
import {
  bytesAs,
  floatNetwork,
  ortExecutor,
  type RecordedArray,
  recordedInput,
  recordedTensors,
  recordedVariant,
  runAll,
} from './reference-network.ts'
import { hasShared, sharedText, sharedTitle } from './shared.ts'

/**
 * The whole way from an ONNX file to integers and bfloat16 numbers of the CV18xx family, compared with what TPU-MLIR 1.30.2 made of the same
 * file with the same calibration table: every weight, and every tensor that flows through the network.
 */
type Variant = 'cv183x_int8_sym' | 'cv181x_int8_sym' | 'cv183x_bf16'

const zoos = ['zoo_actcv', 'zoo_ew', 'zoo_nn', 'zoo_shape']
const trained = ['mnist-8', 'resnet8_cifar10', 'mobilenet_v1_0.25_128', 'blazeface', 'vit_pgd_2_3_16_cifar10']
const integerRuns: readonly (readonly [Variant, string])[] = [
  ...[...trained, 'mobilenet_v2_tv_rec', 'yolov5n', ...zoos].map((name) => ['cv183x_int8_sym', name] as const),
  ...trained.map((name) => ['cv181x_int8_sym', name] as const),
]
/** Their sums are few enough to come out in any order. */
const floatRuns: readonly (readonly [Variant, string])[] = [...zoos, 'vit_pgd_2_3_16_cifar10'].map((name) => ['cv183x_bf16', name] as const)

/** Tensors that are recorded otherwise, each with its reason. */
const misrecorded: Readonly<Record<string, string>> = {
  o_padc_Pad: "the vendor's interpreter writes `code * scale` between codes",
  o_padc_Pad_f32: 'the same',
  o_rs_linear_align_corners_Resize: 'the host sums float32 numbers in another order: 1e-6 of the largest',
  o_rs_odd_Resize: 'the same',
  o_Relu_Relu: 'zeros with a minus sign in bfloat16',
  o_Relu_Relu_f32: 'the same',
}

/** Codes of two scales, which the vendor's interpreter compares as they are; its simulator, as the chip, brings them to one scale first, and gives ours (`tools/vendor-check`). */
const isComparedOtherwise = (name: string): boolean => /^o_(Max_Max|Min_Min)(_f32)?$/.test(name)

/**
 * The layer that the vendor's lowering gives its host program with scales, by the first of which that divides means and variances (the recording holds nothing but NaN): ours is
 * normalized without them, and scaled by the chip.
 */
const isScaledOtherwise = (name: string): boolean => name.startsWith('o_in_InstanceNormalization')
/** Its factors in the vendor's file. */
const otherFactors: readonly string[] = ['c18', 'c19']

const graphs = new Map<string, Promise<Graph>>()
function networkOf(variant: Variant, name: string): Promise<Graph> {
  const key = `${variant} ${name}`
  const graph = graphs.get(key) ?? lowered(variant, name)
  graphs.set(key, graph)
  return graph
}

async function lowered(variant: Variant, name: string): Promise<Graph> {
  const isInteger = variant !== 'cv183x_bf16'
  const table = isInteger ? parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries : undefined
  const chip = variant.startsWith('cv181x') ? 'cv181x' : 'cv183x'
  return resolve(await floatNetwork(name), table, new Map(), cv18xx({ chip }), { mode: isInteger ? 'INT8' : 'BF16' }).graph
}

/** The constants that a graph uses by name, transposed filters as the vendor's files store them. */
function weightsOf(graph: Graph): ReadonlyMap<string, Tensor['data']> {
  const weights = new Map<string, Tensor['data']>()
  for (const { op, inputs, attrs } of graph.nodes) {
    inputs.forEach((name, place) => {
      const constant = graph.values.get(name ?? '')?.constant
      if (constant === undefined) return
      const { data, shape } = constant
      const group = Number(attrs['group'] ?? 1)
      const isFilter = place === 1 && op.endsWith('ConvTranspose')
      weights.set(name!, isFilter ? swapChannels(data, { group, outer: shape[0]! / group, inner: shape[1]! }) : data)
    })
  }
  return weights
}

/** Tables that pick elements for a border; they are the text form's, not the network's. */
const isPicker = (name: string): boolean => /_select_\d(_bf16)?$/.test(name)

const isEqual = (tensor: Tensor | undefined, { dtype, sha256: hash }: RecordedArray): boolean => {
  const bytes = tensor === undefined ? undefined : bytesAs(tensor, dtype)
  return bytes !== undefined && sha256(bytes) === hash
}

describe.skipIf(!hasShared)(sharedTitle('CV18xx from the ONNX file, compared with TPU-MLIR'), () => {
  it.each([...integerRuns, ...floatRuns])('%s %s: every weight, bias and table', async (variant, name) => {
    const { weights } = recordedVariant(name, variant)
    const recorded = Object.entries(weights).filter(([key]) => !isPicker(key) && !(name === 'zoo_nn' && otherFactors.includes(key)))
    const own = [...weightsOf(await networkOf(variant, name))].filter(([key]) => !isScaledOtherwise(key))
    const found = own.map(([, data]) => sha256(bitsOf(data)))
    expect(found.sort()).toEqual(recorded.map(([, each]) => each.sha256).sort())
  })

  it.each([...integerRuns, ...floatRuns])('%s %s: names of every layer, every tensor', async (variant, name) => {
    const { tensors: recorded, outputs } = recordedVariant(name, variant)
    const graph = await networkOf(variant, name)
    const executor = variant === 'cv183x_bf16' ? createReferenceExecutor() : ortExecutor('exact')
    const tensors = await runAll(graph, executor, recordedInput(name, graph))
    const alike = (names: Iterable<string>) => [...names].filter((key) => !isScaledOtherwise(key))
    expect(alike(graph.outputs)).toEqual(alike(outputs))
    // The border of a resampling is a layer of its own in the vendor's file too.
    expect(alike(tensors.keys()).sort()).toEqual(alike(Object.keys(recorded)).sort())
    const wrong = Object.entries(recorded).filter(([key, each]) => !isScaledOtherwise(key) && !isEqual(tensors.get(key), each))
    // No other exception is made of codes.
    const isKnown = (key: string, { dtype }: { readonly dtype: string }): boolean =>
      isComparedOtherwise(key) || (misrecorded[key] !== undefined && !/^u?int8$/.test(dtype))
    expect(wrong.filter(([key, each]) => !isKnown(key, each)).map(([key]) => key)).toEqual([])
  })
})

/** Networks whose sums are many: their numbers depend on the order of additions. */
const sumRuns = ['mnist-8', 'resnet8_cifar10', 'mobilenet_v1_0.25_128', 'blazeface']

describe.skipIf(!hasShared)(sharedTitle('bfloat16 numbers of CV18xx from the ONNX file, compared with TPU-MLIR'), () => {
  it.each([...sumRuns, 'mobilenet_v2_tv_rec', 'yolov5n'])('%s: every weight, bias and table', async (name) => {
    const { weights } = recordedVariant(name, 'cv183x_bf16')
    const found = Array.from(weightsOf(await networkOf('cv183x_bf16', name)).values(), (data) => sha256(bitsOf(data)))
    expect(found.sort()).toEqual(
      Object.values(weights)
        .map((each) => each.sha256)
        .sort(),
    )
  })

  it.each(sumRuns.flatMap((name) => (['exact', 'reference'] as const).map((executor) => [name, executor] as const)))(
    '%s, executor %s: at most one unit in the last place in 999 of 1000 elements of each tensor that was kept, in one run',
    async (name, kind) => {
      const graph = await networkOf('cv183x_bf16', name)
      const executor = kind === 'exact' ? ortExecutor('exact') : createReferenceExecutor()
      const tensors = await runAll(graph, executor, recordedInput(name, graph))
      const far = [...recordedTensors(name, 'cv183x_bf16')!].filter(([key, tensor]) => !isNear(tensors.get(key), tensor))
      expect(far.map(([key]) => key)).toEqual([])
    },
  )
})

/** The place of a bfloat16 number among all of them. */
const rank = (bits: number): number => ((bits & 0x8000) === 0 ? bits : -(bits & 0x7fff))
const ranksOf = ({ data }: Tensor): Int32Array =>
  Int32Array.from(data instanceof Uint16Array ? data : encodeBf16Array(Float32Array.from(data as Float32Array)), rank)

function isNear(found: Tensor | undefined, recorded: Tensor): boolean {
  if (found === undefined || found.data.length !== recorded.data.length) return false
  const [own, wanted] = [ranksOf(found), ranksOf(recorded)]
  return own.filter((each, i) => Math.abs(each - wanted[i]!) > 1).length <= own.length / 1000
}

describe.skipIf(!hasShared)(sharedTitle('the lowered text of CV18xx'), () => {
  it.each([...integerRuns, ...floatRuns])("%s %s: says what the vendor's says, layer by layer", async (variant, name) => {
    let implied: ImpliedAttrs = {}
    const codec: TextCodec = {
      write: (graph, options) => {
        implied = options.implied ?? {}
        return writeTpu(graph, options)
      },
      read: readTpu,
      encodeWeights,
    }
    const graph = await networkOf(variant, name)
    const { files } = cv18xx({ codec }).emit(graph, { name, time: 0 })
    const [text] = [...files].map(([, bytes]) => new TextDecoder().decode(bytes))
    const ours = readTpu(text!, undefined, { implied })
    const made = layersOf(ours)
    expect(made).toEqual(layersOf(graph))
    const theirs = readable(sharedText('reference/tpu-mlir', name, `${variant}_tpu.mlir`), implied)
    const alike = (layers: readonly string[]) => layers.filter((each) => !isScaledOtherwise(each))
    if (theirs !== undefined) expect(alike(made)).toEqual(alike(layersOf(theirs)))
  })
})

/** The vendor's file, where it has no operation that this codec does not read (those of the host, tables that pick elements). */
function readable(text: string, implied: ImpliedAttrs): Graph | undefined {
  try {
    return readTpu(text, undefined, { implied })
  } catch {
    return undefined
  }
}

/** Results, operator, multipliers and shifts of every node. */
const layersOf = (graph: Graph): readonly string[] =>
  graph.nodes.map((node) => {
    const { multipliers = [], shifts = [] } = attributesOf(node, definitionOf(node, graph.ops))
    const types = node.outputs.map((output) => graph.values.get(output)!.type).map(({ dtype, quant }) => `${dtype} ${quant?.scale ?? ''}`)
    return `${node.outputs.join()} ${types.join()} ${node.op} ${JSON.stringify([multipliers, shifts])}`
  })

describe('the chip', () => {
  const trusted = 'the chip trusts the calibrated range to end at the limit'
  const belowOne = 'factors of matrix products end next below 1'
  const raw = 'the chip compares codes of two scales as they are'
  const each = (networks: readonly string[], reason: string) => Object.fromEntries(networks.map((network) => [network, reason]))

  backendConformance({
    runner: { describe, it },
    create: () => {
      const made = cv18xx()
      // Files are compared by the package's own tests.
      const text = (graph: Graph) => JSON.stringify({ ...graph, values: [...graph.values.values()], ops: [] })
      return {
        ...made,
        fileNames: () => ({ files: ['net.json'] }),
        emit: (graph) => ({ files: new Map([['net.json', new TextEncoder().encode(text(graph))]]), diagnostics: [] }),
      }
    },
    executor: () => createReferenceExecutor(),
    deviations: {
      ...each(
        ['Add', 'AveragePool', 'Concat', 'MaxPool', 'Mul', 'Sub', 'Upsample', 'Max#constant', 'Min#constant'].map(
          (op) => `${op}, a ReLU with a limit`,
        ),
        trusted,
      ),
      ...each(
        ['Add', 'Conv', 'MatMul', 'Mul', 'Sub'].map((op) => `${op}, a fused ReLU with a limit`),
        trusted,
      ),
      ...each(['MatMul, columns of other magnitudes, bias', 'MatMul, a leading dimension of 1', 'MatMul, a turned matrix'], belowOne),
      ...each(['Max, a ReLU with a limit', 'Min, a ReLU with a limit'], raw),
      'InstanceNormalization, scales': 'normalized planes are cut off to bfloat16 numbers, which the chip then scales',
      'MatMul, two activations': 'products of two computed operands are bfloat16, to which numbers are cut off',
      'Mul#constant, a number': 'the number is within a table of bfloat16 numbers',
    },
  })
})
