import { layerOf, valueOf } from '../graph/edges.ts'
import type { Node, TensorType, Value } from '../graph/types.ts'
import { castNode } from './cast-types.ts'
import { schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import { type CastParts, integersAt, type PlaceCasts, resultsOf } from './place-casts.ts'
import type { TypedLayer } from './typed-layer.ts'

/** The nodes of the quantized graph that stand at one place, in order, with the values they make and the constants they read. */
export interface Piece {
  readonly nodes: readonly Node[]
  readonly values: ReadonlyMap<string, Value>
  readonly from: readonly unknown[]
}

/** What pieces are made of beside the casts. */
export interface PieceParts extends CastParts {
  castsAt(place: number): PlaceCasts
  isAlive(place: number): boolean
}

/** Whether a layer is needed: it makes a result of the graph, or a needed layer reads what it makes. */
export function isNeeded(
  frame: Frame,
  place: number,
  typedAt: (place: number) => TypedLayer,
  isAlive: (place: number) => boolean,
): boolean {
  const { node, consumers } = frame.places[place]!
  if (node === undefined || node.outputs.some((name) => frame.isOutput.has(name))) return true
  const { values } = typedAt(place)
  const reads = ({ inputs }: Node): boolean => inputs.some((name) => name !== undefined && values.has(name))
  return consumers.some((user) => {
    if (!isAlive(user)) return false
    const typed = typedAt(user)
    return typed.nodes.some(reads) || typed.hoisted.some((each) => reads(each.node))
  })
}

/** The nodes of a place under their final operands, with the casts that needed layers use; nodes that nothing needs are left out. */
export function pieceAt(parts: PieceParts, place: number, before: Piece | undefined): Piece {
  const { frame, castsAt, typedAt, isAlive } = parts
  const { name: inputName, node: own, producers, consumers } = frame.places[place]!
  const casts = castsAt(place)
  const near = [casts, ...producers.map(castsAt)]
  const from: unknown[] = [...near, isAlive(place), ...consumers.map(isAlive), typedAt(place), ...consumers.map(typedAt)]
  if (before !== undefined && from.every((each, i) => each === before.from[i])) return before

  const nodes: Node[] = []
  const values = new Map<string, Value>()
  const needed = new Set(resultsOf(frame, place, typedAt))
  const putCasts = (name: string): void => {
    for (const { node, value, users, isOutput } of casts.casts.get(name) ?? []) {
      if (!isOutput && !users.some(isAlive)) continue
      nodes.push(node)
      values.set(value.name, value)
      needed.add(value.name)
    }
  }
  if (own === undefined) {
    values.set(inputName, typedAt(place).values.get(inputName)!)
    putCasts(inputName)
  }
  for (const { node, owner } of casts.nodes) {
    if (!isAlive(owner)) continue
    const typed = typedAt(owner)
    const placed = fitted(parts, withCasts(node, near), owner, near)
    nodes.push(placed)
    for (const name of placed.outputs) values.set(name, typed.values.get(name)!)
    for (const name of placed.inputs) {
      if (name === undefined || values.has(name) || frame.placeOf.has(name)) continue
      const value = typed.values.get(name) ?? frame.graph.values.get(name)
      if (value?.constant !== undefined || value?.isConstant === true) values.set(name, value)
    }
    for (const name of placed.outputs) putCasts(name)
  }
  for (const user of consumers) {
    if (!isAlive(user)) continue
    for (const { inputs } of typedAt(user).nodes) for (const name of inputs) if (name !== undefined) needed.add(name)
  }
  return { nodes: withoutUnused(nodes, needed), values, from }
}

function withCasts(node: Node, near: readonly PlaceCasts[]): Node {
  const layer = layerOf(node)
  const castOf = (name: string): string | undefined => {
    for (const { used } of near) {
      const found = used.get(layer)?.casts.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }
  const inputs = node.inputs.map((name) => (name === undefined ? undefined : (castOf(name) ?? name)))
  return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs }
}

/** A cast of the model itself, as what its operand makes of it. */
function fitted(parts: PieceParts, node: Node, owner: number, near: readonly PlaceCasts[]): Node {
  if (node.op !== 'Cast') return node
  const source = typeNear(parts, node.inputs[0]!, owner, near)
  if (source.quant === undefined) return node
  const wanted = parts.typedAt(owner).values.get(layerOf(node))!.type
  const scheme = schemeOf(parts.target, parts.modeAt(owner), parts.settings)
  return { ...node, ...castNode(node.inputs[0]!, layerOf(node), source, wanted, scheme, integersAt(parts, owner)) }
}

function typeNear(parts: PieceParts, name: string, owner: number, near: readonly PlaceCasts[]): TensorType {
  for (const { casts } of near) {
    for (const list of casts.values()) {
      const cast = list.find(({ value }) => value.name === name)
      if (cast !== undefined) return cast.value.type
    }
  }
  for (const place of [owner, ...parts.frame.places[owner]!.producers]) {
    const value = parts.typedAt(place).values.get(name)
    if (value !== undefined) return value.type
  }
  return valueOf(parts.frame.graph, name).type
}

/** Without nodes none of whose results anything reads. @param outside values that something reads which is none of these nodes */
function withoutUnused(nodes: readonly Node[], outside: ReadonlySet<string>): readonly Node[] {
  const needed = new Set(outside)
  const kept: Node[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    kept.push(node)
    for (const input of node.inputs) if (input !== undefined) needed.add(input)
  }
  return kept.reverse()
}
