import { attributesOf, edgesOf, type Graph, type Node } from '@q/ir'
import type { ModelLayer } from '../files/model-json.ts'
import { type LayerForm, layerForm, reluForm, weighted } from './layer-forms.ts'

/**
 * What a layer of a model file is of a network: an input, an output, a constant operand, a node, or one half of a node that ends in a ReLU: a model file has a layer for the
 * sum and one for the ReLU.
 */
export type LayerPart = 'input' | 'output' | 'constant' | 'node' | 'sum' | 'relu'

/** A layer of a model file and what it stands for. */
export interface NetworkLayer {
  /** Its key: a name and a number. */
  readonly lid: string
  readonly part: LayerPart
  /** The value of the network whose numbers it makes; of a sum in front of a ReLU those behind the ReLU. */
  readonly value: string
  /** Absent for inputs, outputs and constants. */
  readonly node?: Node
  readonly layer: ModelLayer
}

/** A network as layers of a model file. */
export interface NetworkLayers {
  readonly graph: Graph
  /** By key, in the order of their numbers: from the outputs to the inputs. */
  readonly layers: ReadonlyMap<string, NetworkLayer>
  /** The key of the layer that makes a value. */
  readonly lidOf: ReadonlyMap<string, string>
}

interface Draft {
  readonly name: string
  readonly part: LayerPart
  readonly value: string
  readonly node?: Node
  readonly form: LayerForm
  /** Values that are read, or the sum in front of a ReLU. */
  readonly reads: readonly string[]
}

/** How the sum in front of a ReLU is told from what the ReLU makes, where one node is both. */
const sumOf = (value: string): string => `${value}/sum`

/**
 * The layers of a network, numbered as the toolkit numbers them: from the outputs on, level by level, operands in their order (spec/acuity.md 3.1). Names are those of tensors.
 *
 * @throws QError `ACUITY_OPERATOR`
 */
export function networkLayers(graph: Graph): NetworkLayers {
  const { producer } = edgesOf(graph)
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const drafts = new Map<string, Draft>()
  const open: string[] = []
  const add = (key: string, draft: Draft): void => {
    drafts.set(key, draft)
    open.push(...draft.reads)
  }
  for (const [i, value] of graph.outputs.entries())
    add(`output ${i}`, { name: `attach_${value}/out0`, part: 'output', value, form: { op: 'output' }, reads: [value] })
  for (let next = 0; next < open.length; next++) {
    const key = open[next]!
    if (drafts.has(key)) continue
    for (const draft of makersOf(graph, key, { inputs, node: producer.get(key.replace(/\/sum$/, '')) ?? producer.get(key) }))
      add(key, draft)
  }
  for (const { name } of graph.inputs)
    if (!drafts.has(name)) for (const draft of makersOf(graph, name, { inputs, node: undefined })) add(name, draft)
  const lids = new Map([...drafts].map(([key, { name }], i) => [key, `${name}_${i}`]))
  const layers = [...drafts].map(([key, { name, part, value, node, form, reads }]): NetworkLayer => {
    const lid = lids.get(key)!
    const { op, parameters } = form
    const layer: ModelLayer = {
      name,
      op,
      ...(parameters === undefined ? {} : { parameters }),
      inputs: reads.map((read) => `@${lids.get(read)!}:out0`),
      outputs: ['out0'],
    }
    return { lid, part, value, ...(node === undefined ? {} : { node }), layer }
  })
  return { graph, layers: new Map(layers.map((each) => [each.lid, each])), lidOf: lids }
}

function makersOf(
  graph: Graph,
  key: string,
  { inputs, node }: { readonly inputs: ReadonlySet<string>; readonly node: Node | undefined },
): readonly Draft[] {
  if (inputs.has(key)) {
    const { shape } = graph.values.get(key)!.type
    const parameters = { size: '', channels: shape[1] ?? 1, shape, type: 'float32', is_scalar: false }
    return [{ name: key, part: 'input', value: key, form: { op: 'input', parameters }, reads: [] }]
  }
  if (node === undefined) {
    const { shape, dtype } = graph.values.get(key)!.type
    const parameters = { shape, is_scalar: shape.length === 0, type: /^[iu]\d/.test(dtype) ? 'int32' : 'float32' }
    return [{ name: key, part: 'constant', value: key, form: { op: 'variable', parameters }, reads: [] }]
  }
  const [value] = node.outputs as [string]
  const reads = node.inputs.flatMap((name, place) => (name === undefined || (place > 0 && isOwn(graph, node, name)) ? [] : [name]))
  const attrs = attributesOf(node, graph.ops.get(node.op)!)
  const isFused = node.op !== 'Relu' && attrs['relu'] === true
  if (!isFused) return [{ name: value, part: 'node', value, node, form: layerForm(graph, node), reads }]
  if (key === value) return [{ name: value, part: 'relu', value, node, form: reluForm(Number(attrs['reluLimit'])), reads: [sumOf(value)] }]
  return [{ name: sumOf(value), part: 'sum', value, node, form: layerForm(graph, node), reads }]
}

/** Whether an operand is the weights or the bias of its layer. */
const isOwn = (graph: Graph, { op }: Node, name: string): boolean => weighted.has(op) && graph.values.get(name)?.constant !== undefined
