import type { DType, Node, TensorType } from '@q/ir'
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
  'StridedCopy',
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

/** Operators among these that choose between numbers, and limit them to the codes of the result. */
const choosing: ReadonlySet<string> = new Set(['Max', 'Min', 'Relu'])

/** Pairs of element types of a node that copies codes and types its result by other ones: of an operand, and of the result. */
function changedTypes({ op, inputs, outputs }: Node, typeOf: (name: string) => TensorType): readonly (readonly [from: DType, to: DType])[] {
  if (!onCodes.has(op) || choosing.has(op)) return []
  const to = typeOf(outputs[0]!)
  return inputs.flatMap((name) => {
    if (name === undefined) return []
    const from = typeOf(name)
    const isChanged = from.quant !== undefined && to.quant !== undefined && from.dtype !== to.dtype
    return isChanged && isCodeType(from.dtype) && isCodeType(to.dtype) ? [[from.dtype, to.dtype] as const] : []
  })
}

/** Whether a node copies codes, as numbers, to a result of another element type: each type of codes travels in its own way. */
export const changesCodeType = (node: Node, typeOf: (name: string) => TensorType): boolean => changedTypes(node, typeOf).length > 0

/**
 * Whether results of a node, typed as codes, may be numbers that their type does not hold: padding with a number that is no code,
 * the magnitude of the smallest code, and copies to an element type that holds less. Bytes cannot carry them.
 */
export function givesLooseCodes(node: Node, typeOf: (name: string) => TensorType): boolean {
  const { op, inputs, attrs } = node
  const isHeld = ([from, to]: readonly [from: DType, to: DType]): boolean =>
    codeRange(from)[0] >= codeRange(to)[0] && codeRange(from)[1] <= codeRange(to)[1]
  if (!changedTypes(node, typeOf).every(isHeld)) return true
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
