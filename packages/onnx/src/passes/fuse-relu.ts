import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { reluEnd } from '@q/ir/ops'
import { numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const fusable = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Affine', 'MaxPool', 'AveragePool', 'Add', 'Sub', 'Mul', 'Upsample'])

const takesRelu = (net: GraphDraft, node: Node): boolean =>
  fusable.has(node.op) || (node.op === 'Div' && numberOf(net, node.inputs[0]) !== undefined)

/** Whether a node is a ReLU that becomes part of the operator before it. */
export function isFusedRelu(net: GraphDraft, node: Node | undefined): boolean {
  const producer = node?.op === 'Relu' ? net.producer(node.inputs[0]!) : undefined
  return producer !== undefined && takesRelu(net, producer) && onlyUser(net, producer) === node
}

/** A ReLU becomes part of the operator before it when nothing else uses that result; the operator takes the ReLU's name. */
export const fuseRelu: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer === undefined || onlyUser(net, producer) !== node) return false
  const limit = (node.attrs['reluLimit'] as number | undefined) ?? -1
  if (producer.op === 'Concat') {
    const all = producer.inputs.every((input) => {
      const maker = net.producer(input!)
      return maker !== undefined && takesRelu(net, maker) && onlyUser(net, maker) === producer
    })
    return all && moveAhead(net, producer, node, limit)
  }
  if (!takesRelu(net, producer)) return false
  const before = (producer.attrs['reluLimit'] as number | undefined) ?? -1
  const ends = [limit, before].filter((each) => each >= 0)
  const end = ends.length === 0 ? -1 : ends.reduce((a, b) => (reluEnd(a) < reluEnd(b) ? a : b))
  const [result] = node.outputs as [string]
  net.remove(node)
  net.change(producer, {
    outputs: [result],
    attrs: { ...producer.attrs, relu: true, ...(end < 0 ? {} : { reluLimit: end }) },
  })
  return true
}

/** A ReLU behind a Concat of operators that can take it goes to each of them. */
function moveAhead(net: GraphDraft, concat: Node, relu: Node, limit: number): boolean {
  const result = concat.outputs[0]!
  const inputs = concat.inputs.map((input) => {
    const name = `${input}_move_ahead_relu`
    if (!net.has(name)) {
      net.setValue({ ...net.value(input!), name })
      net.add({ op: 'Relu', inputs: [input], outputs: [name], attrs: { reluLimit: limit } }, concat)
    }
    return name
  })
  net.change(concat, { inputs })
  const last = relu.outputs[0]!
  net.remove(relu)
  net.redirect(last, result)
  net.rename(result, net.freshName(`${result}_relu`))
  return true
}
