import { type AttrSpec, type AttrValue, didYouMean, type Graph, type Node, QError, type Value, valueOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import proto from 'onnx-proto'
import { elementTypeNumber } from '../signature/element-types.ts'
import { tensorProto } from './tensor-proto.ts'

const { AttributeProto, ModelProto } = proto.onnx

/** What an ONNX file says beside its graph. */
export interface EncodeModelOptions {
  /** Version of the default operator set. */
  readonly opset: number
  /** Versions of other domains; a domain in use that is not listed gets version 1. */
  readonly domains?: Readonly<Record<string, number>>
  /** IR version of the file. @default 10 from opset 21 on, which ONNX brought along with it, else 8: runtimes that know the one know the other */
  readonly irVersion?: number
}

/**
 * The graph as an ONNX file, node by node as it stands: operator names, attributes that are given (defaults stay out) and
 * operands are written unchanged, attribute kinds come from `graph.ops`.
 *
 * A name with a dot is a domain and an operator: `com.microsoft.QLinearAdd`. Constants become initializers; their bytes are
 * copied once, into the result. Inputs and outputs are typed with their shapes.
 *
 * @throws QError `OP_UNKNOWN`, `ATTR_UNKNOWN` when a node does not fit `graph.ops`; `ONNX_CONSTANT_MISSING` for a constant without elements
 */
export function encodeModel(graph: Graph, options: EncodeModelOptions): Uint8Array {
  const made = new Set(graph.inputs.map(({ name }) => name))
  for (const node of graph.nodes) for (const output of node.outputs) made.add(output)
  const initializers = new Map<string, proto.onnx.ITensorProto>()
  const needConstant = (name: string): void => {
    if (!made.has(name) && !initializers.has(name)) initializers.set(name, initializer(valueOf(graph, name)))
  }
  const domains = new Map<string, number>([['', options.opset], ...Object.entries(options.domains ?? {})])
  const nodes = graph.nodes.map((node) => {
    for (const input of node.inputs) if (input !== undefined) needConstant(input)
    const { domain, opType } = splitName(node.op)
    if (!domains.has(domain)) domains.set(domain, 1)
    return nodeProto(graph, node, domain, opType)
  })
  for (const output of graph.outputs) needConstant(output)

  const model: proto.onnx.IModelProto = {
    irVersion: options.irVersion ?? (options.opset >= 21 ? 10 : 8),
    producerName: 'q',
    opsetImport: [...domains].map(([domain, version]) => ({ domain, version })),
    graph: {
      name: graph.name,
      node: nodes,
      initializer: [...initializers.values()],
      input: graph.inputs.map(({ name }) => valueInfo(valueOf(graph, name))),
      output: graph.outputs.map((name) => valueInfo(valueOf(graph, name))),
    },
  }
  return ModelProto.encode(model).finish()
}

function splitName(op: string): { readonly domain: string; readonly opType: string } {
  const dot = op.lastIndexOf('.')
  return { domain: dot < 0 ? '' : op.slice(0, dot), opType: op.slice(dot + 1) }
}

function initializer(value: Value): proto.onnx.ITensorProto {
  if (value.constant === undefined) {
    throw new QError('ONNX_CONSTANT_MISSING', 'a constant has no elements', {
      at: [value.name],
      found: `${value.name} of shape [${value.type.shape.join(', ')}] without elements`,
      wanted: 'its elements',
      hint: 'load the weights of the graph before writing it',
    })
  }
  return tensorProto(value.name, value.constant)
}

function nodeProto(graph: Graph, node: Node, domain: string, opType: string): proto.onnx.INodeProto {
  const { attrs: specs } = definitionOf(node, graph.ops)
  const last = node.inputs.findLastIndex((input) => input !== undefined)
  return {
    name: node.outputs[0] ?? opType,
    opType,
    domain,
    input: node.inputs.slice(0, last + 1).map((input) => input ?? ''),
    output: [...node.outputs],
    attribute: Object.entries(node.attrs).map(([name, value]) => {
      const spec = specs[name]
      if (spec === undefined) {
        throw new QError('ATTR_UNKNOWN', `${node.op} has no attribute ${name}`, {
          at: [node.outputs[0] ?? node.op],
          found: name,
          wanted: Object.keys(specs).join(', ') || 'no attributes',
          hint: didYouMean(name, Object.keys(specs), 'leave it out'),
        })
      }
      return attributeProto(name, value, spec)
    }),
  }
}

const utf8 = new TextEncoder()

function attributeProto(name: string, value: AttrValue, { type }: AttrSpec): proto.onnx.IAttributeProto {
  const { AttributeType } = AttributeProto
  switch (type) {
    case 'int':
      return { name, type: AttributeType.INT, i: value as number }
    case 'bool':
      return { name, type: AttributeType.INT, i: value === true ? 1 : 0 }
    case 'float':
      return { name, type: AttributeType.FLOAT, f: value as number }
    case 'string':
      return { name, type: AttributeType.STRING, s: utf8.encode(value as string) }
    case 'ints':
      return { name, type: AttributeType.INTS, ints: [...(value as readonly number[])] }
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [...(value as readonly number[])] }
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: (value as readonly string[]).map((each) => utf8.encode(each)) }
  }
}

function valueInfo({ name, type }: Value): proto.onnx.IValueInfoProto {
  return {
    name,
    type: { tensorType: { elemType: elementTypeNumber[type.dtype], shape: { dim: type.shape.map((size) => ({ dimValue: size })) } } },
  }
}
