import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Diagnostic } from '../errors.ts'
import type { Graph, Node, Range, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { createCastStage } from './cast-stage.ts'
import { chooseMode } from './choose-mode.ts'
import { findScheme, schemeOf } from './find-scheme.ts'
import type { Frame } from './frame.ts'
import { createLayerRows, type ReadRow } from './layer-rows.ts'
import type { LoweredNode } from './lower-context.ts'
import { createLayerLowering } from './lower-layer.ts'
import { createLoweredNames } from './lowered-names.ts'
import { isNeeded, type Piece, pieceAt } from './piece.ts'
import type { CastParts } from './place-casts.ts'
import { automaticEntry, changedNames, placesByOrigin, planInEffect, plannedEntry } from './plan-entries.ts'
import { createRangeStore } from './ranges/range-store.ts'
import { createReaders, type Tally } from './readers.ts'
import type { ShippedPlace } from './same-nodes.ts'
import { createCastUses } from './shared-casts.ts'
import { nodesOf, shippedPlace, valuesOf } from './shipped-graph.ts'
import { createSimplification } from './simplify.ts'
import { createStage, type Stage } from './stage.ts'
import { type TypedLayer, typedInput, typedLayer } from './typed-layer.ts'

/**
 * How much was computed: results of all steps for single layers, calls of lowering functions, nodes visited by range rules (and read by a mode of their own) and by simplifications, and
 * neighbours of layers (operands, users) that any step looked at.
 */
export interface Work {
  readonly layers: number
  readonly lowered: number
  readonly ranges: number
  readonly simplified: number
  readonly neighbours: number
}

/** What one plan came to. */
export interface Applied {
  readonly graph: Graph
  readonly plan: () => Plan
  readonly diagnostics: () => readonly Diagnostic[]
  /** What is shipped at each place. */
  readonly places: readonly ShippedPlace[]
}

/** The steps of a resolution with the results of the last plan. After an error it is of no more use. */
export interface ResolveState {
  /** @param ranges imported ranges that are others now, by value */
  apply(plan: Plan, ranges: ReadonlyMap<string, Range | undefined>): Applied
  work(): Work
}

const nothing: Plan = new Map()

/**
 * Steps over a frame that have seen no plan yet.
 *
 * @param readRow how a mode reads the row of a value; absent where all modes of the target do alike
 * @param before what was shipped at each place last, by steps that are of no more use; empty when there were none
 */
export function createResolveState(
  frame: Frame,
  backend: Backend,
  settings: ResolveSettings,
  before: readonly ShippedPlace[],
  readRow?: ReadRow,
): ResolveState {
  const { places, placeOf, graph, ops } = frame
  const { target } = backend
  const isIntegerGraph = schemeOf(target, settings.mode, settings).kind === 'integer'
  const count = places.length
  const { mode, asymmetric } = settings
  const properties = { ...graph.properties, stage: 'quantized', chip: target.name, mode, asymmetric }
  let plan: Plan = nothing
  const tally: Tally = { neighbours: 0 }

  const ranges = createRangeStore(frame, target.rangeSteps, (layer) => {
    const entry = entries.get(placeOf.get(layer)!)
    return entry !== undefined && findScheme(target, entry, settings)?.kind === 'float'
  })
  const madeFrom = placesByOrigin(frame)

  const entries = createStage<QuantMode | undefined>({
    places: count,
    compute(place) {
      const { node, name } = places[place]!
      if (node === undefined) return undefined
      return plannedEntry(node, name, plan, frame) ?? automaticEntry(node, graph, target, isIntegerGraph, ranges.inGraphMode)
    },
  })
  const modes = createStage<QuantMode>({
    places: count,
    compute(place) {
      const { node, form } = places[place]!
      return node === undefined ? settings.mode : chooseMode(node, form!, entries.get(place), target, settings)
    },
  })
  const rows = createLayerRows(frame, ranges, modes.get, readRow, (name) => touchWatchers(name))
  const nodeAt = (place: number): Node => ranges.ordered(places[place]!.node!)
  const states = { modeOf: modes.get, entryOf: entries.get, settled: ranges.settled, imported: rows.rangeAt, nodeAt }
  const lowering = createLayerLowering(frame, backend, settings, states, tally)
  const lowered = createStage<LoweredNode | null>({
    places: count,
    compute: (place) => (places[place]!.node === undefined ? null : lowering.lower(place)),
  })
  const readers = createReaders(tally)
  const hoisting = createReaders(tally)
  const named = createLoweredNames(frame.names, (place) => places[place]!.name)
  const typed: Stage<TypedLayer> = createStage<TypedLayer>({
    places: count,
    compute(place, before) {
      const { node, name } = places[place]!
      if (node === undefined) return typedInput(frame, place, ranges.settled(name), before)
      return typedLayer(frame, place, named.of(place), target, typed.get, before)
    },
    onChange(place, touch, before) {
      const { nodes, hoisted, renamed } = typed.get(place)
      readers.set(place, nodes)
      hoisting.set(
        place,
        hoisted.map(({ node }) => node),
      )
      if (hoisted.length > 0 || (before?.hoisted.length ?? 0) > 0) casts.touchRosters(place)
      const { consumers } = places[place]!
      const isRenamed = renamed.size > 0 || (before?.renamed.size ?? 0) > 0
      tally.neighbours += consumers.length
      for (const user of consumers) if (isRenamed || typed.get(user)?.follows !== false) touch(user)
    },
  })
  const uses = createCastUses((owner) => pieces.touch(owner))
  const castParts: CastParts = {
    ...{ frame, target, settings, typedAt: typed.get, modeAt: modes.get, rangeOf: ranges.settled },
    ...{ readers, hoisting, uses, tally },
  }
  const alive: Stage<boolean> = createStage<boolean>({
    places: count,
    order: 'backward',
    compute: (place) => isNeeded(castParts, place, alive.get),
    onChange: (place, touch) => places[place]!.producers.forEach(touch),
  })
  const casts = createCastStage(castParts)
  const pieceParts = { ...castParts, castsAt: casts.get, isAlive: alive.get }
  const pieces: Stage<Piece> = createStage<Piece>({ places: count, compute: (place, before) => pieceAt(pieceParts, place, before) })
  const simplification = createSimplification(frame, backend.simplify ?? [], settings, pieces.get, tally)
  const finals = before.slice()
  const stages = [entries, modes, lowered, typed, alive, casts, pieces]

  const touchAll = (stage: { touch(place: number): void }, list: readonly number[]): void => {
    tally.neighbours += list.length
    list.forEach(stage.touch)
  }
  /** A layer that is lowered otherwise, perhaps: what it sees of itself has changed. */
  const relower = (place: number): void => {
    lowering.touch(place)
    lowered.touch(place)
  }
  /** What the layers beside one see of it has changed. */
  const relowerBeside = (place: number): void => {
    for (const list of [places[place]!.producers, places[place]!.consumers]) {
      for (const near of list) lowering.touchBeside(near, place)
      touchAll(lowered, list)
    }
  }

  /** @returns places whose entry in the plan is another one now */
  const settleModes = (): readonly number[] => {
    const changedEntries = entries.settle()
    for (const place of changedEntries) {
      modes.touch(place)
      ranges.touch(places[place]!.name)
    }
    const changedModes = modes.settle()
    rows.read(changedModes)
    const changed = new Set([...changedEntries, ...changedModes])
    for (const place of changed) {
      relower(place)
      relowerBeside(place)
      casts.touch(place)
      if ((typed.get(place)?.hoisted.length ?? 0) > 0) casts.touchRosters(place)
    }
    return changedEntries
  }

  const settleLayers = (): void => {
    for (const name of ranges.settle()) {
      touchWatchers(name)
      const place = placeOf.get(name)
      if (place === undefined) continue
      if (places[place]!.node === undefined) typed.touch(place)
      relower(place)
      relowerBeside(place)
    }
    for (const place of lowered.settle()) {
      for (const each of named.put(place, lowered.get(place))) typed.touch(each)
    }
    for (const place of typed.settle()) {
      const { producers, consumers } = places[place]!
      // A cast of the model itself is written by what its operand is.
      for (const user of consumers) if (lowered.get(user)?.nodes.some(({ op }) => op === 'Cast') === true) pieces.touch(user)
      alive.touch(place)
      casts.touch(place)
      pieces.touch(place)
      touchAll(alive, producers)
      touchAll(pieces, producers)
    }
    for (const place of alive.settle()) {
      pieces.touch(place)
      touchAll(pieces, places[place]!.producers)
    }
    for (const place of casts.settle()) pieces.touch(place)
  }

  const touchWatchers = (name: string, also?: Stage<unknown>): void => {
    const watchers = frame.watchers.get(name) ?? []
    tally.neighbours += watchers.length
    for (const place of watchers) {
      also?.touch(place)
      relower(place)
    }
  }

  const outputNames = (): readonly string[] =>
    graph.outputs.map((name) => {
      const place = placeOf.get(name)
      if (place === undefined) return name
      const current = typed.get(place).renamed.get(name) ?? name
      return casts.get(place).outputs.get(current) ?? current
    })

  const placesOf = (values: Iterable<string>): readonly number[] => Array.from(values, (name) => placeOf.get(name) ?? []).flat()

  return {
    apply(next, changedRanges) {
      for (const name of changedNames(plan, next)) {
        const place = placeOf.get(name)
        if (place !== undefined) entries.touch(place)
        for (const made of madeFrom.get(name) ?? []) entries.touch(made)
      }
      plan = next
      ranges.change(changedRanges)
      for (const name of changedRanges.keys()) touchWatchers(name, entries)

      const changed = new Set(settleModes())
      rows.read(placesOf(changedRanges.keys()))
      settleLayers()
      for (const place of pieces.settle()) changed.add(place)
      const outputs = outputNames()
      const inEffect = entries.snapshot()
      let extended: Plan | undefined
      const effective = (): Plan => (extended ??= planInEffect(next, inEffect, frame))
      for (const place of simplification.update(changed, outputs, effective)) finals[place] = finalAt(place, finals[place])
      const shipped = finals.slice()
      const forms = lowered.snapshot()
      return {
        graph: assembled(shipped, outputs.map(simplification.redirected)),
        plan: effective,
        diagnostics: () => forms.flatMap((each) => each?.diagnostics ?? []),
        places: shipped,
      }
    },
    work: () => ({
      layers: stages.reduce((total, { computed }) => total + computed, 0),
      lowered: lowering.calls,
      ranges: ranges.visited + rows.reads,
      simplified: simplification.visited,
      neighbours: tally.neighbours,
    }),
  }

  function finalAt(place: number, before: ShippedPlace | undefined): ShippedPlace {
    const simplified = (name: string): Value | undefined => simplification.valueAt(place, name)
    return shippedPlace(simplification.nodesAt(place), simplified, pieces.get(place).values, before)
  }

  function assembled(shipped: readonly ShippedPlace[], outputs: readonly string[]): Graph {
    let values: ReadonlyMap<string, Value> | undefined
    const inputs = graph.inputs.map(({ name }, place) => typed.get(place).values.get(name)!)
    return {
      ...graph,
      nodes: nodesOf(shipped),
      // Made when first asked for: a search looks at a few layers of most graphs.
      get values() {
        return (values ??= valuesOf(inputs, shipped))
      },
      outputs,
      ops,
      properties,
    }
  }
}
