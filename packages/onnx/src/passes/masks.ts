import type { GraphDraft } from '@q/ir/graph'
import { addConstant, addNumber, constantOf, numberOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { isWhole } from '../net/whole-numbers.ts'

/** What a mask holds in the place of its largest numbers: half floats hold no more, and TPU-MLIR 1.30.2 does so. */
export const masked = 1e4

/** What carries a mask on to the sums it takes away from. */
const carriers = new Set('Add Cast Concat Expand Flatten Gather Reshape Slice Split Squeeze Tile Transpose Unsqueeze Where'.split(' '))

/** Whether a value serves nothing but Softmaxes, for which very negative and minus infinite are one. */
export function isMask(net: GraphDraft, name: string): boolean {
  const waiting = [name]
  const seen = new Set(waiting)
  for (const each of waiting) {
    if (net.isOutput(each)) return false
    for (const user of net.consumers(each)) {
      if (user.op === 'Softmax') continue
      if (!carriers.has(user.op) || user.attrs['relu'] === true) return false
      for (const result of user.outputs) {
        if (result === undefined || seen.has(result)) continue
        seen.add(result)
        waiting.push(result)
      }
    }
  }
  return true
}

/** A factor of 1e10 and more is 1e4 with its sign where it makes a mask of whole numbers. */
export const boundedFactor: Rule = (net, node) => {
  const [truth, factor] = node.inputs as [string, string]
  const number = numberOf(net, factor)
  if (number === undefined || !(Math.abs(number) >= 1e10) || !isWhole(net, truth) || !isMask(net, node.outputs[0]!)) return false
  net.change(node, { inputs: [truth, addNumber(net, `${node.outputs[0]}_const`, Math.sign(number) * masked)] })
  return true
}

/** Minus infinite terms of a mask are -1e4, so that what they are added to has a range. */
export const boundedTerms: Rule = (net, node) => {
  const [, terms] = node.inputs
  const known = constantOf(net, terms)
  if (known === undefined || !known.data.some((term) => term === -Infinity) || !isMask(net, node.outputs[0]!)) return false
  const bounded = known.data.map((term) => (term === -Infinity ? -masked : term))
  net.change(node, { inputs: [node.inputs[0], addConstant(net, `${terms}_bounded`, known.shape, bounded)] })
  return true
}
