import { layerOf, type ObservedRange, type Plan, type SearchLayer, type SearchSpace, type Trial, type TrialLosses } from '@q/ir'

/** The operators that TPU-MLIR's searches see: one of the type `top.Input` for each input of the network, then the layers. */
export function operatorsOf({ graph, layers }: SearchSpace): readonly SearchLayer[] {
  const inputs = graph.inputs.map(({ name }): SearchLayer => ({ name, type: 'top.Input', modes: [], hasCodes: false, operations: 0 }))
  return [...inputs.filter(({ name }) => layers.every((layer) => layer.name !== name)), ...layers]
}

/** The layers whose mode is open: made of codes, not pinned, and able to stay in float. */
export function openLayers({ layers, pinned, floatMode }: SearchSpace): readonly SearchLayer[] {
  return layers.filter(({ name, modes, hasCodes }) => hasCodes && !pinned.has(name) && modes.includes(floatMode))
}

/** What is pinned, and these layers in float as far as they can be. */
function floatPlan({ layers, pinned, floatMode }: SearchSpace, floats: Iterable<string>): Plan {
  const able = new Set(layers.filter(({ modes }) => modes.includes(floatMode)).map(({ name }) => name))
  return new Map([
    ...pinned,
    ...[...floats].filter((name) => able.has(name) && !pinned.has(name)).map((name) => [name, floatMode] as const),
  ])
}

/** A trial with these layers in float. */
export function trialOf(space: SearchSpace, floats: Iterable<string>, ranges?: ReadonlyMap<string, ObservedRange>): Trial {
  const plan = floatPlan(space, floats)
  return ranges === undefined || ranges.size === 0 ? { plan } : { plan, ranges: new Map(ranges) }
}

/** The mean cosine loss of an answer; infinite where there is none. */
export const cosineLoss = (answer: TrialLosses | undefined): number => answer?.losses['cosine']?.mean ?? Number.POSITIVE_INFINITY

/** The mean similarity of an answer, as TPU-MLIR's tools compare and print it. */
export const similarityOf = (answer: TrialLosses | undefined): number => 1 - cosineLoss(answer)

/** The layers that use a layer's results, and the layers whose results it uses. */
export interface Neighbours {
  readonly consumers: (layer: string) => readonly string[]
  readonly producers: (layer: string) => readonly string[]
}

/** Neighbours of all layers, in the order of the graph. */
export function neighboursOf({ graph }: SearchSpace): Neighbours {
  const maker = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, layerOf(node)] as const)))
  const consumers = new Map<string, string[]>()
  const producers = new Map<string, readonly string[]>()
  for (const node of graph.nodes) {
    const operands = new Set(node.inputs.filter((input) => input !== undefined))
    const sources = new Set([...operands].flatMap((operand) => maker.get(operand) ?? (isInput(operand) ? [operand] : [])))
    producers.set(layerOf(node), [...sources])
    for (const source of sources) consumers.set(source, [...(consumers.get(source) ?? []), layerOf(node)])
  }
  function isInput(name: string): boolean {
    return graph.inputs.some((input) => input.name === name)
  }
  return { consumers: (layer) => consumers.get(layer) ?? [], producers: (layer) => producers.get(layer) ?? [] }
}
