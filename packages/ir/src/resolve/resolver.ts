import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Diagnostic } from '../errors.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, Range } from '../graph/types.ts'
import { checkSettings } from './choose-mode.ts'
import { frameOf } from './frame.ts'
import { importRanges, type RangeTable, rangeImporter } from './import-ranges.ts'
import { createResolveState, type ResolveState, type ShippedPlace, sameShipped, type Work } from './resolve-state.ts'
import { type NodeKeys, valueKeys } from './value-keys.ts'

/** Settings of {@link createResolver}; absent ones have the defaults named here. */
export interface ResolveOptions extends Pick<ResolveSettings, 'mode'> {
  /** Codes with zero points, where the target can have them. @default false */
  readonly asymmetric?: boolean
  /** Keep delicate operators in a wider type. @default false */
  readonly highPrecision?: boolean
}

/** A graph as a chip runs it. */
export interface Resolved {
  /** The quantized graph. */
  readonly graph: Graph
  /** The plan in effect: the caller's entries and those the target added. */
  readonly plan: Plan
  readonly diagnostics: readonly Diagnostic[]
  /**
   * The key of a value of the graph: a digest of everything that decides its elements, and nothing else. Two values with equal keys are equal for equal
   * inputs, in whichever graphs they are.
   */
  keyOf(name: string): string
  /** Layers (of the float graph after the back end's rewrites, and inputs) whose nodes differ from those of another result of the same resolver, in graph order. */
  changedSince(other: Resolved): readonly string[]
}

/** Resolves one float graph for one chip under many plans, and computes again only what a plan changes. */
export interface Resolver {
  /**
   * @param plan modes of layers, as a quantization table names them
   * @param ranges rows in the place of the calibration table's, by layer
   * @throws QError `MODE_UNSUPPORTED`, `OP_UNSUPPORTED`, `RANGE_MISSING`, `RANGE_INVALID`, `INTEGER_OPERAND`, and those of the back end; the resolver can be
   * used again afterwards
   */
  resolve(plan: Plan, ranges?: RangeTable): Resolved
  /** What was computed so far. */
  work(): Work & { readonly keys: number }
}

const noRanges: RangeTable = new Map()

/**
 * Everything that is known of a float graph, a calibration table and a chip before any plan, and everything that can be kept from plan to plan.
 *
 * The steps of a resolution, in `resolve/`, each a function of a layer and its neighbours: ranges from the table (`import-ranges`); the back end's rewrites
 * and facts (`frame`); entries of the plan for layers these made, and automatic ones (`plan-entries`); propagation of ranges (`ranges/`);
 * the mode of each layer (`choose-mode`) and its lowering (`lower-layer`); types that move through reshapes (`typed-layer`); casts where neighbours disagree (`place-casts`,
 * `piece`); simplification (`simplify`).
 *
 * @param table absent for pure float modes
 * @throws QError `MODE_UNSUPPORTED` for settings the target does not have, `RANGE_INVALID`, and those of the back end's rewrites
 */
export function createResolver(graph: Graph, table: RangeTable | undefined, backend: Backend, options: ResolveOptions): Resolver {
  const { target } = backend
  const settings: ResolveSettings = {
    mode: options.mode,
    asymmetric: options.asymmetric ?? false,
    highPrecision: options.highPrecision ?? false,
  }
  checkSettings(target, settings)
  const float = table === undefined ? graph : importRanges(graph, table, target, settings)
  const frame = frameOf(float, backend, settings)
  const importer = rangeImporter(graph, target, settings)
  const ranged = new Set(importer.names)
  const shipped = new WeakMap<Resolved, readonly ShippedPlace[]>()

  let state: ResolveState | undefined
  let known: RangeTable = noRanges
  let keys: NodeKeys | undefined
  let computedKeys = 0
  let past: Work = { layers: 0, lowered: 0, ranges: 0, simplified: 0 }

  const changedRanges = (ranges: RangeTable): ReadonlyMap<string, Range | undefined> => {
    const changed = new Map<string, Range | undefined>()
    for (const name of new Set([...known.keys(), ...ranges.keys()])) {
      // A table's rows for constants, or for names that nothing has, say nothing either.
      if (!ranged.has(name)) continue
      if (sameRow(known.get(name), ranges.get(name))) continue
      const row = ranges.get(name)
      const range = row === undefined ? valueOf(float, name).type.range : importer.rangeOf(name, row)
      for (const each of [name, ...(frame.copies.get(name) ?? [])]) changed.set(each, range)
    }
    return changed
  }

  return {
    resolve(givenPlan, givenRanges = noRanges) {
      // Copies: what differs from the last plan is found by looking at it again, and callers may change theirs.
      const plan = new Map(givenPlan)
      const ranges = new Map(givenRanges)
      if (state === undefined) known = noRanges
      const current = (state ??= createResolveState(frame, backend, settings))
      state = undefined
      let result: ReturnType<ResolveState['apply']>
      try {
        const changed = changedRanges(ranges)
        known = ranges
        result = current.apply(plan, changed)
        state = current
      } finally {
        if (state === undefined) past = sum(past, current.work())
      }
      const { places } = result
      let own: NodeKeys | undefined
      const resolved: Resolved = {
        graph: result.graph,
        get plan() {
          return result.plan()
        },
        get diagnostics() {
          return result.diagnostics()
        },
        keyOf(name) {
          if (own === undefined) {
            keys = own = valueKeys(result.graph, keys)
            computedKeys += own.computed
          }
          return own.get(name)
        },
        changedSince(other) {
          const before = shipped.get(other)
          if (before === undefined) throw new Error('the other graph is of another resolver')
          return frame.places.filter((_, place) => !sameShipped(before[place]!, places[place]!)).map(({ name }) => name)
        },
      }
      shipped.set(resolved, places)
      return resolved
    },
    work: () => ({ ...(state === undefined ? past : sum(past, state.work())), keys: computedKeys }),
  }
}

function sum(a: Work, b: Work): Work {
  return {
    layers: a.layers + b.layers,
    lowered: a.lowered + b.lowered,
    ranges: a.ranges + b.ranges,
    simplified: a.simplified + b.simplified,
  }
}

function sameRow(a: ObservedRange | undefined, b: ObservedRange | undefined): boolean {
  return a === b || (a?.threshold === b?.threshold && a?.min === b?.min && a?.max === b?.max)
}
