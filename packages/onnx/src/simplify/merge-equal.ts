import { elementCount } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { eachNode } from '../net/rules.ts'

/** Nodes of one operator, attributes and operands are one node: later ones go, the first stays. Equal small constants count as one. */
export function mergeEqual(net: GraphDraft, only?: ReadonlySet<string>): boolean {
  const seen = new Map<string, readonly string[]>()
  const constants = new Map<string, string>()
  let changed = false
  const keyOf = (name: string | undefined): string => {
    if (name === undefined) return ''
    const known = constants.get(name)
    if (known !== undefined) return known
    const { constant, type } = net.value(name)
    const key =
      constant !== undefined && elementCount(type.shape) <= 1024 ? `${type.dtype}[${type.shape.join()}]${constant.data.join()}` : `#${name}`
    constants.set(name, key)
    return key
  }
  eachNode(net, (node) => {
    if (only !== undefined && !only.has(node.op)) return
    const key = JSON.stringify([
      node.op,
      node.inputs.map(keyOf),
      Object.entries(node.attrs).sort(([a], [b]) => (a < b ? -1 : 1)),
      node.outputs.length,
    ])
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, node.outputs)
      return
    }
    if (node.outputs.some((output) => net.isOutput(output))) return
    net.remove(node)
    node.outputs.forEach((output, i) => net.redirect(output, first[i]!))
    changed = true
  })
  return changed
}
