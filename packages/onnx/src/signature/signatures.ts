import type { AttrValue } from '@q/ir'
import { arithmeticSignatures } from './arithmetic-signatures.ts'
import { arrangementSignatures } from './arrangement-signatures.ts'
import { layerSignatures } from './layer-signatures.ts'
import { quantizedSignatures } from './quantized-signatures.ts'
import type { AttrSignature, OperandSignature, Signature } from './signature.ts'

/**
 * Every ONNX operator that is read, computed or written here, by name; operators of other domains carry theirs before a dot.
 * Reading, folding and writing know operands, attributes, their types and defaults from this table alone.
 */
export const signatures: ReadonlyMap<string, Signature> = new Map(
  [...arithmeticSignatures, ...layerSignatures, ...arrangementSignatures, ...quantizedSignatures].map((each) => [
    each.domain === '' ? each.name : `${each.domain}.${each.name}`,
    each,
  ]),
)

/** An attribute as a version of the operator set has it; `undefined` when that version does not. */
export function attributeAt({ attrs }: Signature, name: string, opset: number): AttrSignature | undefined {
  return attrs.get(name)?.find(({ since, until }) => since <= opset && opset <= until)
}

/** The operands in a version of the operator set; of an operator that is newer, those of its first version. */
export function operandsIn({ operands, since }: Signature, opset: number): readonly OperandSignature[] {
  const fitting = [...operands].filter(([first]) => first <= Math.max(opset, since)).sort(([a], [b]) => b - a)
  return fitting[0]?.[1] ?? []
}

/** The place of an operand; that of the newest version when the version does not have it. */
export function operandAt({ name: op, operands, since }: Signature, name: string, opset: number): number {
  const versions = [...operands].sort(([a], [b]) => a - b)
  const fitting = versions.filter(([first]) => first <= Math.max(opset, since))
  const place = (list: (typeof versions)[number] | undefined) => list?.[1].findIndex((operand) => operand.name === name) ?? -1
  const found = place(fitting.at(-1))
  const newest = found >= 0 ? found : place(versions.at(-1))
  if (newest < 0) throw new Error(`the signature of ${op} has no operand ${name}`)
  return newest
}

/**
 * Attributes with ONNX's defaults filled in. One that the version does not have is as if it had its default: that is how
 * ONNX adds attributes. What the file gives stays.
 */
export function withDefaults<T>(
  signature: Signature | undefined,
  given: Readonly<Record<string, T | AttrValue>>,
  opset: number,
): Readonly<Record<string, T | AttrValue>> {
  if (signature === undefined) return given
  const filled: Record<string, T | AttrValue> = {}
  for (const [name, versions] of signature.attrs) {
    const fallback = (attributeAt(signature, name, opset) ?? versions.at(-1))?.default
    if (fallback !== undefined) filled[name] = fallback
  }
  return { ...filled, ...given }
}

/** An attribute of a node whose value is not among those that are honoured. */
export interface Unhonoured {
  readonly name: string
  readonly value: unknown
  /** The values that are honoured. */
  readonly wanted: readonly AttrValue[]
  /** Whether the value is what ONNX takes where there is none. */
  readonly isLeftOut: boolean
}

/** What a node says that reading it does not honour, or means by leaving it out. */
export function unhonoured(signature: Signature, given: Readonly<Record<string, unknown>>, opset: number): readonly Unhonoured[] {
  return [...signature.attrs.keys()].flatMap((name): Unhonoured[] => {
    const attr = attributeAt(signature, name, opset)
    const isLeftOut = !Object.hasOwn(given, name)
    const value = isLeftOut ? attr?.default : given[name]
    if (attr?.use.kind !== 'only' || value === undefined || attr.use.values.includes(value as AttrValue)) return []
    return [{ name, value, wanted: attr.use.values, isLeftOut }]
  })
}
