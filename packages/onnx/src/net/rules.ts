import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'

/** Rewrites around one node; says whether it did. It may change any node, also take this one out. */
export type Rule = (net: GraphDraft, node: Node) => boolean

/** The rules of each operator. */
export type RuleSet = Readonly<Record<string, readonly Rule[]>>

const longest = 100

/** Visits every node that is still there, as it stands when its turn comes. */
export function eachNode(net: GraphDraft, visit: (node: Node) => void): void {
  for (const started of net.nodes()) {
    const node = net.current(started)
    if (node !== undefined) visit(node)
  }
}

/** Applies rules to every node, front to back, until nothing changes any more. */
export function applyRules(net: GraphDraft, rules: RuleSet): void {
  for (let round = 0; round < longest; round++) {
    let changed = false
    for (const started of net.nodes()) {
      let node = net.current(started)
      for (let turns = 0; node !== undefined && turns < longest; turns++) {
        const standing = node
        if (!(rules[standing.op] ?? []).some((rule) => rule(net, standing))) break
        changed = true
        node = net.current(started)
      }
    }
    if (net.prune()) changed = true
    if (!changed) return
  }
}
