import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { broadcast } from '@q/ir/ops'
import { broadcastTo, type Literal } from '../fold/literal.ts'
import { addConstant, constantOf, onlyUser, sameShape } from '../net/constants.ts'
import { jumpsBehind } from '../net/jumps-behind.ts'
import { areMergeable, termsAreMergeable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'

const merges = {
  Add: { suffix: '_merged', both: (a: number, b: number) => a + b },
  Mul: { suffix: '_divisor', both: (a: number, b: number) => a * b },
} as const

/** The constant of more than one element that a node of this operator adds or multiplies with. */
function constantSide(net: GraphDraft, node: Node | undefined, op: string): Literal | undefined {
  if (node?.op !== op) return undefined
  const known = constantOf(net, node.inputs[1])
  return known !== undefined && known.data.length > 1 ? known : undefined
}

/** Constants added in a row are one, and so are constants multiplied with. */
export const mergeConstants: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  const [a, b] = [constantSide(net, first, node.op), constantSide(net, node, node.op)]
  if (first === undefined || a === undefined || b === undefined) return false
  if (first.attrs['relu'] === true || onlyUser(net, first) !== node) return false
  const { suffix, both } = merges[node.op as keyof typeof merges]
  const shape = broadcast(a.shape, b.shape)
  const [x, y] = [broadcastTo(a, shape).data, broadcastTo(b, shape).data]
  const data = Float32Array.from(x, (each, i) => both(each, y[i]!))
  if (!(node.op === 'Add' ? termsAreMergeable(x, data, [1]) : areMergeable(x, y, data)) || jumpsBehind(net, node.outputs[0]!)) return false
  net.change(node, { inputs: [first.inputs[0], addConstant(net, `${node.outputs[0]}${suffix}`, shape, data)] })
  return true
}

/** A shape from its first axis of more than one element on; the last axis of one without any. */
export const withoutLeadingOnes = (shape: readonly number[]): readonly number[] => shape.slice(shape.findIndex((d) => d !== 1))

/** A constant added between a Reshape that only puts axes of size 1 in front and one that takes them away is added without them. */
export const addWithoutReshapes: Rule = (net, node) => {
  const sum = net.producer(node.inputs[0]!)
  const term = constantSide(net, sum, 'Add')
  const before = sum === undefined ? undefined : net.producer(sum.inputs[0]!)
  if (sum === undefined || term === undefined || before?.op !== 'Reshape' || sum.attrs['relu'] === true) return false
  if (onlyUser(net, sum) !== node || onlyUser(net, before) !== sum) return false
  const [x] = before.inputs as [string]
  const [from, between, to] = [x, sum.inputs[0]!, node.outputs[0]!].map((name) => net.shape(name)) as [number[], number[], number[]]
  if (!sameShape(from, to) || !sameShape(between, net.shape(sum.outputs[0]!))) return false
  if (between.length <= from.length || !sameShape(withoutLeadingOnes(between), withoutLeadingOnes(from))) return false
  const shape = [...new Array<number>(Math.max(0, from.length - term.shape.length)).fill(1), ...term.shape].slice(-from.length)
  const [name] = sum.outputs as [string]
  const constant = addConstant(net, `${sum.inputs[1]}_reshape`, shape, term.data)
  net.setValue({ ...net.value(name), type: { ...net.value(name).type, shape: from } })
  net.change(sum, { inputs: [x, constant] })
  net.remove(node)
  net.redirect(node.outputs[0]!, name)
  return true
}
