import type { GraphDraft } from '@q/ir/graph'
import { constantOf } from './constants.ts'
import { isToldByMakers } from './told-by-makers.ts'

/** Operators whose results are never negative. */
const neverNegative = new Set(['Abs', 'ArgMax', 'ArgMin', 'Exp', 'Relu', 'Sigmoid', 'Softmax', 'Softplus', 'Sqrt'])
/** Operators whose results have the sign of their first operand, or are elements of it. */
const keepsSign = new Set(
  'Cast Ceil Expand Flatten Floor Gather GatherElements GatherND ReduceMax ReduceMean ReduceMin ReduceSum Reshape Reverse Round Slice Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
)
/** Operators that give nothing negative of operands that are not. */
const ofAll = new Set(['Add', 'Concat', 'Max', 'Min', 'Mul', 'Sum'])

/** Whether the elements of a value can be told not to be negative, by what made it. */
export function isNonNegative(net: GraphDraft, name: string): boolean {
  return isToldByMakers(name, (each) => {
    const known = constantOf(net, each)
    if (known !== undefined) return known.data.every((element) => element >= 0)
    const { dtype } = net.value(each).type
    if (/^(u\d|bool)/.test(dtype)) return true
    const node = net.producer(each)
    // Numbers that do not fit wrap.
    if (node === undefined || (node.op === 'Cast' && /^i(8|16)$/.test(dtype))) return false
    if (neverNegative.has(node.op) || (node.op === 'TopK' && node.outputs[1] === each)) return true
    if (keepsSign.has(node.op)) return node.inputs.slice(0, 1)
    if (node.op === 'Mod') return node.attrs['fmod'] !== true && node.inputs.slice(1)
    return ofAll.has(node.op) && node.inputs
  })
}
