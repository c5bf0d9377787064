import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { numberOf, onlyUser } from '../net/constants.ts'

/** The maker of an operand when it is one of these operators. */
export function madeBy(net: GraphDraft, name: string | undefined, ...ops: readonly string[]): Node | undefined {
  const producer = name === undefined ? undefined : net.producer(name)
  return producer !== undefined && ops.includes(producer.op) ? producer : undefined
}

/** The other operand of a two-operand node that has the number `value` on either side (`Sub` and `Div`: on the right only). */
export function withNumber(net: GraphDraft, node: Node | undefined, value: number, tolerance = 1e-5): string | undefined {
  if (node === undefined) return undefined
  for (const side of node.op === 'Sub' || node.op === 'Div' || node.op === 'Pow' ? [1] : [1, 0]) {
    const number = numberOf(net, node.inputs[side], true)
    if (number !== undefined && Math.abs(number - value) <= tolerance * Math.max(1, Math.abs(value))) return node.inputs[1 - side]
  }
  return undefined
}

/** The factors of a product of products; inner products must have no other user. */
export function factorsOf(net: GraphDraft, root: Node): readonly string[] {
  const factors: string[] = []
  const walk = (name: string, user: Node): void => {
    const producer = net.producer(name)
    const reciprocal = producer?.op === 'Div' ? numberOf(net, producer.inputs[1], true) : undefined
    if (producer !== undefined && producer.op === 'Mul' && onlyUser(net, producer) === user) {
      for (const input of producer.inputs) walk(input!, producer)
    } else if (producer !== undefined && reciprocal === 2 && onlyUser(net, producer) === user) {
      factors.push('/2')
      walk(producer.inputs[0]!, producer)
    } else factors.push(name)
  }
  for (const input of root.inputs) walk(input!, root)
  return factors
}
