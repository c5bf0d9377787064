import { hexDigest, jsonDigest, wholeNumbers } from '../hash/digest.ts'
import { murmur128OfBytes } from '../hash/murmur128.ts'
import type { AttrSpec, OpDefinition } from '../ops/define.ts'
import { allOps } from '../ops/op-set.ts'
import { resultAttrs } from '../ops/result-attrs.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { elementCount } from '../tensor/tensor.ts'
import { isConstant } from './is-constant.ts'
import { oneSpelling, type Ranks } from './one-spelling.ts'
import type { Graph, GraphInput, Node, TensorType, Value } from './types.ts'

/**
 * A short name for exactly this graph: 16 hexadecimal digits of a SHA-256 over its structure, layer names, types and constants.
 *
 * Two graphs with equal fingerprints can share tables, and a graph that was written as a Top file and read back has the one it had. Everything that decides a
 * result counts: attributes (one that has its default is the same as one left out, and a default that an operator set changed counts), scales, zero points and
 * what else a type says, the element types of the source model's inputs, the elements of a constant by their bytes. What does not count: the names of constants,
 * which no table knows and files do not keep, whether layers share one, whether a single number has the shape `[]`, `[1]` or `[1, 1]`, constants that no node takes, the name of the graph, its properties, the preprocessing of
 * its inputs and the layers a node comes from.
 */
export function fingerprintOf(graph: Graph): string {
  const known = fingerprints.get(graph)
  if (known !== undefined) return known
  const typeOf = (name: string): readonly unknown[] => describeValue(graph.values.get(name))
  const structure = {
    inputs: graph.inputs.map((input) => [describeInput(input), typeOf(input.name)]),
    outputs: graph.outputs,
    nodes: graph.nodes.map((node) => [
      node.op,
      node.inputs.map((name) => operandOf(name === undefined ? undefined : graph.values.get(name), name)),
      node.outputs.map((name) => [name, typeOf(name)]),
      attributesThatCount(node, graph.ops.get(node.op), { operand: rankOf(graph, node.inputs[0]), result: rankOf(graph, node.outputs[0]) }),
    ]),
  }
  const fingerprint = jsonDigest(structure).slice(0, 16)
  fingerprints.set(graph, fingerprint)
  return fingerprint
}

/**
 * The SHA-256 of a tensor's elements, as 64 hexadecimal digits. Element type and shape do not count; they belong to the type.
 *
 * Each array is hashed once: a digest is kept as long as its array, whose elements must not change.
 */
export function digestOf({ data }: Tensor): string {
  const known = digests.get(data)
  if (known !== undefined) return known
  const digest = hexDigest(data)
  digests.set(data, digest)
  return digest
}

/**
 * A short digest of a tensor's elements, 32 hexadecimal digits, for keys that live as long as the process: ten times as fast as {@link digestOf}, and kept alike.
 */
export function quickDigestOf({ data }: Tensor): string {
  const known = quickDigests.get(data)
  if (known !== undefined) return known
  const digest = murmur128OfBytes(data)
  quickDigests.set(data, digest)
  return digest
}

/** Graphs do not change. */
const fingerprints = new WeakMap<Graph, string>()
/** Hashing the weights of a large graph takes a noticeable part of a second; rewritten graphs keep their arrays. */
const digests = new WeakMap<ArrayBufferView, string>()
const quickDigests = new WeakMap<ArrayBufferView, string>()

function describeInput({ name, sourceDtype }: GraphInput): unknown {
  return sourceDtype === undefined || sourceDtype === 'f32' ? name : [name, sourceDtype]
}

/**
 * The attributes of a node by name, defaults filled in, without those that are what the operator of that name in this package has by default: a default
 * that is written out is one left out, and one that an operator set changed is told. Of values that mean the same, one stands for all ({@link oneSpelling}).
 */
export function attributesThatCount({ op, attrs }: Node, definition: OpDefinition | undefined, ranks: Ranks = {}): readonly unknown[] {
  const own: Readonly<Record<string, AttrSpec>> = definition?.attrs ?? {}
  const usual: Readonly<Record<string, AttrSpec>> = { ...resultAttrs, ...allOps.get(op)?.attrs }
  const names = new Set([...Object.keys(attrs), ...Object.keys(own)])
  return [...names]
    .sort()
    .map((name) => [name, oneSpelling(own[name] ?? {}, attrs[name] ?? own[name]?.default, ranks)] as const)
    .filter(([name, value]) => value !== undefined && written(value) !== written(usual[name]?.default))
}

const rankOf = (graph: Graph, name: string | undefined): number | undefined =>
  name === undefined ? undefined : graph.values.get(name)?.type.shape.length

const written = (value: unknown): string | undefined => JSON.stringify(value, wholeNumbers)

/**
 * A constant is what it holds, everything else its name. The shape of a single number does not count: a Top file writes one as an attribute, and what the
 * shape decides is told by the shape of the result.
 */
function operandOf(value: Value | undefined, name: string | undefined): unknown {
  if (!isConstant(value)) return name
  const { type, constant } = value
  if (type.quant !== undefined || constant?.data.length !== 1 || elementCount(type.shape) !== 1) return describeValue(value)
  return describeValue({ ...value, type: { ...type, shape: [1] }, constant: { ...constant, shape: [1] } })
}

/** A float type without quantization and range has no last part, so that the fingerprint of a float graph is its structure alone. */
function describeValue(value: Value | undefined): readonly unknown[] {
  if (value === undefined) return []
  const { type, constant } = value
  const described = [type.dtype, type.shape, constant === undefined ? null : digestOf(constant)]
  const notes = notesOf(type, constant)
  return notes.length === 0 ? described : [...described, notes]
}

function notesOf({ dtype, shape, quant, range }: TensorType, constant: Tensor | undefined): readonly unknown[] {
  const isStoredOtherwise = constant !== undefined && (constant.dtype !== dtype || constant.shape.join() !== shape.join())
  return [
    ...(quant === undefined
      ? []
      : [['quant', quant.scale, quant.zeroPoint, quant.expressed, quant.axis, quant.scales, quant.zeroPoints, quant.saturate]]),
    ...(range === undefined ? [] : [['range', range.min, range.max]]),
    ...(isStoredOtherwise ? [['stored', constant.dtype, constant.shape]] : []),
  ]
}
