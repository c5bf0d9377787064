import type { Tensor } from '@q/ir'
import { parseGraph, printGraph } from '@q/ir'
import type { TextCodec } from '@q/ir/container'

/** A codec for tests: the text is the graph's own text form, weights are listed. */
export const printedCodec: TextCodec = {
  write(graph, { weightFile }) {
    const constants = [...graph.values.values()].flatMap(({ name, constant }): [string, Tensor][] => {
      return constant === undefined ? [] : [[name, constant]]
    })
    return { text: `# ${weightFile}\n${printGraph(graph, { longestConstant: Number.POSITIVE_INFINITY })}`, weights: new Map(constants) }
  },
  read: (text) => parseGraph(text),
  encodeWeights: listed,
}

function listed(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(Array.from(tensors, ([name, { shape, data }]) => [name, shape, Array.from(data, Number)])))
}
