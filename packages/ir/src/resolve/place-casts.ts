import type { ResolveSettings } from '../contracts/backend.ts'
import type { IntegerScheme, Scheme } from '../contracts/scheme.ts'
import type { Target } from '../contracts/target.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node, Range, TensorType } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { type Arriving, type CastSchemes, castNode, isFloatType, usualNeed, wantedType } from './cast-types.ts'
import { bf16SchemeNear, integerSchemeNear, schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import type { OperandNeed } from './lower-context.ts'
import type { Readers, Tally } from './readers.ts'
import { type Cast, type CastUses, type CastWish, createSharedCasts, type SharedCasts } from './shared-casts.ts'
import { followsType, type TypedLayer } from './typed-layer.ts'

/** Behind all nodes. */
const atTheEnd = Number.POSITIVE_INFINITY

/** A node at its place, with the place of the layer it comes from. */
export interface PlacedNode {
  readonly node: Node
  readonly owner: number
}

/** The nodes of a place, and the casts behind the values they make. */
export interface PlaceCasts {
  readonly nodes: readonly PlacedNode[]
  /** By value, as they stand behind it. */
  readonly casts: ReadonlyMap<string, readonly Cast[]>
  /** Casts of results of the graph, by value. */
  readonly outputs: ReadonlyMap<string, string>
  /** The values that are made here, and what their casts come from. */
  readonly made: ReadonlyMap<string, MadeValue>
  readonly from: readonly unknown[]
}

/** A value that is made at a place. */
interface MadeValue {
  readonly arriving: Arriving
  readonly shared: SharedCasts
}

/** What casts are made of beside the typed layers. */
export interface CastParts {
  readonly frame: Frame
  readonly target: Target
  readonly settings: ResolveSettings
  typedAt(place: number): TypedLayer
  /** The mode of a layer; that of the graph for an input. */
  modeAt(place: number): QuantMode
  rangeOf(name: string): Range | undefined
  /** The nodes of typed layers, and those that they have at the places of what they read. */
  readonly readers: Readers
  readonly hoisting: Readers
  readonly uses: CastUses
  readonly tally: Tally
}

/** The nodes of a place in order: each with those hoisted behind its results, in the order of their users. */
function rosterOf({ frame, typedAt, hoisting }: CastParts, place: number): readonly PlacedNode[] {
  const { name: inputName, node } = frame.places[place]!
  const roster: PlacedNode[] = []
  const put = (each: PlacedNode): void => {
    roster.push(each)
    each.node.outputs.forEach(behind)
  }
  const behind = (value: string): void => {
    for (const owner of hoisting.placesOf(value)) {
      const { hoisted } = typedAt(owner)
      for (const each of hoisted.toReversed()) if (each.source === value) put({ node: each.node, owner })
    }
  }
  if (node === undefined) behind(inputName)
  else for (const each of typedAt(place).nodes) put({ node: each, owner: place })
  return roster
}

/**
 * Puts a cast behind a value of a place wherever it does not arrive as its user needs it, and where it is a result of the graph that is not of the type
 * the caller's model had.
 *
 * A cast is named `<value><user>_<type>` (`<value>_<type>` for a result of the graph), stands right behind the value, before
 * casts made earlier, and serves all later users that need the same type, made in the same way. Casts to codes take scale and zero point from the range
 * of the value itself.
 *
 * @param before the same for what was; where the place itself is as it was, only `users` are looked at
 * @param users places of later layers that may need other types now
 * @param hasNewRoster whether other nodes than before are hoisted to this place
 * @throws QError `RANGE_MISSING`, `INTEGER_OPERAND`
 */
export function placeCasts(
  parts: CastParts,
  place: number,
  before: PlaceCasts | undefined,
  users: Iterable<number>,
  hasNewRoster: boolean,
): PlaceCasts {
  const from = [parts.typedAt(place), parts.modeAt(place)]
  if (before === undefined || hasNewRoster || from.some((each, i) => each !== before.from[i])) return castsAnew(parts, place, before, from)
  let isChanged = false
  for (const user of users) {
    parts.tally.neighbours += before.made.size
    for (const [name, { arriving, shared }] of before.made) {
      const former = shared.of(user)
      if (!shared.set(user, wishesOf(parts, arriving, user))) continue
      isChanged = true
      takeBack(parts, name, former, shared.of(user))
    }
  }
  return isChanged ? listed(parts, before) : before
}

function castsAnew(parts: CastParts, place: number, before: PlaceCasts | undefined, from: readonly unknown[]): PlaceCasts {
  const { frame, typedAt, readers, tally } = parts
  const { name: inputName, node: own, consumers } = frame.places[place]!
  const nodes = rosterOf(parts, place)
  const makers = new Map(nodes.flatMap(({ node, owner }) => node.outputs.map((name) => [name, owner] as const)))
  if (own === undefined) makers.set(inputName, place)
  const isResult = resultsOf(frame, place, typedAt)
  const made = new Map<string, MadeValue>()
  for (const [name, owner] of makers) {
    const { type } = typedAt(owner).values.get(name)!
    const arriving = arrivingAt(parts, name, type, owner)
    const shared = createSharedCasts((first) => castFor(parts, arriving, first))
    tally.neighbours += nodes.length + consumers.length
    nodes.forEach(({ node, owner: user }, i) => {
      if (node.inputs.includes(name)) shared.set(i - nodes.length, wishOf(parts, arriving, node, user, i - nodes.length))
    })
    for (const user of readers.placesOf(name)) if (user !== place) shared.set(user, wishesOf(parts, arriving, user))
    const isInteger = type.quant === undefined && !isFloatType(type.dtype)
    if (isResult.has(name) && type.dtype !== 'f32' && !isInteger) {
      const wanted: TensorType = { dtype: 'f32', shape: type.shape }
      shared.set(atTheEnd, [{ rank: atTheEnd, owner, layer: '', origin: [], wanted, key: keyOf(parts, arriving, wanted, owner) }])
    }
    made.set(name, { arriving, shared })
  }
  for (const [name, { shared }] of before?.made ?? []) takeBack(parts, name, shared.wishes(), made.get(name)?.shared.wishes() ?? [])
  return listed(parts, { nodes, made, from })
}

/** Takes the casts of a value away from nodes that wish none any more. */
function takeBack({ uses }: CastParts, name: string, before: Iterable<CastWish>, now: Iterable<CastWish>): void {
  const kept = new Set(Array.from(now, ({ layer }) => layer))
  for (const { owner, layer } of before) if (!kept.has(layer)) uses.set(owner, layer, name, undefined)
}

/** The casts for the wishes of now; who uses which is noted. */
function listed({ uses, tally }: CastParts, { nodes, made, from }: Pick<PlaceCasts, 'nodes' | 'made' | 'from'>): PlaceCasts {
  const outputs = new Map<string, string>()
  const casts = new Map<string, readonly Cast[]>()
  for (const [name, { shared }] of made) {
    const list = shared.list(({ owner, layer }, cast) => {
      tally.neighbours++
      if (layer !== '') uses.set(owner, layer, name, cast)
    })
    if (list.length > 0) casts.set(name, list)
    const result = list.find(({ wishes }) => wishes.at(-1)!.layer === '')
    if (result !== undefined) outputs.set(name, result.value.name)
  }
  return { nodes, casts, outputs, made, from }
}

/** What the nodes of a later place wish of a value. */
function wishesOf(parts: CastParts, arriving: Arriving, user: number): readonly CastWish[] {
  return parts.readers.nodesAt(arriving.name, user).flatMap((node) => wishOf(parts, arriving, node, user, user))
}

/** What a node wishes of a value; nothing where it can take it as it is. */
function wishOf(parts: CastParts, arriving: Arriving, node: Node, owner: number, rank: number): readonly CastWish[] {
  const layer = layerOf(node)
  const need = needOf(parts, node, owner, arriving.name)
  const storage = integersAt(parts, owner)?.activations
  parts.tally.neighbours++
  const wanted = wantedType(arriving, { layer, need, storage: storage! }, parts.target.casts?.rescale)
  return wanted === undefined ? [] : [{ rank, owner, layer, origin: node.origin ?? [], wanted, key: keyOf(parts, arriving, wanted, owner) }]
}

/** Everything that decides what a cast computes: its type, and its node as the schemes of its user make it. */
function keyOf(parts: CastParts, arriving: Arriving, wanted: TensorType, owner: number): string {
  const { op, attrs } = castNode(arriving.name, '', arriving.type, wanted, castSchemesAt(parts, owner, arriving))
  const { dtype, quant } = wanted
  return JSON.stringify([dtype, quant, op, attrs])
}

/** What a cast for a layer at a place is made by. @param arriving what is cast, where more is known of it than its type */
export const castSchemesAt = (parts: CastParts, owner: number, { floats, isInput = false }: Partial<Arriving> = {}): CastSchemes => ({
  needed: schemeAt(parts, owner),
  floats,
  integers: integersAt(parts, owner),
  rules: parts.target.casts,
  near: bf16SchemeNear(parts.target, parts.modeAt(owner), parts.settings),
  isInput,
})

/** The cast that a node wishes, under its name. */
function castFor(parts: CastParts, arriving: Arriving, { owner, layer, origin, wanted }: CastWish): Pick<Cast, 'node' | 'value'> {
  const { names, places } = parts.frame
  const { name, type } = arriving
  const result = names.cast(name, wanted.dtype, layer === '' ? undefined : { node: layer, layer: places[owner]!.name })
  const node = castNode(name, result, type, wanted, castSchemesAt(parts, owner, arriving))
  return { node: { ...node, origin }, value: { name: result, type: wanted } }
}

/** The values of a place that are results of the graph. */
export function resultsOf({ graph, places, isOutput }: Frame, place: number, typedAt: (place: number) => TypedLayer): ReadonlySet<string> {
  const { name, node } = places[place]!
  const { renamed } = typedAt(place)
  const results = (node?.outputs ?? [name]).filter((each) => isOutput.has(each) && graph.values.has(each))
  return new Set(results.map((each) => renamed.get(each) ?? each))
}

function needOf({ target, typedAt, frame }: CastParts, node: Node, owner: number, name: string): OperandNeed {
  const typed = typedAt(owner)
  return typed.needs.get(name) ?? (followsType(node, target, frame) ? 'any' : usualNeed(typed.values.get(layerOf(node))!.type))
}

function schemeAt({ target, settings, modeAt }: CastParts, place: number): Scheme {
  return schemeOf(target, modeAt(place), settings)
}

/** How codes are stored at a layer; asked of a target without codes only where none can be. */
function integersAt({ target, settings, modeAt }: CastParts, place: number): IntegerScheme {
  return integerSchemeNear(target, modeAt(place), settings)!
}

function arrivingAt(parts: CastParts, name: string, type: TensorType, owner: number): Arriving {
  const scheme = schemeAt(parts, owner)
  const range = parts.frame.graph.values.has(name) ? parts.rangeOf(name) : undefined
  const floats = type.dtype === 'bf16' ? bf16SchemeNear(parts.target, parts.modeAt(owner), parts.settings) : undefined
  return {
    name,
    type,
    ...(scheme.kind === 'integer' ? { storage: scheme.activations } : {}),
    ...(range === undefined ? {} : { range }),
    ...(floats === undefined ? {} : { floats }),
    ...(parts.frame.places[owner]!.node === undefined ? { isInput: true } : {}),
  }
}
