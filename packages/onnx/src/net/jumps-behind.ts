import type { DType } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { isFloat } from '../fold/literal.ts'
import { constantOf } from './constants.ts'

/** Operators whose results jump where an operand changes by as little as it can. */
const jumping = new Set(
  'ArgMax ArgMin Ceil Equal Floor Greater GreaterOrEqual Less LessOrEqual Mod NotEqual Round Sign TopK TruthCast'.split(' '),
)
/** Operators whose results are elements of their operands, or those with a sign or a bound. */
const handingOn = new Set(
  (
    'Abs Cast Clip Concat DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Max MaxPool Min Neg Pad ReduceMax ReduceMin Relu ' +
    'Reshape Reverse Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze Where'
  ).split(' '),
)
/** Operators that move a value by a constant, as `floor(x / d + 0.5)` rounds. */
const movingByConstant = new Set(['Add', 'Div', 'Mul', 'Sub'])

/** Values that are walked through: each rule asks for each node, and networks of thousands of products in a row would be walked for minutes. */
const mostWalked = 500

/**
 * Whether a value, wherever it is moved, is rounded, compared or cast to integers: then the last place of it decides on whole numbers, and it has
 * to be computed in the very steps that the model says. So it has where that cannot be seen within {@link mostWalked} values.
 */
export function jumpsBehind(net: GraphDraft, name: string): boolean {
  const waiting = [name]
  const seen = new Set(waiting)
  for (const [walked, value] of waiting.entries()) {
    if (walked === mostWalked) return true
    for (const { op, inputs, outputs, attrs } of net.consumers(value)) {
      if (jumping.has(op) || (op === 'Cast' && !isFloat(attrs['to'] as DType))) return true
      const isMoved = movingByConstant.has(op) && inputs.some((each) => constantOf(net, each) !== undefined)
      if (!handingOn.has(op) && !isMoved) continue
      for (const output of outputs) {
        if (seen.has(output)) continue
        seen.add(output)
        waiting.push(output)
      }
    }
  }
  return false
}
