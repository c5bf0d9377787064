import type { Node, TensorType } from '@q/ir'
import { codeRange, isCodeType } from './codes.ts'

/** Operators that copy or select elements, and so take codes as they are. */
export const onCodes: ReadonlySet<string> = new Set([
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Concat',
  'Slice',
  'Tile',
  'Pad',
  'Upsample',
  'DepthToSpace',
  'ShuffleChannel',
  'SwapDimInner',
  'Reverse',
  'Gather',
  'GatherElements',
  'GatherND',
  'ScatterND',
  'ScatterElements',
  'Where',
  'MaxPool',
  'Max',
  'Min',
  'Relu',
])

/**
 * Whether results of a node, typed as codes, may be numbers that their type does not hold: padding with a number that is no code, and
 * the magnitude of the smallest code. Bytes cannot carry them.
 */
export function givesLooseCodes({ op, inputs, attrs }: Node, typeOf: (name: string) => TensorType): boolean {
  if (op !== 'Abs' && op !== 'Pad') return false
  const { dtype } = typeOf(inputs[0]!)
  if (!isCodeType(dtype)) return false
  if (op === 'Abs') return true
  if ((attrs['mode'] ?? 'constant') !== 'constant') return false
  const value = Number(attrs['value'] ?? 0)
  const [low, high] = codeRange(dtype)
  return !Number.isInteger(value) || value < low || value > high
}

/** Whether a node hands loose codes on: it gives some by itself, or copies those of an operand. @param loose values that have some */
export function handsOnLooseCodes(node: Node, typeOf: (name: string) => TensorType, loose: ReadonlySet<string>): boolean {
  return givesLooseCodes(node, typeOf) || (onCodes.has(node.op) && node.inputs.some((name) => name !== undefined && loose.has(name)))
}
