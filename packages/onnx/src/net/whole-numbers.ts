import type { GraphDraft } from '@q/ir/graph'
import { isFloat } from '../fold/literal.ts'
import { constantOf } from './constants.ts'
import { isToldByMakers } from './told-by-makers.ts'

/** Operators that make whole numbers of anything. */
const alwaysWhole = new Set(
  'And ArgMax ArgMin Ceil Equal Floor Greater GreaterOrEqual Less LessOrEqual Not NotEqual Or Round Sign Xor'.split(' '),
)
/** Operators whose results are elements of their first operand. */
const ofFirst = new Set('Cast Expand Flatten Gather Reshape Slice Split Squeeze Tile Transpose Unsqueeze'.split(' '))
/** Operators that make whole numbers of whole numbers. */
const ofAll = new Set('Abs Add Concat Max Min Mul Neg Relu Sub'.split(' '))

/** Whether the elements of a value can be told to be whole numbers, by what made it. */
export function isWhole(net: GraphDraft, name: string): boolean {
  return isToldByMakers(name, (each) => {
    const known = constantOf(net, each)
    if (known !== undefined) return known.data.every(Number.isInteger)
    if (!isFloat(net.value(each).type.dtype)) return true
    const node = net.producer(each)
    if (node === undefined) return false
    if (alwaysWhole.has(node.op)) return true
    if (ofFirst.has(node.op)) return node.inputs.slice(0, 1)
    return ofAll.has(node.op) && node.inputs
  })
}
