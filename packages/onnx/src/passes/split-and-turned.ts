import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { onlyUser } from '../net/constants.ts'

/** The Reshape and the Transpose in front of a Reshape, in a row that nothing else uses: axes are split, turned, and put together. */
export function splitAndTurned(
  net: GraphDraft,
  node: Node,
): { readonly split: Node; readonly turned: Node; readonly perm: string } | undefined {
  const turned = net.producer(node.inputs[0]!)
  const split = turned?.op === 'Transpose' ? net.producer(turned.inputs[0]!) : undefined
  if (turned === undefined || split?.op !== 'Reshape' || onlyUser(net, turned) !== node || onlyUser(net, split) !== turned) return undefined
  return { split, turned, perm: (turned.attrs['perm'] as readonly number[]).join() }
}
