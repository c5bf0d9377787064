import type { Graph, Node } from '@q/ir'
import { valueOf } from '@q/ir'
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

const known = new WeakMap<Graph, ReadonlySet<string>>()

/**
 * Values typed as codes that may hold other numbers: padding with a number that is no code, the magnitude of the smallest
 * code, and copies of those. Bytes cannot carry them.
 */
export function looseCodes(graph: Graph): ReadonlySet<string> {
  const found = known.get(graph)
  if (found !== undefined) return found
  const loose = new Set<string>()
  for (const node of graph.nodes) {
    const output = graph.values.get(node.outputs[0]!)
    if (output === undefined || !isCodeType(output.type.dtype)) continue
    if (isSource(graph, node) || (onCodes.has(node.op) && node.inputs.some((name) => name !== undefined && loose.has(name)))) {
      for (const name of node.outputs) loose.add(name)
    }
  }
  known.set(graph, loose)
  return loose
}

function isSource(graph: Graph, { op, inputs, attrs }: Node): boolean {
  const { dtype } = valueOf(graph, inputs[0]!).type
  if (op === 'Abs') return isCodeType(dtype)
  if (op !== 'Pad' || !isCodeType(dtype) || (attrs['mode'] ?? 'constant') !== 'constant') return false
  const value = Number(attrs['value'] ?? 0)
  const [low, high] = codeRange(dtype)
  return !Number.isInteger(value) || value < low || value > high
}
