import type { Executor, Graph, Node, Session, Tensor, Value } from '@q/ir'
import { elementCount, valueOf } from '@q/ir'
import { feedOf } from '@q/ir/graph'
import { dumpTensors } from './dump-tensors.ts'

/** Layers of a quantized graph, each made of the float model's numbers of its operands. */
export interface ApartLayers {
  /**
   * What each layer makes, as floats; a layer that cannot be run alone is not among them.
   *
   * @param floats the float model's tensors
   * @param isOver asked now and then whether there is time for more layers
   */
  run(floats: ReadonlyMap<string, Tensor>, isOver?: () => boolean): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** Elements of operands and results that are in memory at once. */
const mostElements = 2 ** 23

/** A graph of layers that do not see each other, and whose numbers each of its inputs takes. */
interface Apart {
  readonly graph: Graph
  readonly stored: ReadonlyMap<string, string>
}

/** Layers that are run in one session. */
interface Part {
  readonly layers: readonly string[]
  ready?: Apart & { readonly session: Session }
  /** What takes its place where its layers cannot be loaded or run together. */
  halves?: readonly Part[]
}

/**
 * Makes layers ready to run alone, many in one session: each takes its operands from feeds, which are stored by the very nodes that the quantized graph
 * stores with, so that a chip's own rounding is kept.
 *
 * @param known values that the float graph has too: a layer is made from the nearest of these
 */
export function apartLayers(graph: Graph, layers: readonly string[], known: ReadonlySet<string>, exact: Executor): ApartLayers {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const isConstant = (name: string): boolean => {
    const { isConstant: isTyped, constant } = valueOf(graph, name)
    return isTyped === true || constant !== undefined
  }
  const own = new Map(
    layers.filter((layer) => makers.has(layer)).map((layer) => [layer, behindKnown(layer, { makers, known, isConstant })] as const),
  )
  const sizeOf = (name: string): number => elementCount(valueOf(graph, name).type.shape)
  const weights = [...own].map(([layer, { feeds }]) => [...feeds, layer].reduce((sum, name) => sum + sizeOf(name), 0))
  const parts = inParts([...own.keys()], weights)
  const tensorsOf = async (part: Part, floats: ReadonlyMap<string, Tensor>): Promise<readonly (readonly [string, Tensor])[]> => {
    if (part.halves !== undefined) return (await Promise.all(part.halves.map((half) => tensorsOf(half, floats)))).flat()
    try {
      if (part.ready === undefined) {
        const apart = apartGraph(graph, part.layers, own, isConstant)
        part.ready = { ...apart, session: await exact.load(apart.graph) }
      }
      const { graph: apart, stored, session } = part.ready
      const fed = [...stored].map(([input, name]) => [input, fit(input, floats.get(name)!, valueOf(apart, input))] as const)
      const made = dumpTensors(apart, await session.run(new Map(fed)), 'floats')
      return part.layers.map((layer) => [layer, made.get(alone(layer, layer))!])
    } catch {
      await part.ready?.session.close()
      delete part.ready
      const half = Math.ceil(part.layers.length / 2)
      part.halves = part.layers.length === 1 ? [] : [{ layers: part.layers.slice(0, half) }, { layers: part.layers.slice(half) }]
      return tensorsOf(part, floats)
    }
  }
  const closed = async ({ ready, halves = [] }: Part): Promise<void> => {
    await Promise.all([ready?.session.close(), ...halves.map(closed)])
  }
  return {
    async run(floats, isOver = () => false) {
      const made = new Map<string, Tensor>()
      for (const part of parts) {
        if (isOver()) break
        for (const [layer, tensor] of await tensorsOf(part, floats)) made.set(layer, tensor)
      }
      return made
    },
    close: async () => void (await Promise.all(parts.map(closed))),
  }
}

/** Runs of layers, each as long as its elements have room. */
function inParts(layers: readonly string[], weights: readonly number[]): readonly Part[] {
  const parts: { layers: string[]; weight: number }[] = []
  layers.forEach((layer, i) => {
    const last = parts.at(-1)
    if (last === undefined || last.weight + weights[i]! > mostElements) parts.push({ layers: [layer], weight: weights[i]! })
    else {
      last.layers.push(layer)
      last.weight += weights[i]!
    }
  })
  return parts
}

/** The nodes that make a layer from the nearest known values, the last first, and these values. */
interface Behind {
  readonly nodes: ReadonlySet<Node>
  readonly feeds: ReadonlySet<string>
}

function behindKnown(
  layer: string,
  places: {
    readonly makers: ReadonlyMap<string, Node>
    readonly known: ReadonlySet<string>
    readonly isConstant: (name: string) => boolean
  },
): Behind {
  const nodes = new Set<Node>()
  const feeds = new Set<string>()
  const open = [layer]
  while (open.length > 0) {
    const maker = places.makers.get(open.pop()!)
    if (maker === undefined || nodes.has(maker)) continue
    nodes.add(maker)
    for (const name of maker.inputs) {
      if (name === undefined || places.isConstant(name)) continue
      if (places.known.has(name) || !places.makers.has(name)) feeds.add(name)
      else open.push(name)
    }
  }
  return { nodes, feeds }
}

const alone = (layer: string, name: string): string => `${layer}|alone|${name}`
const storedAs = (name: string): string => `${name}|stored`

function apartGraph(
  graph: Graph,
  layers: readonly string[],
  own: ReadonlyMap<string, Behind>,
  isConstant: (name: string) => boolean,
): Apart {
  const values = new Map<string, Value>()
  const nodes: Node[] = []
  const stored = new Map<string, string>()
  const operand = (name: string): string => {
    const result = storedAs(name)
    if (values.has(result)) return result
    const { type } = valueOf(graph, name)
    values.set(result, { name: result, type })
    if (type.quant === undefined && type.dtype !== 'f16' && type.dtype !== 'bf16') stored.set(result, name)
    else {
      stored.set(name, name)
      values.set(name, { name, type: { dtype: 'f32', shape: type.shape } })
      nodes.push(castNode(graph, name, result))
    }
    return result
  }
  for (const layer of layers) {
    const { nodes: mine, feeds } = own.get(layer)!
    for (const node of graph.nodes) {
      if (!mine.has(node)) continue
      const inputs = node.inputs.map((name) => {
        if (name === undefined) return name
        if (isConstant(name)) {
          values.set(name, valueOf(graph, name))
          return name
        }
        return feeds.has(name) ? operand(name) : alone(layer, name)
      })
      const outputs = node.outputs.map((name) => alone(layer, name))
      node.outputs.forEach((name, i) => values.set(outputs[i]!, { ...valueOf(graph, name), name: outputs[i]! }))
      nodes.push({ ...node, inputs, outputs })
    }
  }
  const inputs = [...stored.keys()].map((name) => ({ name }))
  const outputs = layers.map((layer) => alone(layer, layer))
  return { graph: { name: 'apart', inputs, outputs, nodes, values, ops: graph.ops, properties: graph.properties }, stored }
}

/** The node that stores numbers as the graph itself does: with the attributes of a cast it has, of the same type where there is one. */
function castNode(graph: Graph, name: string, result: string): Node {
  const { type } = valueOf(graph, name)
  const op = type.quant === undefined ? 'Cast' : 'QuantizeLinear'
  const casts = graph.nodes.filter((node) => node.op === op && valueOf(graph, node.inputs[0]!).type.dtype === 'f32')
  const like = casts.find(({ outputs }) => valueOf(graph, outputs[0]!).type.dtype === type.dtype) ?? casts[0]
  const attrs = { rounding: 'half-to-even', ...like?.attrs, ...(op === 'Cast' ? { to: type.dtype } : {}) }
  return { op, inputs: [name], outputs: [result], attrs }
}

/** Numbers of the float model in the type of an input; whole numbers are the nearest that it holds. */
function fit(input: string, { shape, data }: Tensor, { type }: Value): Tensor {
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number)
  if (type.dtype === 'f32') return { dtype: 'f32', shape, data: numbers }
  const isFloat = ['f16', 'bf16', 'f64'].includes(type.dtype)
  const held = isFloat ? numbers : numbers.map((each) => (Number.isNaN(each) ? 0 : Math.round(each)))
  return feedOf(input, { dtype: 'f32', shape, data: held }, type.dtype)
}
