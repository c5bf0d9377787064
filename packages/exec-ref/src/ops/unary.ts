import { allOps, type OpDefinition } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import { scalarOf } from '@q/ir/ops'
import { clampRelu, fuseRelu } from '../compute/fused-relu.ts'
import type { Kernel } from '../kernel.ts'
import { newResult, num, operand, resultType } from '../operands.ts'

/** Applies the operator's function to each element, in double; storing rounds to float32. */
const unary =
  (definition: OpDefinition): Kernel =>
  (call) => {
    const f = scalarOf(definition, call.attrs)!
    const x = operand(call, 0).data
    const y = newResult(call)
    for (let i = 0; i < x.length; i++) y[i] = f(x[i]!)
    return [y]
  }

/** The kernel of each operator that is a function of one number. */
export const unaryKernels: readonly (readonly [string, Kernel])[] = [...allOps.values()].flatMap((definition) =>
  definition.scalar === undefined ? [] : [[definition.name, unary(definition)] as const],
)

/** `max(0, x)`, capped at `reluLimit`; on codes the zero point is the zero. */
export const relu: Kernel = (call) => {
  const y = newResult(call)
  const zero = resultType(call).quant?.zeroPoint ?? 0
  y.set(operand(call, 0).data)
  if (zero === 0) return [clampRelu(y, num(call, 'reluLimit'))]
  for (let i = 0; i < y.length; i++) if (y[i]! < zero) y[i] = zero
  return [y]
}

/** |x|, of codes the size of the code itself. One that its type cannot hold (128 in signed bytes) stays a number, as in TPU-MLIR 1.30.2. */
export const abs: Kernel = (call) => {
  const x = operand(call, 0).data
  const [, max] = codeLimitsOf({ dtype: resultType(call).dtype })
  const y = x.every((v) => Math.abs(v) <= max) ? newResult(call) : new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!)
  return [y]
}

/** `x < 0 ? slope * x : x`, one slope for each slice of axis 1, or one for all. */
export const pRelu: Kernel = (call) => {
  const x = operand(call, 0)
  const slope = operand(call, 1).data
  const y = newResult(call)
  const inner = x.type.shape.slice(2).reduce((product, dim) => product * dim, 1)
  const channels = x.type.shape[1] ?? 1
  for (let i = 0; i < y.length; i++) {
    const v = x.data[i]!
    y[i] = v < 0 ? v * slope[slope.length === 1 ? 0 : Math.floor(i / inner) % channels]! : v
  }
  return [y]
}

/** `x * scale + bias` for each slice of axis 1; product and sum are float32; then ReLU. */
export const affine: Kernel = (call) => {
  const x = operand(call, 0)
  const scale = operand(call, 1).data
  const bias = operand(call, 2).data
  const y = newResult(call)
  const inner = x.type.shape.slice(2).reduce((product, dim) => product * dim, 1)
  const channels = x.type.shape[1] ?? 1
  for (let i = 0; i < y.length; i++) {
    const c = Math.floor(i / inner) % channels
    y[i] = Math.fround(x.data[i]! * scale[c]!) + bias[c]!
  }
  return [fuseRelu(call, y)]
}
