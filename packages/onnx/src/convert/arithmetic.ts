import { elementCount, type Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { broadcast } from '@q/ir/ops'
import { largestF32 } from '../fold/literal.ts'
import { addNumber, bypass, constantOf, keepsShape, numberOf } from '../net/constants.ts'
import type { LastStep } from '../net/last-steps.ts'
import type { Rule } from '../net/rules.ts'

/** Puts a value made in passing before a node: `op` of these operands, in the type of `like`. */
export function before(
  net: GraphDraft,
  node: Node,
  name: string,
  op: string,
  inputs: readonly string[],
  like: string,
  attrs: Node['attrs'] = {},
): string {
  const result = net.freshName(name)
  net.setValue({ name: result, type: net.value(like).type })
  net.add({ op, inputs: [...inputs], outputs: [result], attrs }, node)
  return result
}

/** As {@link before}, of one operand; where the user of the operand that stands last in front of the node is the same, it gives that one's result. */
export function madeBefore(
  net: GraphDraft,
  node: Node,
  name: string,
  op: string,
  x: string,
  shape: readonly number[],
  attrs: Node['attrs'],
): string {
  const users = net.consumers(x)
  const standing = net.current(node)!
  const last = users.slice(0, users.indexOf(standing) < 0 ? undefined : users.indexOf(standing)).at(-1)
  if (last?.op === op && JSON.stringify(last.attrs) === JSON.stringify(attrs)) return last.outputs[0]!
  const result = before(net, node, name, op, [x], x, attrs)
  net.setValue({ name: result, type: { ...net.value(x).type, shape } })
  return result
}

/** A new value that takes over all users of a node's result, named for the step that makes it. */
export function after(net: GraphDraft, node: Node, step: LastStep): string {
  const [result] = node.outputs as [string]
  const follower = net.freshName(`${result}_${step}`)
  net.setValue({ ...net.value(result), name: follower })
  net.redirect(result, follower)
  return follower
}

/** A constant operand of a commutative operator stands on the right. */
export const constantRight: Rule = (net, node) => {
  const [a, b] = node.inputs as [string, string]
  if (constantOf(net, a) === undefined || constantOf(net, b) !== undefined) return false
  net.change(node, { inputs: [b, a] })
  return true
}

/** `-x` is `x * -1`. */
export const negation: Rule = (net, node) => {
  net.change(node, { op: 'Mul', inputs: [node.inputs[0], addNumber(net, `${node.outputs[0]}_const`, -1)] })
  return true
}

/** `1 / x` with the number on the left. */
export const reciprocal: Rule = (net, node) => {
  net.change(node, { op: 'Div', inputs: [addNumber(net, `${node.outputs[0]}_const`, 1), node.inputs[0]] })
  return true
}

/** `x - c` is `x + (-c)`; what is taken off as 0 is a term of -0, whatever its sign. */
export const subtraction: Rule = (net, node) => {
  const number = numberOf(net, node.inputs[1], true)
  if (number !== undefined && keepsShape(net, node, node.inputs[0]!)) {
    net.change(node, { op: 'Add', inputs: [node.inputs[0], addNumber(net, `${node.inputs[1]}_negative`, number === 0 ? -0 : -number)] })
    return true
  }
  return oneNumber(net, node, 0)
}

/** A constant operand whose elements are all equal becomes a constant of one element. */
export function oneNumber(net: GraphDraft, node: Node, side: number): boolean {
  const name = node.inputs[side]!
  const number = numberOf(net, name, true)
  if (number === undefined || elementCount(net.shape(name)) === 1 || !keepsShape(net, node, node.inputs[1 - side]!)) return false
  const inputs = [...node.inputs]
  inputs[side] = addNumber(net, `${name}_number`, number)
  net.change(node, { inputs })
  return true
}

/** Powers: 1 is nothing, 2 a product, 1/2 a root. */
export const power: Rule = (net, node) => {
  const x = node.inputs[0]!
  if (!keepsShape(net, node, node.inputs[0]!)) return oneNumber(net, node, 0)
  switch (numberOf(net, node.inputs[1], true)) {
    case 1:
      bypass(net, node, x)
      return true
    case 2:
      net.change(node, { op: 'Mul', inputs: [x, x] })
      return true
    case 0.5:
      net.change(node, { op: 'Sqrt', inputs: [x] })
      return true
    default:
      return oneNumber(net, node, 1) || oneNumber(net, node, 0)
  }
}

/** Sums, maxima and minima of more than two operands are chains; the last step carries the name. */
export const chain =
  (op: string): Rule =>
  (net, node) => {
    if (node.inputs.length === 1) {
      bypass(net, node, node.inputs[0]!)
      return true
    }
    if (node.inputs.length === 2) {
      if (node.op === op) return false
      net.change(node, { op })
      return true
    }
    const inputs = node.inputs as string[]
    const tensor = node.outputs[0]!.replace(new RegExp(`_${node.op}$`), '')
    const total = inputs.slice(1, -1).reduce((sum, each, i) => {
      const result = before(net, node, `${tensor}_${i + 1}_${node.op}`, op, [sum, each], node.outputs[0]!)
      net.setValue({ name: result, type: { ...net.value(result).type, shape: broadcast(net.shape(sum), net.shape(each)) } })
      return result
    }, inputs[0]!)
    net.change(node, { op, inputs: [total, inputs.at(-1)!] })
    return true
  }

/** A mean of tensors is their sum times a number. */
export const mean: Rule = (net, node) => {
  const sum = before(net, node, `${node.outputs[0]}_sum`, 'Sum', node.inputs as string[], node.outputs[0]!)
  net.change(node, { op: 'Mul', inputs: [sum, addNumber(net, `${node.outputs[0]}_const`, 1 / node.inputs.length)] })
  return true
}

/** Clip from 0 up to more is a ReLU, as in TPU-MLIR with a limit of 0 where it has none; a bound that is not given is the last number of float32, and computed bounds are a Max and a Min. */
export const clip: Rule = (net, node) => {
  const { min, max } = node.attrs as { readonly min?: number; readonly max?: number }
  const [x, low, high] = node.inputs as [string, string?, string?]
  if (low !== undefined && high !== undefined) {
    const raised = before(net, node, `${node.outputs[0]}_max`, 'Max', [x, low], x)
    net.change(node, { op: 'Min', inputs: [raised, high] })
  } else if (min === 0 && (max === undefined || max > 0))
    net.change(node, { op: 'Relu', attrs: { reluLimit: max === undefined ? 0 : max === Number.POSITIVE_INFINITY ? -1 : max } })
  else if (min !== undefined && max !== undefined) return false
  else net.change(node, { attrs: { min: min ?? -largestF32, max: max ?? largestF32 } })
  return true
}
