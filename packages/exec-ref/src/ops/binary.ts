import { allOps, type BinaryFunction, type OpDefinition } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import { binaryOf } from '@q/ir/ops'
import { broadcastTo } from '../compute/broadcast.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { newResult, operand, resultType } from '../operands.ts'

/** Element by element on two operands that broadcast; computed in double, which rounds once to float32. */
function pairwise(call: KernelCall, apply: BinaryFunction): readonly [Numbers] {
  const { shape } = resultType(call)
  const a = broadcastTo(operand(call, 0).data, operand(call, 0).type.shape, shape)
  const b = broadcastTo(operand(call, 1).data, operand(call, 1).type.shape, shape)
  const y = newResult(call)
  const [min, max] = ownLimits(call)
  for (let i = 0; i < y.length; i++) {
    const made = apply(a[i]!, b[i]!)
    y[i] = made < min ? min : made > max ? max : made
  }
  return [fuseRelu(call, y)]
}

/** Codes of operands that the element type of the result does not hold are its nearest ones; floats have no limits. */
function ownLimits(call: KernelCall): readonly [min: number, max: number] {
  const { dtype, quant } = resultType(call)
  return quant === undefined ? [-Infinity, Infinity] : codeLimitsOf({ dtype })
}

/** Applies the operator's function to each pair of elements. */
const binary =
  (definition: OpDefinition): Kernel =>
  (call) =>
    pairwise(call, binaryOf(definition, call.attrs)!)

/** The kernel of each operator that is a function of two numbers. */
export const binaryKernels: readonly (readonly [string, Kernel])[] = [...allOps.values()].flatMap((definition) =>
  definition.binary === undefined ? [] : [[definition.name, binary(definition)] as const],
)

const holds =
  (test: (a: number, b: number) => boolean): Kernel =>
  (call) =>
    pairwise(call, (a, b) => (test(a, b) ? 1 : 0))

export const equal = holds((a, b) => a === b)
export const notEqual = holds((a, b) => a !== b)
export const greater = holds((a, b) => a > b)
export const greaterOrEqual = holds((a, b) => a >= b)
export const less = holds((a, b) => a < b)
export const lessOrEqual = holds((a, b) => a <= b)
export const and = holds((a, b) => a !== 0 && b !== 0)
export const or = holds((a, b) => a !== 0 || b !== 0)
export const xor = holds((a, b) => (a !== 0) !== (b !== 0))

/** `x` where the condition is not 0, `y` elsewhere. */
export const where: Kernel = (call) => {
  const { shape } = resultType(call)
  const [condition, x, y] = [0, 1, 2].map((i) => broadcastTo(operand(call, i).data, operand(call, i).type.shape, shape)) as [
    ReturnType<typeof broadcastTo>,
    ReturnType<typeof broadcastTo>,
    ReturnType<typeof broadcastTo>,
  ]
  const z = newResult(call)
  for (let i = 0; i < z.length; i++) z[i] = condition[i] !== 0 ? x[i]! : y[i]!
  return [z]
}
