import type { GraphDraft } from '@q/ir/graph'

/** Operators whose results keep the tensor's bare name. */
const bare = new Set(['Ceil'])

/** Groups of operators named for one of them. */
const suffix: Readonly<Record<string, string>> = { TruthCast: 'Not' }

/** Gives every result its layer name: the tensor's name and the operator's, as the network stands now. */
export function nameValues(net: GraphDraft): void {
  for (const { op, outputs } of net.nodes()) {
    if (bare.has(op)) continue
    for (const output of outputs) net.rename(output, net.freshName(`${output}_${suffix[op] ?? op}`))
  }
}
