import type { Backend, LayerFacts, ResolveSettings } from '../contracts/backend.ts'
import { QError } from '../errors.ts'
import { type Edges, edgesOf, layerOf, valueOf } from '../graph/edges.ts'
import { formOf, type OpForm } from '../graph/op-form.ts'
import type { Graph, Node, OpSet } from '../graph/types.ts'
import { allOps } from '../ops/op-set.ts'
import { type MadeNames, madeNames } from './made-names.ts'
import { rewriteRanged } from './range-sources.ts'
import { sameItems } from './same-nodes.ts'

/** Where nodes of the quantized graph come to stand: behind an input of the graph, or in the place of a float node. */
export interface Place {
  /** The input, or the layer. */
  readonly name: string
  /** The float node; absent for an input. */
  readonly node?: Node
  readonly form?: OpForm
  /** Places that make computed operands, each once. */
  readonly producers: readonly number[]
  /** Places that use results, each once, in order. */
  readonly consumers: readonly number[]
}

/** What does not change from plan to plan: the float graph after the back end's rewrites, its edges, and facts about it. */
export interface Frame {
  /** The float graph with the ranges of the table. */
  readonly float: Graph
  /** The rewritten one; its nodes are the places behind the inputs, in order. */
  readonly graph: Graph
  /** The operators of the quantized graph: those of this package, and in their place those of the float graph. */
  readonly ops: OpSet
  readonly places: readonly Place[]
  readonly placeOf: ReadonlyMap<string, number>
  readonly edges: Edges
  readonly isOutput: ReadonlySet<string>
  readonly facts: LayerFacts
  /** Places whose lowering may ask for the type of a value: they use it, make it, or come from it. */
  readonly watchers: ReadonlyMap<string, readonly number[]>
  /** Values that rewrites made with the type, and so the range, of a value of the float graph, by that value. */
  readonly copies: ReadonlyMap<string, readonly string[]>
  /** The value of the float graph whose range a value holds. */
  readonly sources: ReadonlyMap<string, string>
  /** Layers that rewrites made and that only an entry of their own name concerns (`RewritePass.entries`). */
  readonly listedAlone: ReadonlySet<string>
  /** What the quantized graph can call what it makes. */
  readonly names: MadeNames
}

/** A rewrite changes how a network computes, never what it takes and gives. @throws QError `REWRITE_INVALID` */
function checkEnds(next: Graph, before: Graph, pass: string, backend: string): void {
  const endsOf = ({ inputs, outputs }: Graph) => ({ inputs: inputs.map(({ name }) => name), outputs })
  const [found, wanted] = [endsOf(next), endsOf(before)]
  for (const end of ['inputs', 'outputs'] as const)
    if (!sameItems(found[end], wanted[end]))
      throw new QError('REWRITE_INVALID', `the rewrite ${pass} of ${backend} changes the ${end} of the network`, {
        at: [pass],
        found: found[end].join(', '),
        wanted: wanted[end].join(', '),
        hint: 'keep their names and their order: what a network gives is compared with the original by them',
      })
}

/** Rewrites and indexes a float graph with ranges. @throws QError `REWRITE_INVALID` */
export function frameOf(float: Graph, backend: Backend, settings: ResolveSettings): Frame {
  const listedAlone = new Set<string>()
  const { graph, copies, sources } = rewriteRanged(float, (marked) =>
    (backend.rewrite ?? []).reduce((current, pass) => {
      const next = pass.run(current, settings)
      checkEnds(next, current, pass.name, backend.name)
      if (pass.entries === 'own') for (const name of next.nodes.map(layerOf)) if (!current.values.has(name)) listedAlone.add(name)
      return next
    }, marked),
  )
  const edges = edgesOf(graph)
  const inputs = graph.inputs.length
  const placeOf = new Map<string, number>(graph.inputs.map(({ name }, i) => [name, i]))
  graph.nodes.forEach((node, i) => {
    for (const output of node.outputs) placeOf.set(output, inputs + i)
  })
  const placesOfNodes = new Map(graph.nodes.map((node, i) => [node, inputs + i]))
  const consumersOf = (names: readonly string[]): readonly number[] => {
    const users = names.flatMap((name) => edges.consumers.get(name) ?? [])
    return [...new Set(users.map((user) => placesOfNodes.get(user)!))].sort((a, b) => a - b)
  }
  const producersOf = ({ inputs: operands }: Node): readonly number[] => [...new Set(operands.flatMap((name) => placeOf.get(name!) ?? []))]
  const value = (name: string) => valueOf(graph, name)
  const places: Place[] = [
    ...graph.inputs.map(({ name }): Place => ({ name, producers: [], consumers: consumersOf([name]) })),
    ...graph.nodes.map(
      (node): Place => ({
        name: layerOf(node),
        node,
        form: formOf(node, value),
        producers: producersOf(node),
        consumers: consumersOf(node.outputs),
      }),
    ),
  ]
  const watchers = new Map<string, number[]>()
  graph.nodes.forEach((node, i) => {
    for (const name of new Set([...node.inputs, ...node.outputs, ...(node.origin ?? [])])) {
      if (name === undefined) continue
      const known = watchers.get(name)
      if (known === undefined) watchers.set(name, [inputs + i])
      else known.push(inputs + i)
    }
  })
  return {
    float,
    graph,
    ops: new Map([...allOps, ...graph.ops]),
    places,
    placeOf,
    edges,
    isOutput: new Set(graph.outputs),
    facts: backend.facts?.(graph) ?? new Map(),
    watchers,
    copies,
    sources,
    listedAlone,
    names: madeNames(graph, backend.target.casts?.suffixes),
  }
}
