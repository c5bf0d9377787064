import type { Executor, Graph, Node, Session, Tensor, TensorType } from '@q/ir'
import { valueOf } from '@q/ir'
import { feedsOf } from '@q/ir/graph'

/** Makes numbers of the float model into what a value of the quantized graph stores. */
export interface StoredNumbers {
  of(name: string, tensor: Tensor): Promise<Tensor>
  close(): Promise<void>
}

/** Casts with the nodes that the quantized graph casts with, so that a chip's own rounding is kept. */
export function storedNumbers(graph: Graph, exact: Executor): StoredNumbers {
  const sessions = new Map<string, Promise<Session>>()
  const casting = (name: string): Promise<Session> => {
    const known = sessions.get(name) ?? exact.load(castGraph(graph, name))
    sessions.set(name, known)
    return known
  }
  return {
    async of(name, { data }) {
      const { type } = valueOf(graph, name)
      const floats = { dtype: 'f32' as const, shape: type.shape, data: Float32Array.from(data as Float32Array, Number) }
      if (type.quant === undefined && type.dtype !== 'f16' && type.dtype !== 'bf16')
        return feedsOf(graphOf('stored', type, []), new Map([['stored', floats]])).get('stored')!
      return (await (await casting(name)).run(new Map([['float', floats]]))).get('stored')!
    },
    async close() {
      await Promise.all([...sessions.values()].map(async (session) => (await session).close()))
    },
  }
}

function castGraph(graph: Graph, name: string): Graph {
  const { type } = valueOf(graph, name)
  const op = type.quant === undefined ? 'Cast' : 'QuantizeLinear'
  const casts = graph.nodes.filter((node) => node.op === op && valueOf(graph, node.inputs[0]!).type.dtype === 'f32')
  const like = casts.find(({ outputs }) => valueOf(graph, outputs[0]!).type.dtype === type.dtype) ?? casts[0]
  const attrs = { rounding: 'half-to-even', ...like?.attrs, ...(op === 'Cast' ? { to: type.dtype } : {}) }
  return {
    ...graphOf('float', { dtype: 'f32', shape: type.shape }, [{ op, inputs: ['float'], outputs: ['stored'], attrs }], type),
    ops: graph.ops,
  }
}

function graphOf(input: string, type: TensorType, nodes: readonly Node[], stored = type): Graph {
  const values = new Map([
    [input, { name: input, type }],
    ['stored', { name: 'stored', type: stored }],
  ])
  return { name: 'stored', inputs: [{ name: input }], outputs: ['stored'], nodes, values, ops: new Map(), properties: {} }
}
