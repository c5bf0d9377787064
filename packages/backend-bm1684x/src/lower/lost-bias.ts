import { type Diagnostic, layerOf, type Node } from '@q/ir'
import { biasFits } from '@q/ir/lowering'

/**
 * A warning where the chip has no code for the bias of some channel: its compiler, TPU-MLIR 1.30.2, turns what 32 bits do not hold into the least
 * integer, whatever its sign, so that these channels have the least result.
 *
 * @param scales of the sums, one for each channel or one for all
 */
export function lostBias(node: Node, bias: Float32Array | undefined, scales: number | readonly number[]): readonly Diagnostic[] {
  const lost = bias === undefined ? [] : biasFits(bias, scales).flatMap((fits, channel) => (fits ? [] : [channel]))
  if (lost.length === 0) return []
  const layer = layerOf(node)
  const which = `${lost.length === 1 ? 'channel' : 'channels'} ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ` and ${lost.length - 5} more` : ''}`
  return [
    {
      level: 'warning',
      code: 'BIAS_LOST',
      message: `the bias of ${layer} does not fit 32 bits in ${which}: its weights are far smaller, and the chip has the least result there; a float mode in the quantization table computes it right`,
      at: [layer],
    },
  ]
}
