import type { LowerOp } from '../contracts/backend.ts'
import type { Target } from '../contracts/target.ts'
import { asFloat, type FloatForm } from './float.ts'

/**
 * Lowerings for the operator forms that a target has in float modes only, whatever mode is asked: each is computed as it is. A back end spreads them first
 * and says after them what has a form of its own.
 */
export function floatOnly({ ops, schemes }: Target, form?: FloatForm): Readonly<Record<string, LowerOp>> {
  const isFloat = (mode: string | undefined): boolean => mode !== undefined && schemes[mode]?.kind === 'float'
  return Object.fromEntries(
    Object.entries(ops).flatMap(([op, modes]) => (Object.values(modes ?? {}).every(isFloat) ? [[op, asFloat(form)] as const] : [])),
  )
}
