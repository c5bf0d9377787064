import type { Diagnostic } from '../errors.ts'
import { layerOf, valueOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'
import { roundF16 } from '../number/f16.ts'

/**
 * A warning for each value whose codes are made of float16 numbers by a factor that is none: `QuantizeLinear` multiplies by 1 / scale in the type of
 * its operand, which beyond 65504 is infinite, so that every code is the smallest or the largest. Scales below 1.53e-5 have such factors: ranges
 * of 16-bit codes below 0.5 or 1, of bytes below 0.002.
 */
export function endlessFactors(shipped: Graph): readonly Diagnostic[] {
  return shipped.nodes.flatMap((node) => {
    if (node.op !== 'QuantizeLinear' || valueOf(shipped, node.inputs[0]!).type.dtype !== 'f16') return []
    const { quant } = valueOf(shipped, node.outputs[0]!).type
    const least = Math.min(...(quant?.scales ?? [quant?.scale ?? 1]))
    if (Number.isFinite(roundF16(1 / least))) return []
    const layer = node.inputs[0]!
    return [
      {
        level: 'warning',
        code: 'FACTOR_ENDLESS',
        message: `the codes of ${layer} are made of float16 numbers and all saturate: 1 / scale is ${Math.round(1 / least)}, and float16 ends at 65504; keep what reads ${layer} in a float mode in the quantization table, or what makes it in another`,
        at: [layerOf(node)],
      } as const,
    ]
  })
}
