import type { LowerOp } from '../contracts/backend.ts'
import { asFloat } from './float.ts'

/**
 * A lowering with a form of its own for some modes.
 *
 * @param otherwise lowers in every mode that has none. @default {@link asFloat}
 */
export const byMode =
  (forms: Readonly<Record<string, LowerOp>>, otherwise: LowerOp = asFloat()): LowerOp =>
  (node, context) =>
    (forms[context.mode] ?? otherwise)(node, context)

/** A lowering with one form for modes that compute on codes and one for float modes. @param floats {@link asFloat} unless given */
export const onCodes =
  (codes: LowerOp, floats: LowerOp = asFloat()): LowerOp =>
  (node, context) =>
    (context.scheme.kind === 'float' ? floats : codes)(node, context)
