import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'

interface Noted {
  /** Results behind which a term of 0 was left out. */
  readonly withoutTerm: Set<string>
  readonly scaled: Set<string>
}

const noted = new WeakMap<GraphDraft, Noted>()

function notedIn(net: GraphDraft): Noted {
  const known = noted.get(net) ?? { withoutTerm: new Set(), scaled: new Set() }
  noted.set(net, known)
  return known
}

/** Notes that a term of 0 behind a result was left out. */
export function noteWithoutTerm(net: GraphDraft, result: string): void {
  notedIn(net).withoutTerm.add(result)
}

/** Notes that a product takes the factor behind its terms into its constants. @param result of the multiplication, which is the product's then */
export function noteScaled(net: GraphDraft, product: Node, result: string): void {
  const { withoutTerm, scaled } = notedIn(net)
  if (product.inputs[2] !== undefined || withoutTerm.has(product.outputs[0]!)) scaled.add(result)
}

/** Whether a result is that of a product with terms which took the factor behind them in. */
export const isScaled = (net: GraphDraft, result: string): boolean => noted.get(net)?.scaled.has(result) === true
