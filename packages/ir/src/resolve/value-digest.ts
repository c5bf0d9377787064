import { attributesThatCount, quickDigestOf } from '../graph/fingerprint.ts'
import type { Node, OpSet, TensorType, Value } from '../graph/types.ts'
import { wholeNumbers } from '../hash/digest.ts'
import { murmur128 } from '../hash/murmur128.ts'
import { sameItems } from './same-nodes.ts'

const forms = new WeakMap<Node, { readonly values: readonly Value[]; readonly digest: string }>()

/**
 * A digest of everything that decides what a node computes, its operands excepted; once for each node and its results' types.
 *
 * @param values the results: one node may give another type where its operand has another
 */
export function formDigest(node: Node, values: readonly Value[], ops: OpSet): string {
  const known = forms.get(node)
  if (known !== undefined && sameItems(known.values, values)) return known.digest
  const types = values.map(({ type }) => typeText(type))
  const digest = murmur128(JSON.stringify([node.op, types, attributesThatCount(node, ops.get(node.op))], wholeNumbers))
  forms.set(node, { values, digest })
  return digest
}

/** Keys of the results of a node, from the digest of its form and the keys of its operands. */
export function resultKeys({ outputs }: Node, form: string, operands: readonly string[]): readonly string[] {
  const key = murmur128(`${form}${operands.join()}`)
  return outputs.length === 1 ? [key] : outputs.map((_, i) => murmur128(`${key}#${i}`))
}

const leaves = new WeakMap<Value, string>()

/** The key of a value that no node makes. An input is known by its name: two inputs of one type are fed with different tensors. */
export function leafKey(value: Value): string {
  const known = leaves.get(value)
  if (known !== undefined) return known
  const { name, type, constant } = value
  const what = constant === undefined ? ['input', name] : ['constant', quickDigestOf(constant), constant.dtype]
  const key = murmur128(JSON.stringify([what, typeText(type)]))
  leaves.set(value, key)
  return key
}

/** A type without the calibrated range, which decides nothing any more once codes have their scales. */
function typeText({ dtype, shape, quant }: TensorType): unknown {
  if (quant === undefined) return [dtype, shape]
  const { scale, zeroPoint, expressed, ...more } = quant
  return [dtype, shape, scale, zeroPoint, expressed, Object.entries(more).sort(([a], [b]) => (a < b ? -1 : 1))]
}
