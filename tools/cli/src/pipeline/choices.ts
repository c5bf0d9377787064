import type { Graph } from '@q/ir'
import { edgesOf } from '@q/ir/graph'

/** Operators whose results choose among few numbers, so that inputs that differ may well make the same. */
export const choosing: ReadonlySet<string> = new Set(
  'And ArgMax ArgMin Equal Greater GreaterOrEqual Less LessOrEqual Not NotEqual Or Sign TopK Xor'.split(' '),
)
/** Operators that hand such results on. */
const moving: ReadonlySet<string> = new Set('Cast Reshape Slice Squeeze Transpose Unsqueeze'.split(' '))

/** The outputs of a float graph that are choices, as those of an ArgMax or of a comparison. */
export function choicesOf(graph: Graph): ReadonlySet<string> {
  const { producer } = edgesOf(graph)
  const isChoice = (name: string): boolean => {
    const node = producer.get(name)
    if (node === undefined) return false
    // The first result of a TopK is numbers, the second places.
    if (node.op === 'TopK') return name === node.outputs[1]
    return choosing.has(node.op) || (moving.has(node.op) && node.inputs[0] !== undefined && isChoice(node.inputs[0]))
  }
  return new Set(graph.outputs.filter(isChoice))
}
