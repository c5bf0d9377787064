import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import { checkSchemes } from '../contracts/check-scheme.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, Range } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { createAnswers, type KeyWork } from './answers.ts'
import { checkMap, checkResolverArguments } from './check-arguments.ts'
import { checkSettings } from './choose-mode.ts'
import { endlessFactors } from './endless-factors.ts'
import { frameOf } from './frame.ts'
import { importRanges, type RangeTable, rangeImporter } from './import-ranges.ts'
import { checkEntries, checkNames } from './known-names.ts'
import { lostNegatives } from './lost-negatives.ts'
import { createResolveState, type ResolveState, type Work } from './resolve-state.ts'
import type { Resolved } from './resolved.ts'
import { hasOneReading } from './row-reading.ts'

/** Settings of {@link createResolver}; absent ones have the defaults named here. */
export interface ResolveOptions extends Pick<ResolveSettings, 'mode'> {
  /** Codes with zero points, where the target can have them. @default false */
  readonly asymmetric?: boolean
  /** Keep delicate operators in a wider type. @default false */
  readonly highPrecision?: boolean
}

/** Resolves one float graph for one chip under many plans, and computes again only what a plan changes. */
export interface Resolver {
  /**
   * @param plan modes of layers, as a quantization table names them: layers of the float graph, before or after the back end's rewrites
   * @param ranges rows in the place of the calibration table's, by value of the float graph; rows of constants say nothing, as in a table
   * @throws QError `RESOLVE_ARGUMENT` for what is no Map, `LAYER_UNKNOWN` for other names (a table may have rows for them), `MODE_UNSUPPORTED`, `OP_UNSUPPORTED`, `RANGE_MISSING`, `RANGE_INVALID`, `INTEGER_OPERAND`, `CONSTANT_OPERAND`, and those of the back end; the resolver can be
   * used again afterwards
   */
  resolve(plan: Plan, ranges?: RangeTable): Resolved
  /** What was computed so far. */
  work(): Work & KeyWork
}

const noRanges: RangeTable = new Map()
const noPlan: Plan = new Map()

/**
 * Everything that is known of a float graph, a calibration table and a chip before any plan, and everything that can be kept from plan to plan.
 *
 * The steps of a resolution, in `resolve/`, each a function of a layer and its neighbours: ranges from the table (`import-ranges`); the back end's rewrites
 * and facts (`frame`); entries of the plan for layers these made, and automatic ones (`plan-entries`); propagation of ranges (`ranges/`);
 * the mode of each layer (`choose-mode`) and its lowering (`lower-layer`); types that move through reshapes (`typed-layer`); casts where neighbours disagree (`place-casts`,
 * `piece`); simplification (`simplify`).
 *
 * @param table absent for pure float modes
 * @throws QError `RESOLVE_ARGUMENT` for what is no graph, table, back end or setting, `BACKEND_INVALID` for schemes that mean nothing, `MODE_UNSUPPORTED` for settings the target does not have, `REWRITE_INVALID`, `RANGE_INVALID` (for rows that no mode can read), and those of the back end's rewrites
 */
export function createResolver(graph: Graph, table: RangeTable | undefined, backend: Backend, options: ResolveOptions): Resolver {
  checkResolverArguments(graph, table, backend, options)
  const { target } = backend
  const settings: ResolveSettings = {
    mode: options.mode,
    asymmetric: options.asymmetric ?? false,
    highPrecision: options.highPrecision ?? false,
  }
  checkSchemes(target)
  checkSettings(target, settings)
  checkEntries(noPlan, table ?? noRanges, target)
  const float = table === undefined ? graph : importRanges(graph, table, target, settings)
  const frame = frameOf(float, backend, settings)
  const importer = rangeImporter(graph, target, settings)
  const ranged = new Set(importer.names)
  const layers = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
    ...frame.placeOf.keys(),
  ])
  const answers = createAnswers(frame)

  let state: ResolveState | undefined
  let known: RangeTable = noRanges
  let past: Work = { layers: 0, lowered: 0, ranges: 0, simplified: 0, neighbours: 0 }

  const changedRanges = (ranges: RangeTable): ReadonlyMap<string, Range | undefined> => {
    const changed = new Map<string, Range | undefined>()
    for (const name of new Set([...known.keys(), ...ranges.keys()])) {
      // A table's rows for constants say nothing either.
      if (!ranged.has(name)) continue
      if (sameRow(known.get(name), ranges.get(name))) continue
      const row = ranges.get(name)
      const range = row === undefined ? valueOf(float, name).type.range : importer.imported(name, row)
      for (const each of [name, ...(frame.copies.get(name) ?? [])]) changed.set(each, range)
    }
    return changed
  }

  const readRow = (name: string, mode: QuantMode): Range | undefined => {
    const row = known.get(name) ?? table?.get(name)
    return ranged.has(name) && (row !== undefined || table !== undefined)
      ? importer.rangeOf(name, row, mode)
      : valueOf(float, name).type.range
  }
  const ofLayers = hasOneReading(target, settings) ? undefined : readRow

  return {
    resolve(givenPlan, givenRanges = noRanges) {
      checkMap('plan', givenPlan)
      checkMap('ranges', givenRanges)
      // Copies: what differs from the last plan is found by looking at it again, and callers may change theirs.
      const plan = new Map(givenPlan)
      const ranges = new Map(givenRanges)
      checkNames('the plan names', plan.keys(), layers)
      checkNames('the ranges name', ranges.keys(), graph.values)
      checkEntries(plan, ranges, target)
      if (state === undefined) known = noRanges
      const current = (state ??= createResolveState(frame, backend, settings, answers.last, ofLayers))
      state = undefined
      try {
        const changed = changedRanges(ranges)
        known = ranges
        const result = current.apply(plan, changed)
        state = current
        const rowOf = (name: string): ObservedRange | undefined => ranges.get(name) ?? table?.get(name)
        const diagnostics = () => [...result.diagnostics(), ...lostNegatives(graph, result.graph, rowOf), ...endlessFactors(result.graph)]
        return answers.add({ ...result, diagnostics })
      } finally {
        if (state === undefined) past = sum(past, current.work())
      }
    },
    work: () => ({ ...(state === undefined ? past : sum(past, state.work())), ...answers.work() }),
  }
}

function sum(a: Work, b: Work): Work {
  return {
    layers: a.layers + b.layers,
    lowered: a.lowered + b.lowered,
    ranges: a.ranges + b.ranges,
    simplified: a.simplified + b.simplified,
    neighbours: a.neighbours + b.neighbours,
  }
}

function sameRow(a: ObservedRange | undefined, b: ObservedRange | undefined): boolean {
  return a === b || (Object.is(a?.threshold, b?.threshold) && Object.is(a?.min, b?.min) && Object.is(a?.max, b?.max))
}
