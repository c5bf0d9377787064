import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { constantOf, onlyUser, reshapedConstant, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { isScaled } from '../net/scaled-products.ts'
import { standsForTransposes } from './move-permutes.ts'

/** Operators whose results TPU-MLIR 1.30.2 leaves next to the sum, where nothing else uses them; it takes a factor behind a product's terms into it later than it looks at sums. */
const keptBeside: ReadonlySet<string> = new Set(['MatMul', 'LayerNormalization'])

/**
 * A Reshape between a sum of two tensors and a matrix product or a layer normalization goes in front of the sum, to each of its operands: the sum takes its name, they are
 * called `<operand>_r_reshape`.
 */
export const reshapeBeforeAdd: Rule = (net, node) => node.inputs.slice(0, 2).some((input) => movesAhead(net, net.producer(input!)))

function movesAhead(net: GraphDraft, reshape: Node | undefined): boolean {
  const sum = reshape?.op === 'Reshape' ? net.producer(reshape.inputs[0]!) : undefined
  if (reshape === undefined || sum?.op !== 'Add' || onlyUser(net, sum) !== reshape || standsForTransposes(reshape)) return false
  const [added] = sum.outputs as [string]
  const [result] = reshape.outputs as [string]
  const shape = net.shape(added)
  const operands = sum.inputs as readonly string[]
  const isKeptBeside = (name: string): boolean => {
    const producer = net.producer(name)
    return producer !== undefined && keptBeside.has(producer.op) && onlyUser(net, producer) === sum && !isScaled(net, name)
  }
  const fits = operands.every((name) => sameShape(net.shape(name), shape) && !isKeptBeside(name))
  if (!fits) return false
  const to = net.shape(result)
  const type = net.value(result).type
  const isReshaped = new Map<string, string>()
  const inputs = operands.map((name) => {
    if (constantOf(net, name) !== undefined) return reshapedConstant(net, name, to)
    const done = isReshaped.get(name)
    if (done !== undefined) return done
    const moved = net.freshName(`${name}_r_reshape`)
    net.setValue({ ...net.value(name), name: moved, type: { ...net.value(name).type, shape: to } })
    net.add({ op: 'Reshape', inputs: [name], outputs: [moved], attrs: reshape.attrs }, sum)
    isReshaped.set(name, moved)
    return moved
  })
  net.remove(reshape)
  net.setValue({ name: result, type })
  net.change(sum, { inputs, outputs: [result] })
  return true
}
