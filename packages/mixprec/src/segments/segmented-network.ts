import type { DType, Graph, Node, Quant, Tensor } from '@q/ir'
import type { SectionDefinition, SectionDefinitions } from './section-definition.ts'

/** A segment of one network: its section, and the identities of the values that go in and come out. */
export interface Segment {
  readonly section: SectionDefinition
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
}

/** A value that is compared: what it is known by, and how its codes are read. */
export interface WantedValue {
  readonly id: string
  readonly quant: Quant | undefined
}

/** Values in the middle of segments, to be looked at. */
export interface Observation {
  /** Sections beside the segments: what they fetch is looked at and passed to nobody. */
  readonly segments: readonly Segment[]
  /** By layer, those the network has a value for. */
  readonly layers: ReadonlyMap<string, WantedValue>
}

/** An input of a network, and the element type it is fed in. */
export interface NetworkInput {
  readonly name: string
  readonly dtype: DType
}

/** A network cut into segments, in an order in which they can run. */
export interface SegmentedNetwork {
  readonly segments: readonly Segment[]
  /** For each segment the one that joins it with those behind it, as far as its stretch goes; `undefined` for the last of a stretch. */
  readonly stretches: readonly (Stretch | undefined)[]
  /** The compared values, in the order in which they were asked for. */
  readonly compared: readonly WantedValue[]
  readonly observed: Observation
  /** Network inputs by identity: a float and a quantized network may take one in different types. */
  readonly inputs: ReadonlyMap<string, NetworkInput>
  /** Compared values that are constants, by identity. */
  readonly constants: ReadonlyMap<string, Tensor>
  readonly nodes: number
}

/** Consecutive segments as one, which passes on what is used behind them all. */
export interface Stretch {
  readonly count: number
  /** Made when it is asked for. */
  readonly whole: Segment
}

/** What {@link segmentNetwork} is given. */
export interface SegmentedParts {
  readonly graph: Graph
  /** The nodes of each segment, in an order in which they can run. */
  readonly segments: readonly (readonly Node[])[]
  /** How many segments are in a stretch: 1 where results may depend on what is run in one section. */
  readonly stretch: number
  readonly definitions: SectionDefinitions
  /** The identity of a value: equal for values that are equal for every sample. */
  idOf(name: string): string
  /** Names of the values that are compared. */
  readonly compared: readonly string[]
  /** Layers to look at. */
  readonly layers: readonly string[]
}

/** Finds what every segment takes and passes on. */
export function segmentNetwork({ graph, segments, stretch, definitions, idOf, compared, layers }: SegmentedParts): SegmentedNetwork {
  const inputNames = new Set(graph.inputs.map(({ name }) => name))
  const inputOf = (name: string): NetworkInput => ({ name, dtype: graph.values.get(name)!.type.dtype })
  const home = homesOf(segments)
  const wanted = new Set(compared)
  const isPassedOn = passedOn(segments, home, wanted)
  const valueId = (name: string): string => (inputNames.has(name) ? inputId(inputOf(name)) : idOf(name))
  const segmentOf = (nodes: readonly Node[], fetches: readonly string[], suffix = ''): Segment => {
    const section = definitions.define(graph, nodes, fetches)
    // Sections that are equal but for names have feeds in the same order: that of their first use.
    const feeds = feedsOf(graph, nodes).map(valueId)
    return { section, feeds, fetches: fetches.map((name) => `${valueId(name)}${suffix}`) }
  }
  const wantedValue = (name: string): WantedValue => ({ id: valueId(name), quant: graph.values.get(name)!.type.quant })
  const passing = segments.filter((nodes) => nodes.some(({ outputs }) => outputs.some(isPassedOn)))
  return {
    segments: passing.map((nodes) => cut(nodes)),
    stretches: passing.map((_, place) => {
      const end = Math.min(passing.length, (Math.floor(place / stretch) + 1) * stretch)
      return end - place < 2 ? undefined : stretchOf(place, end)
    }),
    compared: compared.map(wantedValue),
    observed: observe(),
    inputs: new Map([...inputNames].map(inputOf).map((input) => [inputId(input), input])),
    constants: new Map(
      compared.flatMap((name) => {
        const constant = home.has(name) ? undefined : graph.values.get(name)?.constant
        return constant === undefined ? [] : [[valueId(name), constant] as const]
      }),
    ),
    nodes: graph.nodes.length,
  }

  function cut(nodes: readonly Node[], later = isPassedOn): Segment {
    const fetches = nodes.flatMap(({ outputs }) => outputs.filter(later))
    return segmentOf(nodesFor(nodes, fetches), fetches)
  }
  function stretchOf(place: number, end: number): Stretch {
    let whole: Segment | undefined
    return {
      count: end - place,
      get whole() {
        whole ??= joined(place, end)
        return whole
      },
    }
  }
  function joined(place: number, end: number): Segment {
    const later = new Set(passing.slice(end).flatMap((nodes) => nodes.flatMap(({ inputs }) => inputs)))
    return cut(passing.slice(place, end).flat(), (name) => wanted.has(name) || later.has(name))
  }
  function observe(): Observation {
    const found = new Map<string, WantedValue>()
    const inside = new Map<number, string[]>()
    for (const layer of layers) {
      const place = home.get(layer)
      if (place === undefined) continue
      found.set(layer, wantedValue(layer))
      if (!isPassedOn(layer)) inside.set(place, [...(inside.get(place) ?? []), layer])
    }
    const sections = [...inside].map(([place, names]) => {
      const looked = new Set(names)
      const fetches = segments[place]!.flatMap(({ outputs }) => outputs.filter((name) => looked.has(name)))
      const nodes = nodesFor(segments[place]!, fetches)
      // What else a section fetches may decide how it is computed, to the last bit: such a value is not the one that others see.
      const suffix = ` in ${definitions.define(graph, nodes, fetches).hash}`
      for (const name of names) found.set(name, { ...found.get(name)!, id: `${found.get(name)!.id}${suffix}` })
      return segmentOf(nodes, fetches, suffix)
    })
    return { segments: sections, layers: found }
  }
}

/** What an input is known by in both networks, if they take it in the same type. */
const inputId = ({ name, dtype }: NetworkInput): string => (dtype === 'f32' ? `input ${name}` : `input ${name} as ${dtype}`)

function homesOf(segments: readonly (readonly Node[])[]): ReadonlyMap<string, number> {
  const home = new Map<string, number>()
  segments.forEach((nodes, place) => {
    for (const { outputs } of nodes) for (const name of outputs) home.set(name, place)
  })
  return home
}

/** Values that later segments use, or that are compared. */
function passedOn(
  segments: readonly (readonly Node[])[],
  home: ReadonlyMap<string, number>,
  compared: ReadonlySet<string>,
): (name: string) => boolean {
  const passed = new Set<string>()
  segments.forEach((nodes, place) => {
    for (const { inputs } of nodes) for (const name of inputs) if (name !== undefined && home.get(name) !== place) passed.add(name)
  })
  return (name) => passed.has(name) || compared.has(name)
}

function feedsOf(graph: Graph, nodes: readonly Node[]): readonly string[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs))
  const taken = new Set(nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== undefined)))
  return [...taken].filter((name) => !made.has(name) && graph.values.get(name)!.constant === undefined)
}

/** The nodes that lead to some values. */
function nodesFor(nodes: readonly Node[], wanted: readonly string[]): readonly Node[] {
  const needed = new Set(wanted)
  const kept: Node[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    kept.push(node)
    for (const name of node.inputs) if (name !== undefined) needed.add(name)
  }
  return kept.reverse()
}
