import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { elementsOf } from '../fold/literal.ts'
import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { rangeAlong } from '../net/slice-attrs.ts'

/** The fewest columns that TPU-MLIR 1.30.2 computes by themselves. */
const fewest = 128

/** Adds the columns of a constant as a constant of their own. */
function part(net: GraphDraft, name: string, from: number, to: number): string {
  const { shape, data } = constantOf(net, name)!
  const width = shape.at(-1)!
  const rows = data.length / width
  const columns = elementsOf('f32', rows * (to - from))
  for (let row = 0; row < rows; row++) columns.set(data.subarray(row * width + from, row * width + to), row * (to - from))
  return addConstant(net, `${name}__offset${from}`, [...shape.slice(0, -1), to - from], columns)
}

/**
 * A product with constants, of three axes or more, whose result is only cut into ranges of many columns is one product for each of them, as in TPU-MLIR 1.30.2: it
 * has the name of the Slice, and the last Slice's stands first; where a bias was added that single Slices cut, and no Split, the first's does. Fewer columns, of any of them, leave all to the chip's own rewrites.
 */
export const splitColumns: Rule = (net, node) => {
  const [x, ...constants] = node.inputs as [string, string, string?]
  const [result] = node.outputs as [string]
  const width = net.shape(result).at(-1)
  const slices = net.consumers(result)
  if (net.shape(result).length < 3 || slices.length < 2 || net.isOutput(result) || node.attrs['transB'] === true) return false
  if (constants.some((name) => name !== undefined && constantOf(net, name)?.shape.at(-1) !== width)) return false
  const parts = slices.map((slice) => rangeAlong(net, slice, net.shape(result).length - 1))
  if (!parts.every((each) => each !== undefined && each.to - each.from >= fewest)) return false
  const products = slices.map(({ outputs }, i): Node => {
    const { from, to } = parts[i]!
    const operands = constants.map((name) => (name === undefined ? undefined : part(net, name, from, to)))
    return { ...node, inputs: [x, ...operands], outputs }
  })
  for (const slice of slices) net.remove(slice)
  const isInOrder = constants[1] !== undefined && slices.every(({ outputs }) => outputs[0]!.endsWith('_Slice'))
  net.replace(node, isInOrder ? products : products.reverse())
  return true
}
