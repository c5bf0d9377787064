import type { ResolveSettings } from '../contracts/backend.ts'
import type { IntegerScheme, Scheme } from '../contracts/scheme.ts'
import type { Target } from '../contracts/target.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node, Range, TensorType, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { bf16StyleOf } from './bf16-style.ts'
import { type Arriving, castNode, isFloatType, usualNeed, wantedType } from './cast-types.ts'
import { integerSchemeNear, schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import type { OperandNeed } from './lower-context.ts'
import { followsType, type TypedLayer } from './typed-layer.ts'

/** A node at its place, with the place of the layer it comes from. */
export interface PlacedNode {
  readonly node: Node
  readonly owner: number
}

/** A cast right behind a value. */
export interface Cast {
  readonly node: Node
  readonly value: Value
  /** Places of the layers that use it. */
  readonly users: readonly number[]
  /** Whether it is a result of the graph. */
  readonly isOutput: boolean
}

/** Which cast stands for which operand of a node. */
export interface UsedCasts {
  /** Place of the layer that the node comes from. */
  readonly owner: number
  readonly casts: ReadonlyMap<string, string>
}

/** The nodes of a place, the casts behind the values they make, and who uses which cast. */
export interface PlaceCasts {
  readonly nodes: readonly PlacedNode[]
  /** By value, as they stand behind it. */
  readonly casts: ReadonlyMap<string, readonly Cast[]>
  /** By the layer name of a node, the casts it uses in the place of operands. */
  readonly used: ReadonlyMap<string, UsedCasts>
  /** Casts of results of the graph, by value. */
  readonly outputs: ReadonlyMap<string, string>
  readonly from: readonly unknown[]
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
}

/** The nodes of a place in order: each with those hoisted behind its results; those of a later user stand in front. */
function rosterOf({ frame, typedAt }: CastParts, place: number): readonly PlacedNode[] {
  const { name: inputName, node, consumers } = frame.places[place]!
  const hoisted = new Map<string, PlacedNode[]>()
  for (const owner of consumers) {
    for (const each of typedAt(owner).hoisted) hoisted.set(each.source, [{ node: each.node, owner }, ...(hoisted.get(each.source) ?? [])])
  }
  const roster: PlacedNode[] = []
  const put = (each: PlacedNode): void => {
    roster.push(each)
    each.node.outputs.forEach(behind)
  }
  const behind = (value: string): void => {
    for (const each of hoisted.get(value) ?? []) put(each)
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
 * @throws QError `RANGE_MISSING`, `INTEGER_OPERAND`
 */
export function placeCasts(parts: CastParts, place: number, before: PlaceCasts | undefined): PlaceCasts {
  const { frame, target, typedAt } = parts
  const { name: inputName, node: own, consumers } = frame.places[place]!
  const from = [typedAt(place), parts.modeAt(place), ...consumers.flatMap((user) => [typedAt(user), parts.modeAt(user)])]
  if (before !== undefined && from.every((each, i) => each === before.from[i])) return before

  const nodes = rosterOf(parts, place)
  const used = new Map<string, { owner: number; casts: Map<string, string> }>()
  const outputs = new Map<string, string>()
  const casts = new Map<string, Cast[]>()
  const makers = new Map(nodes.flatMap(({ node, owner }) => node.outputs.map((name) => [name, owner] as const)))
  if (own === undefined) makers.set(inputName, place)
  const isResult = resultsOf(frame, place, typedAt)

  for (const [name, owner] of makers) {
    const type = typedAt(owner).values.get(name)!.type
    const made = new Map<string, Cast>()
    const cast = (wanted: TensorType, user: string, userPlace: number, origin: readonly string[]): string => {
      const scheme = schemeAt(parts, userPlace)
      const style = bf16StyleOf(scheme, wanted.dtype)['bf16']
      const key = `${wanted.dtype} ${style} ${wanted.quant?.scale} ${wanted.quant?.zeroPoint} ${wanted.quant?.saturate}`
      const known = made.get(key)
      const result = known?.value.name ?? `${name}${user}_${target.casts?.suffixes?.[wanted.dtype] ?? wanted.dtype}`
      const isOutput = user === ''
      made.set(key, {
        node: known?.node ?? { ...castNode(name, result, type, wanted, scheme, integersAt(parts, userPlace)), origin },
        value: known?.value ?? { name: result, type: wanted },
        users: [...(known?.users ?? []), ...(isOutput ? [] : [userPlace])],
        // A result of the graph is cast after all users.
        isOutput,
      })
      return result
    }
    const arriving = arrivingAt(parts, name, type, owner)
    const users = [
      ...nodes.filter(({ node }) => node.inputs.includes(name)),
      ...consumers.flatMap((user) =>
        typedAt(user)
          .nodes.filter(({ inputs }) => inputs.includes(name))
          .map((node) => ({ node, owner: user })),
      ),
    ]
    for (const { node, owner: user } of users) {
      const layer = layerOf(node)
      const need = needOf(parts, node, user, name)
      const storage = integersAt(parts, user)?.activations
      const wanted = wantedType(arriving, { layer, need, storage: storage! }, target.casts?.rescale)
      if (wanted === undefined) continue
      const uses = used.get(layer)
      const result = cast(wanted, layer, user, node.origin ?? [])
      if (uses === undefined) used.set(layer, { owner: user, casts: new Map([[name, result]]) })
      else uses.casts.set(name, result)
    }
    const isInteger = type.quant === undefined && !isFloatType(type.dtype)
    if (isResult.has(name) && type.dtype !== 'f32' && !isInteger) {
      outputs.set(name, cast({ dtype: 'f32', shape: type.shape }, '', owner, []))
    }
    if (made.size > 0) casts.set(name, [...made.values()].reverse())
  }
  return { nodes, casts, used, outputs, from }
}

/** Places with a node that uses other casts now than it did before. */
export function changedUsers(now: PlaceCasts, before: PlaceCasts): ReadonlySet<number> {
  const changed = new Set<number>()
  for (const [layer, { owner, casts }] of now.used) {
    const known = before.used.get(layer)?.casts
    if (known?.size !== casts.size || [...casts].some(([name, cast]) => known.get(name) !== cast)) changed.add(owner)
  }
  for (const [layer, { owner }] of before.used) if (!now.used.has(layer)) changed.add(owner)
  return changed
}

/** The values of a place that are results of the graph. */
export function resultsOf({ graph, places, isOutput }: Frame, place: number, typedAt: (place: number) => TypedLayer): ReadonlySet<string> {
  const { name, node } = places[place]!
  const { renamed } = typedAt(place)
  const results = (node?.outputs ?? [name]).filter((each) => isOutput.has(each) && graph.values.has(each))
  return new Set(results.map((each) => renamed.get(each) ?? each))
}

function needOf({ target, typedAt }: CastParts, node: Node, owner: number, name: string): OperandNeed {
  const typed = typedAt(owner)
  return typed.needs.get(name) ?? (followsType(node, target) ? 'any' : usualNeed(typed.values.get(layerOf(node))!.type))
}

function schemeAt({ target, settings, modeAt }: CastParts, place: number): Scheme {
  return schemeOf(target, modeAt(place), settings)
}

/** How codes are stored at a layer; asked of a target without codes only where none can be. */
export function integersAt({ target, settings, modeAt }: CastParts, place: number): IntegerScheme {
  return integerSchemeNear(target, modeAt(place), settings)!
}

function arrivingAt(parts: CastParts, name: string, type: TensorType, owner: number): Arriving {
  const scheme = schemeAt(parts, owner)
  const range = parts.frame.graph.values.has(name) ? parts.rangeOf(name) : undefined
  return {
    name,
    type,
    ...(scheme.kind === 'integer' ? { storage: scheme.activations } : {}),
    ...(range === undefined ? {} : { range }),
  }
}
