import type { ChannelMeans, Graph, LayerFacts } from '@q/ir'
import { layerOf } from '@q/ir'

/** How properties of a graph that hold means are called, in front of a value's name. */
const start = 'acuity means of '

/** The graph with the means of channels among its properties. */
export const withMeans = (graph: Graph, means: ChannelMeans): Graph => ({
  ...graph,
  properties: {
    ...withoutMeans(graph).properties,
    ...Object.fromEntries([...means].map(([name, numbers]) => [`${start}${name}`, Array.from(numbers)])),
  },
})

/** The graph without them. */
export const withoutMeans = (graph: Graph): Graph => ({
  ...graph,
  properties: Object.fromEntries(Object.entries(graph.properties).filter(([name]) => !name.startsWith(start))),
})

/** The means of what each layer with weights reads. */
export function factsOfMeans({ nodes, properties }: Graph): LayerFacts {
  return new Map(
    nodes.flatMap((node) => {
      const means = node.op === 'Conv' || node.op === 'MatMul' ? properties[`${start}${node.inputs[0]}`] : undefined
      return means === undefined ? [] : [[layerOf(node), { means }] as const]
    }),
  )
}
