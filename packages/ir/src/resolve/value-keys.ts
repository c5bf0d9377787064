import { attributesThatCount, digestOf } from '../graph/fingerprint.ts'
import type { Graph, Node, TensorType, Value } from '../graph/types.ts'
import { wholeNumbers } from '../hash/digest.ts'
import { murmur128 } from '../hash/murmur128.ts'

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
    const known = before?.kept.get(node)
    const isKnown = known?.operands.every((key, i) => key === operands[i]) === true
    const results = isKnown ? known.results : keysOfResults(node, graph, operands)
    if (!isKnown) computed++
    kept.set(node, isKnown ? known : { operands, results })
    node.outputs.forEach((name, i) => keys.set(name, results[i]!))
  }
  return { get: keyOf, kept, computed }
}

interface NodeKey {
  readonly operands: readonly string[]
  readonly results: readonly string[]
}

/** {@link ValueKeys} with what the next graph can take over. */
export interface NodeKeys extends ValueKeys {
  readonly kept: ReadonlyMap<Node, NodeKey>
}

const forms = new WeakMap<Node, string>()

function keysOfResults(node: Node, graph: Graph, operands: readonly string[]): readonly string[] {
  let form = forms.get(node)
  if (form === undefined) forms.set(node, (form = formText(node, graph)))
  const key = murmur128(`${form}|${operands.join()}`)
  return node.outputs.length === 1 ? [key] : node.outputs.map((_, i) => murmur128(`${key}#${i}`))
}

/** Everything that decides what a node computes, its operands excepted. */
function formText(node: Node, graph: Graph): string {
  const types = node.outputs.map((name) => typeText(graph.values.get(name)!.type))
  return JSON.stringify([node.op, types, attributesThatCount(node, graph.ops.get(node.op))], wholeNumbers)
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
