import { bm1684x } from '@q/backend-bm1684x'
import {
  type Attrs,
  attributesOf,
  elementCount,
  formatError,
  type Graph,
  isQError,
  parseCalibrationTable,
  parseQuantPlan,
  resolve,
  type TensorType,
  type Value,
} from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import { readTop, readTpu } from '@q/mlir'
import { describe, expect, it } from 'vitest'

import { backendOf, floatNetwork } from './reference-network.ts'
import { hasShared, sharedBytes, sharedText, sharedTitle } from './shared.ts'

/**
 * The lowered graph, node by node, compared with the file TPU-MLIR 1.30.2 made of the same network: order, names, operands,
 * types with scales and ranges, multipliers, shifts and all other attributes.
 */

/** What a graph says, without weights: our constants carry elements, those of a text do not. */
function described(graph: Graph): readonly string[] {
  const typeOf = (name: string) => describeType(graph.values.get(name)!.type)
  const isNumber = ({ constant, type }: Value) => constant !== undefined && elementCount(type.shape) === 1
  return graph.nodes.map((node) => {
    const { op, inputs, outputs } = node
    const operands = inputs.map((name) => (name === undefined ? '-' : isNumber(graph.values.get(name)!) ? 'number' : name))
    const attrs = describeAttrs(attributesOf(node, definitionOf(node, graph.ops)))
    return `${outputs.join()} : ${outputs.map(typeOf).join()} = ${op}(${operands.join()}) ${attrs}`
  })
}

function describeType({ dtype, shape, quant, range }: TensorType): string {
  const codes = quant === undefined ? '' : ` scale ${quant.scale} zero ${quant.zeroPoint} of ${quant.expressed}`
  return `${dtype}[${shape.join()}]${codes}${range === undefined ? '' : ` ${range.min + 0}..${range.max}`}`
}

/** Attributes that carry the arithmetic. */
const compared = [
  'multipliers',
  'shifts',
  'scale',
  'offset',
  'constant',
  'operation',
  'parameters',
  'relu',
  'group',
  'strides',
  'pads',
  'kernel_shape',
  'perm',
  'axis',
  'transA',
  'transB',
  'transY',
  'headsAsBatch',
]

function describeAttrs(attrs: Attrs): string {
  return compared
    .filter((name) => attrs[name] !== undefined)
    .map((name) => `${name} ${JSON.stringify(attrs[name])}`)
    .join(' ')
}

function readReference(text: string): Graph {
  try {
    return readTpu(text)
  } catch (error) {
    throw isQError(error) ? new Error(formatError(error)) : error
  }
}

const networks = [
  'mnist-8',
  'resnet8_cifar10',
  'mobilenet_v1_0.25_128',
  'mobilenet_v2_tv_rec',
  'blazeface',
  'vit_pgd_2_3_16_cifar10',
  'stories260K_s64',
]

/** Collections of single operators. */
const zoos = ['zoo_act', 'zoo_ew', 'zoo_nn', 'zoo_shape', 'zoo_mm']

describe.skipIf(!hasShared)(sharedTitle('the lowered graph, compared with TPU-MLIR'), () => {
  describe.each([
    ['INT8', 'int8_sym'],
    ['INT8', 'int8_asym'],
    ['F16', 'f16'],
    ['F32', 'f32'],
  ] as const)('%s, %s', (mode, variant) => {
    it.each(variant === 'int8_asym' ? [...networks, ...zoos] : networks)('%s', async (name) => {
      const table = mode === 'INT8' ? parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries : undefined
      const { graph } = resolve(await floatNetwork(name), table, new Map(), backendOf('bm1684x', variant === 'int8_asym'), {
        mode,
        asymmetric: variant === 'int8_asym',
      })
      const reference = readReference(sharedText('reference/tpu-mlir', name, `bm1684x_${variant}_tpu.mlir`))
      expect(activations(graph)).toEqual(activations(reference))
      expect(graph.outputs).toEqual(reference.outputs)
    })
  })

  it.each(['mnist-8', 'resnet8_cifar10'])('%s with layers in F16 by a quantization table', (name) => {
    const folder = `reference/top-mlir/${name}`
    const short = name.replace(/[-_].*/, '')
    const top = readTop(
      sharedText(folder, name === 'mnist-8' ? 'minimal_top.mlir' : 'vendor_top.mlir'),
      sharedBytes(folder, name === 'mnist-8' ? 'mnist_w.npz' : 'resnet8_top_f32_all_weight.npz'),
    )
    const plan = new Map([...parseQuantPlan(sharedText(folder, 'qtable')).entries].map(([layer, { mode }]) => [layer, mode]))
    const { graph } = resolve(top, parseCalibrationTable(sharedText(folder, 'cali_table')).entries, plan, bm1684x(), { mode: 'INT8' })
    const reference = readReference(sharedText(folder, `${short}_bm1684x_mixed_tpu.mlir`))
    expect(activations(graph)).toEqual(activations(reference))
  })
})

/** {@link described}, constants by place only: an ONNX file and the importer's file may name weights differently. */
function activations(graph: Graph): readonly string[] {
  const constants = [...graph.values.values()]
    .filter(({ constant, isConstant }) => constant !== undefined || isConstant === true)
    .map(({ name }) => name)
  const known = new Set(constants)
  const blind: Graph = {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name !== undefined && known.has(name) ? 'weight' : name)),
    })),
    values: new Map([...graph.values, ['weight', { name: 'weight', type: { dtype: 'f32', shape: [0] } }]]),
  }
  return described(blind)
}
