import { attributesThatCount, digestOf } from '../graph/fingerprint.ts'
import type { Graph, Node, TensorType, Value } from '../graph/types.ts'
import { wholeNumbers } from '../hash/digest.ts'
import { murmur128 } from '../hash/murmur128.ts'
import { sameItems } from './same-nodes.ts'

/** Keys of the values of one graph. */
export interface ValueKeys {
  /** The key of a value of the graph: 32 hexadecimal digits. */
  get(name: string): string
  /** How many keys were computed, not taken over from the graph before. */
  readonly computed: number
}

/**
 * A key for every value of a resolved graph, of everything that decides its elements and nothing else: operator, attributes with defaults filled in,
 * the type of the result (element type, shape, quantization), digests of constants, and the keys of the operands. Values of two graphs with equal keys are equal for
 * equal inputs, whatever their names.
 *
 * @param before the keys of a graph that shares nodes with this one; where a node and its operands are the same, its key is taken over
 */
export function valueKeys(graph: Graph, before?: NodeKeys): NodeKeys {
  const keys = new Map<string, string>()
  const kept = new Map<Node, NodeKey>()
  let computed = 0
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const keyOf = (name: string): string => {
    let key = keys.get(name)
    if (key === undefined) keys.set(name, (key = leafKey(graph.values.get(name)!, inputs.has(name))))
    return key
  }
  for (const node of graph.nodes) {
    const operands = node.inputs.map((name) => (name === undefined ? '-' : keyOf(name)))
    const values = node.outputs.map((name) => graph.values.get(name)!)
    const known = before?.kept.get(node)
    const isKnown = known !== undefined && sameItems(known.operands, operands) && sameItems(known.values, values)
    const key = isKnown ? known : { operands, values, results: keysOfResults(node, values, graph, operands) }
    if (!isKnown) computed++
    kept.set(node, key)
    node.outputs.forEach((name, i) => keys.set(name, key.results[i]!))
  }
  return { get: keyOf, kept, computed }
}

interface NodeKey {
  readonly operands: readonly string[]
  /** The results with their types: one node may give another type where its operand has another. */
  readonly values: readonly Value[]
  readonly results: readonly string[]
}

/** {@link ValueKeys} with what the next graph can take over. */
export interface NodeKeys extends ValueKeys {
  readonly kept: ReadonlyMap<Node, NodeKey>
}

const forms = new WeakMap<Node, { readonly values: readonly Value[]; readonly digest: string }>()

/** A digest of everything that decides what a node computes, its operands excepted; once for each node and its results' types. */
function formDigest(node: Node, values: readonly Value[], graph: Graph): string {
  const known = forms.get(node)
  if (known !== undefined && sameItems(known.values, values)) return known.digest
  const types = values.map(({ type }) => typeText(type))
  const digest = murmur128(JSON.stringify([node.op, types, attributesThatCount(node, graph.ops.get(node.op))], wholeNumbers))
  forms.set(node, { values, digest })
  return digest
}

function keysOfResults(node: Node, values: readonly Value[], graph: Graph, operands: readonly string[]): readonly string[] {
  const key = murmur128(`${formDigest(node, values, graph)}${operands.join()}`)
  return values.length === 1 ? [key] : values.map((_, i) => murmur128(`${key}#${i}`))
}

/** A type without the calibrated range, which decides nothing any more once codes have their scales. */
function typeText({ dtype, shape, quant }: TensorType): unknown {
  if (quant === undefined) return [dtype, shape]
  const { scale, zeroPoint, expressed, ...more } = quant
  return [dtype, shape, scale, zeroPoint, expressed, Object.entries(more).sort(([a], [b]) => (a < b ? -1 : 1))]
}

/** An input is known by its name: two inputs of one type are fed with different tensors. */
function leafKey({ name, type, constant }: Value, isInput: boolean): string {
  const what = isInput || constant === undefined ? ['input', name] : ['constant', digestOf(constant), constant.dtype]
  return murmur128(JSON.stringify([what, typeText(type)]))
}
