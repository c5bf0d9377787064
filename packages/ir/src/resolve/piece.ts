import { layerOf, valueOf } from '../graph/edges.ts'
import { isConstant } from '../graph/is-constant.ts'
import type { Node, TensorType, Value } from '../graph/types.ts'
import { castNode } from './cast-types.ts'
import { type CastParts, castSchemesAt, type PlaceCasts, resultsOf } from './place-casts.ts'
import type { Cast, CastUses } from './shared-casts.ts'

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
  { frame, typedAt, readers, hoisting, tally }: CastParts,
  place: number,
  isAlive: (place: number) => boolean,
): boolean {
  const { node } = frame.places[place]!
  if (node === undefined || node.outputs.some((name) => frame.isOutput.has(name))) return true
  const needs = (user: number): boolean => {
    tally.neighbours++
    return user !== place && isAlive(user)
  }
  for (const name of typedAt(place).values.keys()) {
    if (readers.placesOf(name).some(needs) || hoisting.placesOf(name).some(needs)) return true
  }
  return false
}

/** The nodes of a place under their final operands, with the casts that needed layers use; nodes that nothing needs are left out. */
export function pieceAt(parts: PieceParts, place: number, before: Piece | undefined): Piece {
  const { frame, castsAt, typedAt, isAlive, readers, uses, tally } = parts
  const { name: inputName, node: own } = frame.places[place]!
  const casts = castsAt(place)
  const isAliveUser = (user: number): boolean => {
    tally.neighbours++
    return isAlive(user)
  }
  const isUsed = ({ wishes }: Cast): boolean => wishes.some(({ owner, layer }) => layer === '' || isAliveUser(owner))
  const isRead = (name: string): boolean => readers.placesOf(name).some((user) => user !== place && isAliveUser(user))
  const read = new Set([...casts.made.keys()].filter(isRead))
  const used = new Set([...casts.casts.values()].flatMap((list) => list.filter(isUsed)))
  const owners = new Set(casts.nodes.map(({ owner }) => owner))
  // A cast of the model itself is written by what its operand is.
  const hasCasts = casts.nodes.some(({ node }) => node.op === 'Cast')
  const near = hasCasts ? [...owners].flatMap((owner) => frame.places[owner]!.producers) : []
  tally.neighbours += casts.made.size + owners.size + near.length
  const from: unknown[] = [
    casts,
    typedAt(place),
    isAlive(place),
    ...[...casts.made.keys()].map((name) => read.has(name)),
    ...[...casts.casts.values()].flatMap((list) => list.map((cast) => used.has(cast))),
    ...[...owners].flatMap((owner) => [isAlive(owner), typedAt(owner), uses.version(owner)]),
    ...near.flatMap((each) => [castsAt(each), typedAt(each)]),
  ]
  if (before !== undefined && from.length === before.from.length && from.every((each, i) => each === before.from[i])) return before

  const nodes: Node[] = []
  const values = new Map<string, Value>()
  const needed = new Set([...resultsOf(frame, place, typedAt), ...read])
  const putCasts = (name: string): void => {
    for (const cast of casts.casts.get(name) ?? []) {
      if (!used.has(cast)) continue
      const { node, value } = cast
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
    const placed = fitted(parts, withCasts(node, uses), owner, place)
    tally.neighbours += placed.inputs.length
    nodes.push(placed)
    for (const name of placed.outputs) values.set(name, typed.values.get(name)!)
    for (const name of placed.inputs) {
      if (name === undefined || values.has(name) || frame.placeOf.has(name)) continue
      const value = typed.values.get(name) ?? frame.graph.values.get(name)
      if (isConstant(value)) values.set(name, value)
    }
    for (const name of placed.outputs) putCasts(name)
  }
  return { nodes: withoutUnused(nodes, needed), values, from }
}

function withCasts(node: Node, uses: CastUses): Node {
  const layer = layerOf(node)
  const inputs = node.inputs.map((name) => (name === undefined ? undefined : (uses.of(layer, name) ?? name)))
  return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs }
}

/** A cast of the model itself, as what its operand makes of it. */
function fitted(parts: PieceParts, node: Node, owner: number, place: number): Node {
  if (node.op !== 'Cast') return node
  const near = [place, owner, ...parts.frame.places[owner]!.producers].map(parts.castsAt)
  const source = typeNear(parts, node.inputs[0]!, owner, near)
  if (source.quant === undefined) return node
  const wanted = parts.typedAt(owner).values.get(layerOf(node))!.type
  return { ...node, ...castNode(node.inputs[0]!, layerOf(node), source, wanted, castSchemesAt(parts, owner)) }
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
