import type { Net, NetNode } from './net.ts'

/** Rewrites around one node; says whether it did. It may change any node, also take this one out. */
export type Rule = (net: Net, node: NetNode) => boolean

/** The rules of each operator. */
export type RuleSet = Readonly<Record<string, readonly Rule[]>>

const longest = 100

/** Applies rules to every node, front to back, until nothing changes any more. */
export function applyRules(net: Net, rules: RuleSet): void {
  for (let round = 0; round < longest; round++) {
    let changed = false
    for (const node of net.nodes()) {
      let turns = 0
      while (net.alive(node) && turns++ < longest && (rules[node.op] ?? []).some((rule) => rule(net, node))) changed = true
    }
    if (net.prune()) changed = true
    if (!changed) return
  }
}

/** Rule sets joined: for one operator, the rules of earlier sets come first. */
export function joined(...sets: readonly RuleSet[]): RuleSet {
  const all: Record<string, Rule[]> = {}
  for (const set of sets) for (const [op, rules] of Object.entries(set)) (all[op] ??= []).push(...rules)
  return all
}
