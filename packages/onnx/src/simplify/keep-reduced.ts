import { reductionNames } from '../fold/reductions.ts'
import { bypassKeepingOutputs, onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** A reduction whose axes come back behind it keeps them. TPU-MLIR 1.30.2 knows them where both count them from the same side. */
export const keepReduced: Rule = (net, node) => {
  const reduction = net.producer(node.inputs[0]!)
  if (reduction === undefined || !reductionNames.has(reduction.op) || onlyUser(net, reduction) !== node) return false
  const [dropped, returned] = [reduction, node].map(({ attrs }) => attrs['axes'] as readonly number[])
  if (reduction.attrs['keepdims'] !== false || !sameShape(dropped!, returned!)) return false
  if ((reduction.attrs['fromEnd'] === true) !== (node.attrs['fromEnd'] === true)) return false
  const [between] = reduction.outputs as [string]
  net.setValue({ ...net.value(between), type: { ...net.value(between).type, shape: net.shape(node.outputs[0]!) } })
  net.change(reduction, { attrs: { ...reduction.attrs, keepdims: true } })
  bypassKeepingOutputs(net, node, between)
  return true
}
