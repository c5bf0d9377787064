import { bypassKeepingOutputs, onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const reductions: ReadonlySet<string> = new Set(
  ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map((kind) => `Reduce${kind}`),
)

/** A reduction whose axes come back behind it keeps them. */
export const keepReduced: Rule = (net, node) => {
  const reduction = net.producer(node.inputs[0]!)
  if (reduction === undefined || !reductions.has(reduction.op) || onlyUser(net, reduction) !== node) return false
  const [dropped, returned] = [reduction, node].map(({ attrs }) => attrs['axes'] as readonly number[])
  if (reduction.attrs['keepdims'] !== false || !sameShape(dropped!, returned!)) return false
  const [between] = reduction.outputs as [string]
  net.setValue({ ...net.value(between), type: { ...net.value(between).type, shape: net.shape(node.outputs[0]!) } })
  net.change(reduction, { attrs: { ...reduction.attrs, keepdims: true } })
  bypassKeepingOutputs(net, node, between)
  return true
}
