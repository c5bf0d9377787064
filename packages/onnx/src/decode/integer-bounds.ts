import type { DType, Graph, Node, Value } from '@q/ir'
import { elementCount } from '@q/ir'
import { isFloat } from '../fold/literal.ts'
import { boundsOfUses, largestElement } from './bounds-of-uses.ts'

/** What integers are taken to be whose size nothing tells: inputs, mostly, which are ids and masks. */
const given = 2 ** 18

/** Of types that hold less. */
const largest: Readonly<Partial<Record<DType, number>>> = { bool: 1, u8: 255, i8: 128, u16: 65535, i16: 32768 }

/** Operators whose results are elements of their first operand, or nothing that is larger. */
const ofFirst: ReadonlySet<string> = new Set(
  'Abs Cast Ceil Clip Div Expand Flatten Floor Gather GatherElements GatherND Identity Neg ReduceMax ReduceMean ReduceMin Relu Reshape Round ScatterND Slice Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
)
/** Operators whose results are elements of one of their operands. */
const ofAny: ReadonlySet<string> = new Set('Concat Max Min Pad ScatterElements Where'.split(' '))

/**
 * How large the magnitudes of integers of a graph may become, told by what makes and uses them; floats that integers are made of are taken as inputs are.
 *
 * @returns the bound of a value
 */
export function integerBounds(graph: Graph): (name: string) => number {
  const bounds = new Map<string, number>()
  const boundOf = (name: string | undefined): number => {
    const known = name === undefined ? 0 : bounds.get(name)
    if (known !== undefined) return known
    const bound = boundOfGiven(graph.values.get(name!))
    bounds.set(name!, bound)
    return bound
  }
  const uses = boundsOfUses(graph)
  for (const node of graph.nodes) {
    const isInteger = node.outputs.some((name) => !isFloat(graph.values.get(name)?.type.dtype ?? 'f32'))
    if (!isInteger) continue
    const bound = Math.min(boundOfNode(node, graph, boundOf), uses.get(node.outputs[0]!) ?? Number.POSITIVE_INFINITY)
    for (const name of node.outputs) bounds.set(name, bound)
  }
  return boundOf
}

/** Of an input or a constant. */
function boundOfGiven(value: Value | undefined): number {
  if (value?.constant === undefined) return value === undefined ? given : Math.min(given, largest[value.type.dtype] ?? given)
  return largestElement(value.constant)
}

function boundOfNode(node: Node, graph: Graph, boundOf: (name: string | undefined) => number): number {
  const { op, inputs } = node
  const [a, b] = inputs
  const all = inputs.map(boundOf)
  const shape = (a === undefined ? undefined : graph.values.get(a)?.type.shape) ?? []
  const longest = Math.max(1, ...shape)
  if (ofFirst.has(op)) return boundOf(a)
  if (ofAny.has(op)) return Math.max(...all)
  if (graph.values.get(node.outputs[0]!)?.type.dtype === 'bool') return 1
  switch (op) {
    case 'Add':
    case 'Sub':
    case 'Sum':
      return all.reduce((sum, each) => sum + each, 0)
    case 'Mul':
      return boundOf(a) * boundOf(b)
    case 'Mod':
      return Math.min(boundOf(a), boundOf(b))
    case 'CumSum':
      return boundOf(a) * longest
    case 'ReduceSum':
    case 'ReduceL1':
      return boundOf(a) * elementCount(shape)
    case 'MatMul':
      return boundOf(a) * boundOf(b) * (shape.at(-1) ?? 1)
    case 'ArgMax':
    case 'ArgMin':
    case 'TopK':
      return longest
    case 'Sign':
      return 1
    default:
      return given
  }
}
