import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import type { Literal } from '../fold/literal.ts'
import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy } from '../patterns/match.ts'

/**
 * A Concat of the first rows of `x`, as they are, and a rotary position embedding of all others (tokens behind a class token) is one of all rows: those rows have the
 * sines 0 and the cosines 1. TPU-MLIR 1.30.2 does so, with the tensor that the others are taken of.
 */
export const ropeBehindPrefix: Rule = (net, node) => {
  const [result] = node.outputs as [string]
  const axis = net.shape(result).length - 2
  if (axis < 0 || node.attrs['axis'] !== axis || node.attrs['relu'] === true || node.inputs.length !== 2) return false
  const turned = madeBy(net, node.inputs[1], 'Rope')
  const prefix = rowsOf(net, node.inputs[0], axis)
  const rest = rowsOf(net, turned?.inputs[0], axis)
  if (turned === undefined || prefix === undefined || rest === undefined || !areEqual(net, prefix.x, rest.x)) return false
  if (prefix.from !== 0 || prefix.to !== rest.from || rest.to !== net.shape(rest.x)[axis]) return false
  const [sin, cos] = turned.inputs.slice(1).map((name) => constantOf(net, name))
  if (sin === undefined || cos === undefined || ![sin, cos].every(({ shape }) => hasRows(shape, rest.to - rest.from))) return false
  const put = (place: number, known: Literal, filled: number): string => {
    const rows = filledRows(known, prefix.to, filled)
    return addConstant(net, `${result}_weight${place}`, rows.shape, rows.data)
  }
  net.change(node, { op: 'Rope', inputs: [rest.x, put(0, sin, 0), put(1, cos, 1)], attrs: {} })
  return true
}

interface Rows {
  readonly x: string
  readonly from: number
  readonly to: number
}

/** The rows of a tensor along an axis that a Slice takes, one by one and all else whole. */
function rowsOf(net: GraphDraft, name: string | undefined, axis: number): Rows | undefined {
  const slice = madeBy(net, name, 'Slice')
  if (slice === undefined) return undefined
  const [x] = slice.inputs as [string]
  const shape = net.shape(x)
  const { starts, ends, steps } = slice.attrs as Record<'starts' | 'ends' | 'steps', readonly number[]>
  const isWhole = shape.every((size, i) => steps[i] === 1 && (i === axis || (starts[i] === 0 && ends[i]! >= size)))
  return isWhole ? { x, from: starts[axis]!, to: Math.min(ends[axis]!, shape[axis]!) } : undefined
}

/** Whether two tensors are one, or the same transposition of one. */
function areEqual(net: GraphDraft, a: string, b: string): boolean {
  if (a === b) return true
  const [one, other] = [madeBy(net, a, 'Transpose'), madeBy(net, b, 'Transpose')]
  const perm = (node: Node | undefined): string => String(node?.attrs['perm'])
  return one !== undefined && one.inputs[0] === other?.inputs[0] && perm(one) === perm(other)
}

/** Whether a constant is one matrix of so many rows. */
const hasRows = (shape: readonly number[], rows: number): boolean =>
  shape.length > 1 && shape.at(-2) === rows && shape.slice(0, -2).every((size) => size === 1)

/** The matrix with rows of one number in front. */
function filledRows({ shape, data }: Literal, rows: number, filled: number): Pick<Literal, 'shape' | 'data'> {
  const width = shape.at(-1)!
  const all = new Float32Array(rows * width + data.length).fill(filled)
  all.set(data as ArrayLike<number>, rows * width)
  return { shape: [...shape.slice(0, -2), rows + shape.at(-2)!, width], data: all }
}
