import type { LowerOp } from '@q/ir'
import { repeated } from './repeated.ts'

/** Elements repeated. */
export const lowerUpsample: LowerOp = (node, context) => {
  const { scale_h, scale_w } = context.attrs(node)
  return repeated(node, context, [Number(scale_h), Number(scale_w)])
}
