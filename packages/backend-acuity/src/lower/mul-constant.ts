import type { LowerOp } from '@q/ir'
import { asProduct } from '@q/ir/lowering'

/**
 * A product with a number: on codes as any product. Where the point of codes is fixed, a number that is a power of two has no code in the format that its range would give it; it gets
 * the next wider one.
 */
export const lowerMulConstant: LowerOp = (node, context) => {
  if (context.scheme.kind === 'float' || context.integers.activations.scale !== 'fixed-point') return asProduct(node, context)
  const activations = { ...context.integers.activations, scale: 'power-of-two' } as const
  return asProduct(node, Object.create(context, { integers: { value: { ...context.integers, activations } } }))
}
