import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import type { Literal } from '../fold/literal.ts'
import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { rangeAlong } from '../net/slice-attrs.ts'
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
  const [head, tail] = [madeBy(net, node.inputs[0], 'Slice'), madeBy(net, turned?.inputs[0], 'Slice')]
  const [prefix, rest] = [rangeAlong(net, head, axis), rangeAlong(net, tail, axis)]
  if (turned === undefined || prefix === undefined || rest === undefined) return false
  const [first, x] = [head!.inputs[0]!, tail!.inputs[0]!]
  if (!areEqual(net, first, x) || prefix.from !== 0 || prefix.to !== rest.from || rest.to !== net.shape(x)[axis]) return false
  const [sin, cos] = turned.inputs.slice(1).map((name) => constantOf(net, name))
  if (sin === undefined || cos === undefined || ![sin, cos].every(({ shape }) => hasRows(shape, rest.to - rest.from))) return false
  const put = (place: number, known: Literal, filled: number): string => {
    const rows = filledRows(known, prefix.to, filled)
    return addConstant(net, `${result}_weight${place}`, rows.shape, rows.data)
  }
  net.change(node, { op: 'Rope', inputs: [x, put(0, sin, 0), put(1, cos, 1)], attrs: {} })
  return true
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
