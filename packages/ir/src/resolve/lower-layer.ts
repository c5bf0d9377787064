import type { Backend, LowerOp, ResolveSettings } from '../contracts/backend.ts'
import type { IntegerScheme, Scheme } from '../contracts/scheme.ts'
import { errorAt, isQError, QError } from '../errors.ts'
import { valueOf } from '../graph/edges.ts'
import { isConstant } from '../graph/is-constant.ts'
import { attributesOf, definitionOf } from '../graph/node-types.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs, Node, Range, TensorType } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { checkLowered } from './check-lowered.ts'
import { opUnsupported } from './choose-mode.ts'
import { schemeFor, schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import { type Disguises, lowerApart } from './lower-apart.ts'
import type { LowerContext, LoweredNode, Neighbour } from './lower-context.ts'
import { quantizedTypeOf } from './quantized-type.ts'
import type { Tally } from './readers.ts'

/** What is known of the other layers while one is lowered. */
export interface LayerStates {
  modeOf(place: number): QuantMode
  /** The entry of the plan in effect. */
  entryOf(place: number): QuantMode | undefined
  /** The range of a value after the range rules. */
  settled(name: string): Range | undefined
  /** The range of a value that the layer at a place comes from, as the table has it. */
  imported(name: string, place: number): Range | undefined
  /** The node at a place with its operands in the order the range rules want. */
  nodeAt(place: number): Node
}

/** Lowered forms kept for each layer, so that a mode that comes back is not lowered again. */
const mostKept = 64

/** Lowers layers one at a time and keeps what it made. */
export interface LayerLowering {
  /** The lowered form of a layer in the modes and ranges of now; the same object for the same ones. */
  lower(place: number): LoweredNode
  /** Says that the mode of a layer, a range it sees or the order of its operands has changed. */
  touch(place: number): void
  /** Says that a layer beside it has another mode, entry or order of operands. */
  touchBeside(place: number, neighbour: number): void
  /** How many times a lowering function of the back end was called. */
  readonly calls: number
}

const noFacts: Attrs = {}

/** Lowering over a frame; `layers` tells modes, plan and ranges as they are at each call. */
export function createLayerLowering(
  frame: Frame,
  backend: Backend,
  settings: ResolveSettings,
  layers: LayerStates,
  tally: Tally,
): LayerLowering {
  const kept: KeptForms[] = frame.places.map(() => ({ forms: [], changed: new Set() }))
  let calls = 0
  const holds = ({ asked }: Form, others: Iterable<number>): boolean => {
    for (const other of others) {
      tally.neighbours++
      const state = asked.get(other)
      if (state !== undefined && state !== stateOf(other, layers)) return false
    }
    return true
  }
  return {
    touch(place) {
      delete kept[place]!.own
    },
    touchBeside: (place, neighbour) => void kept[place]!.changed.add(neighbour),
    lower(place) {
      const known = kept[place]!
      const { forms } = known
      const isAsBefore = known.own !== undefined && known.last !== undefined && holds(known.last, known.changed)
      known.changed.clear()
      if (isAsBefore) return known.last!.lowered
      const own = (known.own ??= ownState(place, layers))
      known.last = forms.find((form) => form.own === own && holds(form, form.asked.keys()))
      if (known.last !== undefined) return known.last.lowered
      calls++
      const asked = new Map<number, string>()
      const lowered = lowerAt(frame, place, backend, settings, {
        ...layers,
        modeOf(other) {
          if (other !== place) asked.set(other, stateOf(other, layers))
          return layers.modeOf(other)
        },
      })
      if (forms.length >= mostKept) forms.shift()
      known.last = { own, asked, lowered }
      forms.push(known.last)
      return lowered
    },
    get calls() {
      return calls
    },
  }
}

/** A lowered form, and what it was made from: the layer's own state, and the states of the neighbours that its lowering asked about. */
interface Form {
  readonly own: string
  readonly asked: ReadonlyMap<number, string>
  readonly lowered: LoweredNode
}

/** The lowered forms of one layer. */
interface KeptForms {
  readonly forms: Form[]
  /** Its own state; absent when it has changed. */
  own?: string
  /** The form it had last. */
  last?: Form | undefined
  /** Layers beside it that have changed since. */
  readonly changed: Set<number>
}

/** What a lowering can see of its own layer that changes between plans: mode, ranges, the order of operands. */
function ownState(place: number, layers: LayerStates): string {
  const node = layers.nodeAt(place)
  const parts = [layers.modeOf(place), node.inputs[0] ?? '']
  for (const name of namesOf(node)) {
    const range = rangeAt(node, name, place, layers)
    parts.push(range === undefined ? '' : `${range.min}:${range.max}`)
  }
  return parts.join(' ')
}

/** What a lowering can see of a layer beside it that changes between plans. */
function stateOf(place: number, layers: LayerStates): string {
  return `${layers.modeOf(place)} ${layers.entryOf(place) ?? ''} ${layers.nodeAt(place).inputs[0] ?? ''}`
}

/** Values whose types a lowering may ask for. */
function namesOf({ inputs, outputs, origin = [] }: Node): readonly string[] {
  return [...inputs.filter((name) => name !== undefined), ...outputs, ...origin]
}

/** Values inside a node, of layers it comes from, keep the ranges of the table: no rule sees them flow. */
function rangeAt({ inputs, outputs }: Node, name: string, place: number, layers: LayerStates): Range | undefined {
  return inputs.includes(name) || outputs.includes(name) ? layers.settled(name) : layers.imported(name, place)
}

function lowerAt(frame: Frame, place: number, backend: Backend, settings: ResolveSettings, layers: LayerStates): LoweredNode {
  const { name, form } = frame.places[place]!
  const node = layers.nodeAt(place)
  const mode = layers.modeOf(place)
  const schemes = new Set<Scheme>()
  const seen = (own: Node, disguises: Disguises): LowerContext =>
    contextOf(frame, { place, own, disguises }, backend, settings, layers, schemes)(mode)
  const refusal = backend.restrict?.(node, seen(node, new Map()))
  if (refusal !== undefined) {
    throw new QError(refusal.code, refusal.message, {
      at: refusal.at.length > 0 ? refusal.at : [name],
      found: mode,
      wanted: 'a mode that the back end has for this layer',
      hint: 'give the layer another mode in the quantization table',
    })
  }
  const lower = (own: Node, disguises: Disguises): LoweredNode => {
    const lowered = naming(name, () => loweringOf(backend, node, form!, name)(own, seen(own, disguises)))
    checkLowered(lowered, { layer: name, backend: backend.name, schemes })
    return lowered
  }
  return withOrigin(lowerApart(lower, node, frame.graph, frame.names, backend.name), node)
}

/** Errors of the kit that know nothing of the layer say it too. */
function naming<T>(layer: string, lower: () => T): T {
  try {
    return lower()
  } catch (error) {
    if (!isQError(error) || error.at.length > 0) throw error
    throw errorAt(error, [layer])
  }
}

/** The function that lowers a node. @throws QError `OP_UNSUPPORTED` */
export function loweringOf(backend: Backend, node: Node, form: OpForm, layer: string): LowerOp {
  const lower = backend.lower[form] ?? backend.lower[node.op]
  if (lower !== undefined) return lower
  throw opUnsupported(`the back end ${backend.name} has no lowering for ${node.op}`, node, layer, Object.keys(backend.lower))
}

/** The node at a place as its lowering sees it. */
interface SeenNode {
  readonly place: number
  readonly own: Node
  readonly disguises: Disguises
}

function contextOf(
  frame: Frame,
  { place, own, disguises }: SeenNode,
  { target }: Backend,
  settings: ResolveSettings,
  layers: LayerStates,
  asked: Set<Scheme>,
): (mode: QuantMode) => LowerContext {
  const { graph, float, edges, places, placeOf } = frame
  const { name: layer, form: ownForm } = places[place]!
  /** @returns the name that the graph has for it */
  const near = (wanted: string, names: readonly (string | undefined)[]): string => {
    if (names.includes(wanted)) return disguises.get(wanted) ?? wanted
    throw new Error(`the lowering of ${own.op} ${layer} asks about ${wanted}, which is not beside it`)
  }
  const neighbour = (other: number): Neighbour => {
    const planned = layers.entryOf(other)
    return { node: layers.nodeAt(other), mode: layers.modeOf(other), ...(planned === undefined ? {} : { planned }) }
  }
  const typeOf = (wanted: string): TensorType => {
    const name = near(wanted, namesOf(own))
    const { type } = graph.values.get(name) ?? valueOf(float, name)
    const range = rangeAt(layers.nodeAt(place), name, place, layers)
    if (range === type.range) return type
    const { range: _, ...bare } = type
    return range === undefined ? bare : { ...bare, range }
  }
  const isTruth = (name: string): boolean => {
    const maker = placeOf.get(name)
    const form = maker === undefined ? undefined : places[maker]!.form
    return (
      form !== undefined && (target.truthOps ?? []).includes(form) && schemeOf(target, layers.modeOf(maker!), settings).kind === 'integer'
    )
  }
  const schemeIn = (mode: QuantMode): Scheme => schemeFor(schemeOf(target, mode, settings), ownForm!)
  const integers = (mode: QuantMode): IntegerScheme => {
    const scheme = schemeIn(mode)
    if (scheme.kind === 'integer') return scheme
    throw new Error(`the lowering of ${own.op} ${layer} asks for codes in the float mode ${mode}`)
  }
  const contextIn = (mode: QuantMode): LowerContext => {
    const scheme = schemeIn(mode)
    asked.add(scheme)
    return {
      ...settings,
      target,
      mode,
      scheme,
      get integers() {
        return integers(mode)
      },
      facts: frame.facts.get(layer) ?? noFacts,
      in: (other) => contextIn(other),
      typeOf,
      quantizedType(wanted) {
        const type = typeOf(wanted)
        const name = near(wanted, namesOf(own))
        if (isTruth(name)) return { dtype: 'u8', shape: type.shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
        return quantizedTypeOf(name, type, integers(mode).activations, { user: layer, isConstant: isConstant(graph.values.get(name)) })
      },
      constantOf: (name) => (name === undefined ? undefined : valueOf(graph, near(name, [...own.inputs, ...own.outputs])).constant),
      useCount: (name) => edges.useCount(near(name, [...own.inputs, ...own.outputs])),
      consumers: (name) => (edges.consumers.get(near(name, own.outputs)) ?? []).map((user) => neighbour(placeOf.get(user.outputs[0]!)!)),
      producer(name) {
        const maker = placeOf.get(near(name, own.inputs))
        return maker === undefined || places[maker]!.node === undefined ? undefined : neighbour(maker)
      },
      attrs: (node) => attributesOf(node, definitionOf(node, graph.ops)),
    }
  }
  return contextIn
}

function withOrigin(lowered: LoweredNode, node: Node): LoweredNode {
  const origin = node.origin ?? node.outputs.slice(0, 1)
  const mark = (each: Node): Node => ({ ...each, origin })
  return { ...lowered, nodes: lowered.nodes.map(mark), ...(lowered.hoisted === undefined ? {} : { hoisted: lowered.hoisted.map(mark) }) }
}
