import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { valueOf } from '../graph/edges.ts'
import { attributesOf, definitionOf } from '../graph/node-types.ts'
import type { Attrs, Node, Range, TensorType } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import type { LowerContext, LoweredNode, Neighbour } from './lower-context.ts'
import { quantizedTypeOf } from './quantized-type.ts'

/** What is known of the other layers while one is lowered. */
export interface LayerStates {
  modeOf(place: number): QuantMode
  /** The entry of the plan in effect. */
  entryOf(place: number): QuantMode | undefined
  /** The range of a value after the range rules, and as the table has it. */
  settled(name: string): Range | undefined
  imported(name: string): Range | undefined
  /** The node at a place with its operands in the order the range rules want. */
  nodeAt(place: number): Node
}

/** Lowered forms kept for each layer, so that a mode that comes back is not lowered again. */
const mostKept = 64

/** Lowers layers one at a time and keeps what it made. */
export interface LayerLowering {
  /** The lowered form of a layer in the modes and ranges of now; the same object for the same ones. */
  lower(place: number): LoweredNode
  /** How many times a lowering function of the back end was called. */
  readonly calls: number
}

const noFacts: Attrs = {}

/** Lowering over a frame; `layers` tells modes, plan and ranges as they are at each call. */
export function createLayerLowering(frame: Frame, backend: Backend, settings: ResolveSettings, layers: LayerStates): LayerLowering {
  const kept: (Map<string, LoweredNode> | undefined)[] = []
  let calls = 0
  return {
    lower(place) {
      const forms = (kept[place] ??= new Map())
      const key = keyOf(frame, place, layers)
      let lowered = forms.get(key)
      if (lowered !== undefined) return lowered
      calls++
      lowered = lowerAt(frame, place, backend, settings, layers)
      if (forms.size >= mostKept) forms.delete(forms.keys().next().value!)
      forms.set(key, lowered)
      return lowered
    },
    get calls() {
      return calls
    },
  }
}

/** Everything a lowering can see that changes between plans: modes, entries of the plan, ranges, the order of operands. */
function keyOf({ places }: Frame, place: number, layers: LayerStates): string {
  const { producers, consumers } = places[place]!
  const node = layers.nodeAt(place)
  const parts: string[] = [layers.modeOf(place), node.inputs[0] ?? '']
  for (const name of namesOf(node)) {
    const range = rangeAt(node, name, layers)
    parts.push(range === undefined ? '' : `${range.min}:${range.max}`)
  }
  for (const other of [...producers, ...consumers]) {
    if (places[other]!.node === undefined) continue
    parts.push(layers.modeOf(other), layers.entryOf(other) ?? '', layers.nodeAt(other).inputs[0] ?? '')
  }
  return parts.join(' ')
}

/** Values whose types a lowering may ask for. */
function namesOf({ inputs, outputs, origin = [] }: Node): readonly string[] {
  return [...inputs.filter((name) => name !== undefined), ...outputs, ...origin]
}

/** Values inside a node, of layers it comes from, keep the ranges of the table: no rule sees them flow. */
function rangeAt({ inputs, outputs }: Node, name: string, layers: LayerStates): Range | undefined {
  return inputs.includes(name) || outputs.includes(name) ? layers.settled(name) : layers.imported(name)
}

function lowerAt(frame: Frame, place: number, backend: Backend, settings: ResolveSettings, layers: LayerStates): LoweredNode {
  const { name, form } = frame.places[place]!
  const node = layers.nodeAt(place)
  const mode = layers.modeOf(place)
  const context = contextOf(frame, place, backend, settings, layers)(mode)
  const refusal = backend.restrict?.(node, context)
  if (refusal !== undefined) {
    throw new QError(refusal.code, refusal.message, {
      at: refusal.at.length > 0 ? refusal.at : [name],
      found: mode,
      wanted: 'a mode that the back end has for this layer',
      hint: 'give the layer another mode in the quantization table',
    })
  }
  const lower = backend.lower[form!] ?? backend.lower[node.op]
  if (lower === undefined) {
    throw new QError('OP_UNSUPPORTED', `the back end ${backend.name} has no lowering for ${node.op}`, {
      at: [name],
      found: node.op,
      wanted: `one of ${Object.keys(backend.lower).join(', ')}`,
      hint: 'cut the graph before this layer, or write a lowering for it',
    })
  }
  return withOrigin(lower(node, context), node)
}

function contextOf(
  frame: Frame,
  place: number,
  { target }: Backend,
  settings: ResolveSettings,
  layers: LayerStates,
): (mode: QuantMode) => LowerContext {
  const { graph, float, edges, places, placeOf } = frame
  const { name: layer } = places[place]!
  const own = layers.nodeAt(place)
  const isNear = (wanted: string, names: readonly (string | undefined)[]): string => {
    if (names.includes(wanted)) return wanted
    throw new Error(`the lowering of ${own.op} ${layer} asks about ${wanted}, which is not beside it`)
  }
  const neighbour = (other: number): Neighbour => {
    const planned = layers.entryOf(other)
    return { node: layers.nodeAt(other), mode: layers.modeOf(other), ...(planned === undefined ? {} : { planned }) }
  }
  const typeOf = (name: string): TensorType => {
    isNear(name, namesOf(own))
    const { type } = graph.values.get(name) ?? valueOf(float, name)
    const range = rangeAt(own, name, layers)
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
  const integers = (mode: QuantMode): IntegerScheme => {
    const scheme = schemeOf(target, mode, settings)
    if (scheme.kind === 'integer') return scheme
    throw new Error(`the lowering of ${own.op} ${layer} asks for codes in the float mode ${mode}`)
  }
  const contextIn = (mode: QuantMode): LowerContext => ({
    ...settings,
    target,
    mode,
    scheme: schemeOf(target, mode, settings),
    get integers() {
      return integers(mode)
    },
    facts: frame.facts.get(layer) ?? noFacts,
    in: (other) => contextIn(other),
    typeOf,
    quantizedType(name) {
      const type = typeOf(name)
      if (isTruth(name)) return { dtype: 'u8', shape: type.shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
      return quantizedTypeOf(name, type, integers(mode).activations, { user: layer })
    },
    constantOf: (name) => (name === undefined ? undefined : valueOf(graph, isNear(name, [...own.inputs, ...own.outputs])).constant),
    useCount: (name) => edges.useCount(isNear(name, [...own.inputs, ...own.outputs])),
    consumers: (name) => (edges.consumers.get(isNear(name, own.outputs)) ?? []).map((user) => neighbour(placeOf.get(user.outputs[0]!)!)),
    producer(name) {
      const maker = placeOf.get(isNear(name, own.inputs))
      return maker === undefined || places[maker]!.node === undefined ? undefined : neighbour(maker)
    },
    attrs: (node) => attributesOf(node, definitionOf(node, graph.ops)),
  })
  return contextIn
}

function withOrigin(lowered: LoweredNode, node: Node): LoweredNode {
  const origin = node.origin ?? node.outputs.slice(0, 1)
  const mark = (each: Node): Node => ({ ...each, origin })
  return { ...lowered, nodes: lowered.nodes.map(mark), ...(lowered.hoisted === undefined ? {} : { hoisted: lowered.hoisted.map(mark) }) }
}
