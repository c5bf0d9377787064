import type { Backend } from '../contracts/backend.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Resolved } from '../resolve/resolved.ts'
import { check } from './runner.ts'

/** What became of a run: its numbers were compared; the chip says that it computes others; the scheme has no such numbers, or the chip refuses them. */
export type Outcome = 'compared' | 'computed otherwise' | 'not run'

/** What the target says that the chip computes otherwise of an operator. */
export function deviationOf({ target }: Pick<Backend, 'target'>, form: OpForm): string | undefined {
  return target.computedOtherwise?.[form] ?? target.computedOtherwise?.[form.replace('#constant', '') as OpForm]
}

/**
 * Whether a back end says of a layer that the chip computes it otherwise than the operator is defined (`computedOtherwise` of the kit). Fails when the target
 * does not list the operator: nobody may find out from single warnings only.
 */
export function isComputedOtherwise(
  { diagnostics }: Pick<Resolved, 'diagnostics'>,
  { layer, form }: { readonly layer: string; readonly form: OpForm },
  backend: Backend,
): boolean {
  const isTold = diagnostics.some(({ code, level, at }) => code === 'COMPUTED_OTHERWISE' && level === 'warning' && at.includes(layer))
  const isListed = deviationOf(backend, form) !== undefined
  check(!isTold || isListed, `a warning says that ${layer} is computed otherwise, but target.computedOtherwise does not list ${form}`)
  return isTold
}
