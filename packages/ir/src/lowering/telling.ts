import type { LowerOp } from '../contracts/backend.ts'
import type { Diagnostic } from '../errors.ts'
import type { Node } from '../graph/types.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'

/** What there is to say of a lowered layer. */
export type Telling = (node: Node, context: LowerContext, made: LoweredNode) => readonly Diagnostic[]

/** The same lowerings, which also say all that, in this order. */
export function withTelling(lowerings: Readonly<Record<string, LowerOp>>, tellings: readonly Telling[]): Readonly<Record<string, LowerOp>> {
  const telling =
    (lower: LowerOp): LowerOp =>
    (node, context) => {
      const made = lower(node, context)
      const told = tellings.flatMap((tell) => tell(node, context, made))
      return told.length === 0 ? made : { ...made, diagnostics: [...(made.diagnostics ?? []), ...told] }
    }
  return Object.fromEntries(Object.entries(lowerings).map(([form, lower]) => [form, telling(lower)]))
}
