import type { Backend } from '../contracts/backend.ts'
import { valueOf } from '../graph/edges.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { OpName } from '../ops/op-set.ts'
import { isFloatType } from '../resolve/cast-types.ts'
import type { Resolved } from '../resolve/resolved.ts'
import { castOps } from '../resolve/simplify-casts.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { check } from './runner.ts'

/** Operators that change how numbers are stored, and compute nothing. */
const casts: ReadonlySet<string> = new Set(castOps)

/**
 * Fails when an operator that the target has on codes is computed in floats and no warning names the layer. What takes over the type of its
 * operand may have floats.
 */
export function checkComputedOnCodes(
  { target }: Backend,
  { form, layer, mode }: { readonly form: OpForm; readonly layer: string; readonly mode: QuantMode },
  { graph, diagnostics, plan }: Pick<Resolved, 'graph' | 'diagnostics' | 'plan'>,
): void {
  const op = form.replace('#constant', '') as OpName
  const promised = (target.ops[form] ?? target.ops[op])?.[plan.get(layer) ?? mode]
  if (promised === undefined || target.schemes[promised]?.kind !== 'integer' || target.typeFollowers?.includes(op) === true) return
  const isOnCodes = graph.nodes.some(
    (node) =>
      !casts.has(node.op) &&
      node.origin?.includes(layer) === true &&
      node.outputs.some((name) => !isFloatType(valueOf(graph, name).type.dtype)),
  )
  const isTold = diagnostics.some(({ level, at }) => level === 'warning' && at.includes(layer))
  check(isOnCodes || isTold, `the target has ${form} in ${promised}, but ${layer} is computed in floats and no warning names it`)
}
