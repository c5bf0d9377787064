import { type DType, type Node, QError } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { isFloat } from '../fold/literal.ts'
import { addNumber, bypass, constantOf } from '../net/constants.ts'
import { isNonNegative } from '../net/non-negative.ts'
import type { Rule } from '../net/rules.ts'

/**
 * Casts. To wider floats, from truth values and to integers that hold all of the operand's nothing happens, nor to truth values that logic alone uses, as
 * it takes everything but 0 for true. Inputs of the network are numbers already, whatever type a file gives them. To 16-bit floats numbers are rounded; to integers the fraction is cut, and what 8 or 16 bits do not hold wraps.
 *
 * @throws QError `ONNX_BAD_NODE` without a type, `ONNX_UNSUPPORTED` to unsigned integers of 32 or 64 bits of what may be negative, as float32 does not hold what these become
 */
export const cast: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  const from = net.value(x).type.dtype
  const to = node.attrs['to'] as DType | undefined
  if (to === undefined) throw withoutType(node)
  if (to === 'bool' && from !== 'bool' && !isOnlyTested(net, node)) {
    net.change(node, { op: 'NotEqual', inputs: [x, addNumber(net, `${node.outputs[0]}_const`, 0)], attrs: {} })
    return true
  }
  if ((to === 'u32' || to === 'u64') && !isNonNegative(net, x)) throw negativeAsUnsigned(node, to)
  const isNumber = isFloat(to) && !isNarrow(to) && net.producer(x) === undefined && constantOf(net, x) === undefined
  if (to === 'bool' || holds(to, from) || (isNumber && !net.isOutput(node.outputs[0]!))) bypass(net, node, x)
  else if (isFloat(to)) net.change(node, { attrs: { to: isNarrow(to) && !isExact(from) ? to : 'f32' } })
  else net.change(node, { attrs: { to: bitsOf(to) < 32 ? to : 'i32', rounding: 'toward-zero' } })
  return true
}

const withoutType = (node: Node): QError =>
  new QError('ONNX_BAD_NODE', 'a Cast does not say to which type', {
    at: [node.outputs[0]!],
    found: 'no type that ONNX has',
    wanted: 'the attribute to',
    hint: 'check the model with onnx.checker, and export it again',
  })

const isNarrow = (dtype: DType): boolean => dtype === 'f16' || dtype === 'bf16'

/** Whether every float type holds the elements of this one. */
const isExact = (dtype: DType): boolean => dtype === 'bool' || dtype === 'i8' || dtype === 'u8'

const bitsOf = (dtype: DType): number => Number(/\d+$/.exec(dtype)?.[0] ?? 1)

/** Whether a type's elements stay as they are in another one: in floats by their kind, in integers by their bits, of which 32 are as good as 64. */
function holds(to: DType, from: DType): boolean {
  if (from === 'bool') return true
  if (isFloat(to)) return isFloat(from) && (!isNarrow(to) || to === from)
  if (isFloat(from)) return false
  const spare = to.startsWith('i') && from.startsWith('u') ? 1 : 0
  return bitsOf(to) >= 32 || (bitsOf(to) >= bitsOf(from) + spare && !(to.startsWith('u') && from.startsWith('i')))
}

const negativeAsUnsigned = (node: Node, to: DType): QError =>
  new QError('ONNX_UNSUPPORTED', `a Cast of numbers that may be negative to ${to} is not supported`, {
    at: [node.outputs[0]!],
    found: `Cast to ${to}`,
    wanted: 'a signed type, or numbers that are not negative',
    hint: 'cast to a signed type, or cut the graph before this node',
  })

const logic = new Set(['And', 'Or', 'Xor', 'Not'])
const moves = new Set(
  'Concat Expand Flatten Gather GatherElements GatherND Reshape Slice Split Squeeze Tile Transpose Unsqueeze'.split(' '),
)

/** Whether a truth value, wherever it is moved, is asked for nothing but whether it is 0. */
function isOnlyTested(net: GraphDraft, node: Node): boolean {
  const waiting = [...node.outputs]
  const seen = new Set(waiting)
  for (const value of waiting) {
    if (net.isOutput(value)) return false
    for (const { op, inputs, outputs } of net.consumers(value)) {
      if (logic.has(op) || (op === 'Where' && !inputs.slice(1).includes(value))) continue
      if (!moves.has(op)) return false
      for (const output of outputs.filter((each) => !seen.has(each))) {
        seen.add(output)
        waiting.push(output)
      }
    }
  }
  return true
}
