import type { ObservedRange } from '../contracts/observer.ts'
import type { Diagnostic } from '../errors.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import { edgesOf } from '../graph/edges.ts'
import type { Graph, Node, TensorType } from '../graph/types.ts'
import { smallestThreshold } from '../tables/smallest-threshold.ts'

/** Steps of a scale that a rounding, or a least value close to 0, may lose. */
const unnoticed = 2

/** Operators whose result is made of elements of their operand, so that a ReLU behind them takes away what is lost before. */
const moving: readonly string[] = ['DepthToSpace', 'MaxPool', 'Reshape', 'Transpose']

/**
 * A warning for each layer that is negative in the calibration and whose codes have nothing below 0 but a ReLU behind it needs it: ranges that
 * a family's rules carry over from a neighbour, or that an operator has whatever was observed.
 *
 * @param float the network the table is of
 * @param shipped what was made of it
 * @param rowOf the row of the table that holds for a value
 */
export function lostNegatives(float: Graph, shipped: Graph, rowOf: (name: string) => ObservedRange | undefined): readonly Diagnostic[] {
  const { consumers } = edgesOf(float)
  const isCutLater = (name: string): boolean => {
    const users = consumers.get(name) ?? []
    return (
      !float.outputs.includes(name) &&
      users.every((user) => user.op === 'Relu' || (moving.includes(user.op) && (isCut(user) || isCutLater(user.outputs[0]!))))
    )
  }
  return float.nodes.flatMap((node) => {
    const name = node.outputs[0]!
    const row = rowOf(name)
    const type = shipped.values.get(name)?.type
    if (row === undefined || row.threshold <= smallestThreshold || type?.quant === undefined || isCut(node)) return []
    const least = Math.max(row.min, -row.threshold)
    const { scale } = type.quant
    // Ranges that neighbours share cut a little of many layers: what keeps half of its negative side is quantized, not lost.
    if (!(least < leastOf(type) - unnoticed * scale && least < 2 * leastOf(type)) || isCutLater(name)) return []
    return [warning(node, name, least, type)]
  })
}

/** Whether a ReLU makes the result of a node. */
const isCut = ({ op, attrs }: Node): boolean => op === 'Relu' || attrs.relu === true

const leastOf = (type: TensorType): number => (codeLimitsOf(type)[0] - (type.quant!.zeroPoint ?? 0)) * type.quant!.scale

function warning({ op }: Node, name: string, least: number, type: TensorType): Diagnostic {
  return {
    level: 'warning',
    code: 'NEGATIVES_LOST',
    message: `${op} ${name} is ${Number(least.toPrecision(3))} at the least in the calibration, and its codes (${type.dtype}) end at ${leastOf(type)}: the chip's rules give it the range of a layer beside it; a float mode in the quantization table keeps it`,
    at: [name],
  }
}
