import type { GraphDraft } from '@q/ir/graph'
import { constantOf } from './constants.ts'

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
  const waiting = [name]
  const seen = new Set(waiting)
  for (const each of waiting) {
    const known = constantOf(net, each)
    if (known !== undefined) {
      if (!known.data.every((element) => element >= 0)) return false
      continue
    }
    const { dtype } = net.value(each).type
    if (/^(u\d|bool)/.test(dtype)) continue
    const node = net.producer(each)
    // Numbers that do not fit wrap.
    if (node === undefined || (node.op === 'Cast' && /^i(8|16)$/.test(dtype))) return false
    if (neverNegative.has(node.op) || (node.op === 'TopK' && node.outputs[1] === each)) continue
    const operands = keepsSign.has(node.op) ? node.inputs.slice(0, 1) : node.op === 'Mod' ? node.inputs.slice(1) : node.inputs
    if (!keepsSign.has(node.op) && !ofAll.has(node.op) && !(node.op === 'Mod' && node.attrs['fmod'] !== true)) return false
    for (const operand of operands) {
      if (operand === undefined || seen.has(operand)) continue
      seen.add(operand)
      waiting.push(operand)
    }
  }
  return true
}
