import type { Diagnostic, LowerContext, LoweredNode, LowerOp, Node } from '@q/ir'

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
