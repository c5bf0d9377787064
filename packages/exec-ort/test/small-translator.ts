import type { Graph, Node, Tensor, TensorType } from '@q/ir'
import { attributesOf, elementCount, storageArray, valueOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import type { ModelBuilder, OnnxTranslator, PartDraft } from '../src/onnx-translator.ts'
import { modelBuilder } from './model-builder.ts'

const models: Graph[] = []

/** The model that bytes stand for. */
export const modelOf = (bytes: Uint8Array): Graph => models[new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)]!

type Write = (node: Node, operands: readonly string[], build: ModelBuilder, graph: Graph) => string

const same: Write = ({ op }, operands, build) => build.node(op, operands, build.typeOf(operands[0]!))

/** Operators in float32 arithmetic; a sum with a number is a factor and an offset, as requantizations are. */
const writers: Readonly<Record<string, Write>> = {
  Add: same,
  Mul: same,
  Relu: same,
  QAddConstant(node, [x], build, graph) {
    const { constant, multipliers } = attributesOf(node, definitionOf(node, graph.ops))
    const type = build.typeOf(x!)
    const scaled = build.node('Mul', [x!, build.numbers('f32', (multipliers as readonly number[])[0] ?? 1)], type)
    return build.node('Add', [scaled, build.numbers('f32', Number(constant))], type)
  },
}

function draftPart(graph: Graph): PartDraft {
  const build = modelBuilder()
  const feeds = new Map<string, string>()
  const carried = new Map<string, string>()
  const sources: Node[] = []
  const carry = (name: string): string => {
    const known = carried.get(name)
    if (known !== undefined) return known
    const { type, constant } = valueOf(graph, name)
    const id = constant === undefined ? build.input({ dtype: 'f32', shape: type.shape }) : build.constant(toCarrier(constant))
    if (constant === undefined) feeds.set(name, id)
    carried.set(name, id)
    return id
  }
  return {
    add(node) {
      const write = writers[node.op]
      if (write === undefined) return false
      const operands = node.inputs.map((name) => carry(name!))
      carried.set(node.outputs[0]!, write(node, operands, build, graph))
      while (sources.length < build.build('', []).nodes.length) sources.push(node)
      return true
    },
    finish(wanted) {
      const fetches = new Map(wanted.map((name) => [name, build.node('Identity', [carry(name)], build.typeOf(carry(name)))]))
      return {
        model: build.build(graph.name, [...fetches.values()]),
        feeds,
        fetches,
        sources: [...sources, ...wanted.map(() => undefined)],
      }
    },
  }
}

function toCarrier({ shape, data }: Tensor): Tensor {
  return { dtype: 'f32', shape, data: Float32Array.from(data as Float32Array, Number) }
}

function fromCarrier({ data }: Tensor, { dtype, shape }: TensorType): Tensor {
  const numbers = new storageArray[dtype](elementCount(shape))
  numbers.set(data as never)
  return { dtype, shape, data: numbers }
}

/** A translator of a few operators whose models a {@link countingRuntime} runs. */
export const smallTranslator: OnnxTranslator = {
  draftPart,
  handsOnLooseCodes: ({ op, inputs }, typeOf, loose) =>
    (op === 'Abs' && typeOf(inputs[0]!).dtype === 'i8') || (op === 'Relu' && loose.has(inputs[0]!)),
  builder: modelBuilder,
  encode(model) {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, models.push(model) - 1)
    return bytes
  },
  toCarrier,
  fromCarrier,
}
