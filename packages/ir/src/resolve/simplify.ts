import type { ResolveSettings, SimplifyPass } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import { layerOf } from '../graph/edges.ts'
import { isConstant } from '../graph/is-constant.ts'
import type { Graph, Node, Value } from '../graph/types.ts'
import type { Frame } from './frame.ts'
import type { Piece } from './piece.ts'
import { createReaders, type Tally } from './readers.ts'
import { namedApart } from './simplified-names.ts'
import { castOps, simplifyCasts } from './simplify-casts.ts'

/** What came of the pieces that simplifications can connect. */
interface Island {
  readonly places: readonly number[]
  /** Nodes by place; absent where the piece stays as it is. */
  readonly nodes?: ReadonlyMap<number, readonly Node[]>
  readonly values?: ReadonlyMap<string, Value>
  /** Values that users of the island find under another name. */
  readonly redirects: ReadonlyMap<string, string>
}

/** The pieces of a graph, simplified where something has changed. */
export interface Simplification {
  /** @param changed places whose pieces are others now, or whose entry in the plan is; @returns places whose nodes may be others now */
  update(changed: ReadonlySet<number>, outputs: readonly string[], plan: () => Plan): ReadonlySet<number>
  /** The nodes of a place after simplification, under their final operands. */
  nodesAt(place: number): readonly Node[]
  /** A value that the nodes of a place make or read, when simplification made it. */
  valueAt(place: number, name: string): Value | undefined
  /** The name under which a result of the graph is found. */
  redirected(name: string): string
  /** How many nodes passes have walked over so far. */
  readonly visited: number
}

/** Users outside of an island that passes see of each value; more of them make no difference to whether it has one, or several. */
const mostUsersShown = 8

const noNames: ReadonlyMap<string, string> = new Map()

/**
 * Simplification over the pieces of a frame. Nodes that a pass starts from and the makers of their operands form islands; passes are run on one island
 * at a time, with the nodes that use its values beside it, so that they see every use.
 */
export function createSimplification(
  frame: Frame,
  passes: readonly SimplifyPass[],
  settings: ResolveSettings,
  pieceAt: (place: number) => Piece,
  tally: Tally,
): Simplification {
  const starts = new Set<string>([...castOps, ...passes.flatMap(({ ops }) => ops)])
  const { places } = frame
  const made: (readonly Node[])[] = places.map(() => [])
  const readers = createReaders(tally)
  const startReaders = createReaders(tally)
  const owners = new Map<string, number>()
  const islands: (Island | undefined)[] = places.map(() => undefined)
  const redirects = new Map<string, string>()
  let visited = 0

  const namesMadeAt = (place: number): readonly string[] =>
    made[place]!.flatMap(({ outputs }) => outputs.filter((name) => owners.get(name) === place))

  /** Places that a starting node at `place` looks at, and places whose starting nodes look at it. */
  const linked = (place: number): readonly number[] => {
    const found: number[] = []
    for (const { op, inputs } of made[place]!) {
      if (!starts.has(op)) continue
      for (const name of inputs) {
        const owner = name === undefined ? undefined : owners.get(name)
        if (owner !== undefined && owner !== place) found.push(owner)
      }
    }
    for (const name of namesMadeAt(place)) found.push(...startReaders.placesOf(name).filter((user) => user !== place))
    tally.neighbours += found.length
    return found
  }

  const gather = (first: number, dissolve: (place: number) => void): readonly number[] => {
    const members = new Set([first])
    const open = [first]
    while (open.length > 0) {
      const place = open.pop()!
      dissolve(place)
      for (const other of linked(place)) {
        if (members.has(other)) continue
        members.add(other)
        open.push(other)
      }
    }
    return [...members].sort((a, b) => a - b)
  }

  return {
    update(changed, outputs, plan) {
      for (const place of changed) {
        for (const { outputs: names } of made[place]!) for (const name of names) if (owners.get(name) === place) owners.delete(name)
      }
      const reread = new Set<string>()
      for (const place of changed) {
        const nodes = pieceAt(place).nodes
        made[place] = nodes
        for (const { outputs: names } of nodes) for (const name of names) owners.set(name, place)
        for (const name of readers.set(place, nodes)) reread.add(name)
        const starting = nodes.filter(({ op }) => starts.has(op))
        startReaders.set(place, starting)
      }
      const open = new Set<number>(changed)
      for (const name of reread) {
        const owner = owners.get(name)
        if (owner !== undefined) open.add(owner)
      }
      const affected = new Set<number>()
      const former = new Map<string, string>()
      const dissolve = (place: number): void => {
        const island = islands[place]
        if (island === undefined) return
        for (const member of island.places) {
          islands[member] = undefined
          open.add(member)
        }
        for (const [name, to] of island.redirects) {
          redirects.delete(name)
          former.set(name, to)
        }
      }
      for (const place of [...open]) dissolve(place)
      const found = new Map<string, string>()
      for (const place of open) {
        if (islands[place] !== undefined) continue
        const members = gather(place, dissolve)
        const island = simplified(members, outputs, plan)
        for (const member of members) {
          islands[member] = island
          affected.add(member)
        }
        for (const [old, name] of island.redirects) {
          redirects.set(old, name)
          found.set(old, name)
        }
      }
      for (const name of new Set([...former.keys(), ...found.keys()])) {
        if (former.get(name) !== found.get(name)) for (const user of readers.placesOf(name)) affected.add(user)
      }
      tally.neighbours += open.size + affected.size
      return affected
    },
    nodesAt(place) {
      const nodes = islands[place]?.nodes?.get(place) ?? made[place]!
      if (redirects.size === 0) return nodes
      return nodes.map((node) => {
        if (!node.inputs.some((name) => name !== undefined && redirects.has(name))) return node
        return { ...node, inputs: node.inputs.map((name) => (name === undefined ? undefined : redirected(name))) }
      })
    },
    valueAt: (place, name) => islands[place]?.values?.get(name),
    redirected,
    get visited() {
      return visited
    },
  }

  function redirected(name: string): string {
    let found = name
    for (let next = redirects.get(found); next !== undefined; next = redirects.get(found)) found = next
    return found
  }

  function simplified(members: readonly number[], outputs: readonly string[], plan: () => Plan): Island {
    const own = new Set(members)
    if (!members.some((place) => made[place]!.some(({ op }) => starts.has(op)))) return { places: members, redirects: noNames }
    const users = new Set<number>()
    for (const name of members.flatMap(namesMadeAt)) {
      let shown = 0
      for (const user of readers.placesOf(name)) {
        if (own.has(user)) continue
        users.add(user)
        if (++shown === mostUsersShown) break
      }
    }
    const nodes = [...members, ...users]
      .sort((a, b) => a - b)
      .flatMap((place) => (own.has(place) ? made[place]! : made[place]!.filter(({ inputs }) => inputs.some(isOwn)).map(asUser)))
    visited += nodes.length
    const part = partOf(nodes, outputs.filter(isOwn))
    const result = [simplifyCasts, ...passes].reduce(
      (graph, pass) => (hasStart(graph, pass) ? pass.run(graph, settings, plan()) : graph),
      part,
    )
    if (result.nodes.length === nodes.length && result.nodes.every((node, i) => node === nodes[i]))
      return { places: members, redirects: noNames }
    return islandOf(members, part, namedApart(part, result, frame.names))

    /** A node outside, with nothing but what it reads of the island. */
    function asUser(node: Node): Node {
      return node.inputs.every(isOwn) ? node : { ...node, inputs: node.inputs.map((name) => (isOwn(name) ? name : undefined)) }
    }

    function isOwn(name: string | undefined): boolean {
      const owner = name === undefined ? undefined : owners.get(name)
      return owner !== undefined && own.has(owner)
    }
  }

  /** Some nodes as a graph of their own: what they read from outside are its inputs. */
  function partOf(nodes: readonly Node[], outputs: readonly string[]): Graph {
    const results = new Set(nodes.flatMap((node) => node.outputs))
    const values = new Map<string, Value>()
    const inputs: { readonly name: string }[] = []
    for (const node of nodes) {
      const place = owners.get(layerOf(node))!
      for (const name of [...node.inputs, ...node.outputs]) {
        if (name === undefined || values.has(name)) continue
        const value = pieceAt(place).values.get(name) ?? valueFrom(name)
        values.set(name, value)
        if (!results.has(name) && !isConstant(value)) inputs.push({ name })
      }
    }
    for (const name of outputs) if (!values.has(name)) values.set(name, valueFrom(name))
    return { ...frame.graph, ops: frame.ops, inputs, outputs, nodes, values }
  }

  function valueFrom(name: string): Value {
    const owner = owners.get(name) ?? frame.placeOf.get(name)!
    return pieceAt(owner).values.get(name) ?? frame.graph.values.get(name)!
  }

  function islandOf(members: readonly number[], part: Graph, result: Graph): Island {
    const own = new Set(members)
    const nodes = new Map<number, Node[]>(members.map((place) => [place, []]))
    const found = new Map<string, string>()
    const before = new Map(part.nodes.map((node) => [layerOf(node), node]))
    let place = members[0]!
    for (const node of result.nodes) {
      const owner = owners.get(layerOf(node))
      if (owner === undefined || own.has(owner)) {
        if (owner !== undefined) place = owner
        nodes.get(place)!.push(node)
        continue
      }
      before.get(layerOf(node))!.inputs.forEach((name, i) => {
        if (name !== undefined && name !== node.inputs[i]) found.set(name, node.inputs[i]!)
      })
    }
    part.outputs.forEach((name, i) => {
      if (name !== result.outputs[i]) found.set(name, result.outputs[i]!)
    })
    return { places: members, nodes, values: result.values, redirects: found }
  }
}

/** Whether a pass has a node to start from. */
const hasStart = ({ nodes }: Graph, { ops }: SimplifyPass): boolean => nodes.some(({ op }) => ops.includes(op))
