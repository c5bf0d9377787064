import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Diagnostic } from '../errors.ts'
import type { Graph, Node, Value } from '../graph/types.ts'
import { allOps } from '../ops/op-set.ts'
import { automaticPlan } from './automatic-plan.ts'
import { checkSettings } from './choose-mode.ts'
import { forwardTypes } from './forward-types.ts'
import { importRanges, type RangeTable } from './import-ranges.ts'
import { inheritPlan } from './inherit-plan.ts'
import { insertCasts, placeNodes } from './insert-casts.ts'
import { diagnosticsOf, type LoweredStep, lowerNodes } from './lower-nodes.ts'
import type { LoweringCache } from './lowering-cache.ts'
import { propagateRanges } from './propagate-ranges.ts'
import { removeUnused } from './remove-unused.ts'
import { simplifyCasts } from './simplify-casts.ts'

/** Settings of {@link resolve}; absent ones have the defaults named here. */
export interface ResolveOptions extends Pick<ResolveSettings, 'mode'> {
  /** INT8 with zero points. @default false */
  readonly asymmetric?: boolean
  /** Keep delicate operators in a wider type. @default false */
  readonly highPrecision?: boolean
  /** Keeps lowered nodes for the next call on the same graph and table. @default nothing is kept */
  readonly cache?: LoweringCache
}

/** A graph as a chip runs it. */
export interface Resolved {
  /** The quantized graph. */
  readonly graph: Graph
  /** The plan in effect: the caller's entries and those the target added. */
  readonly plan: Plan
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Makes the quantized graph of a float graph for one chip: the same function for what a search evaluates and for what is shipped.
 *
 * Steps: ranges from the table; the back end's rewrites; entries of the plan for layers these made, and automatic ones; propagation of ranges; lowering of each
 * node in its mode; types that move through reshapes; casts where neighbours disagree; simplification. Pure: same
 * arguments, same result. Every node's `origin` names the float layers it comes from.
 *
 * @param table absent for pure float modes
 * @throws QError `MODE_UNSUPPORTED`, `OP_UNSUPPORTED`, `RANGE_MISSING`, `RANGE_INVALID`, and those of the back end
 */
export function resolve(graph: Graph, table: RangeTable | undefined, plan: Plan, backend: Backend, options: ResolveOptions): Resolved {
  const { target } = backend
  const settings: ResolveSettings = {
    mode: options.mode,
    asymmetric: options.asymmetric ?? false,
    highPrecision: options.highPrecision ?? false,
  }
  checkSettings(target, settings)

  const ranged = table === undefined ? graph : importRanges(graph, table, target, settings.asymmetric)
  const rewritten = (backend.rewrite ?? []).reduce((current, pass) => pass.run(current, settings), ranged)
  const effective = automaticPlan(rewritten, inheritPlan(graph, rewritten, plan), target, settings.mode)
  const propagated = propagateRanges(rewritten, target, effective)
  const steps = withNewNames(lowerNodes(propagated, effective, backend, settings, options.cache))
  const assembled = forwardTypes(assemble(propagated, steps, settings, backend), target)
  const placed = placeNodes(
    assembled.inputs.map(({ name }) => name),
    steps,
  )
  const cast = removeUnused(simplifyCasts(insertCasts(assembled, placed, target, settings)))
  const simplified = (backend.simplify ?? []).reduce((current, pass) => pass.run(current, settings, effective), cast)
  return { graph: simplified, plan: effective, diagnostics: diagnosticsOf(steps) }
}

/** The lowered nodes with their values, before casts. */
function assemble(graph: Graph, steps: readonly LoweredStep[], settings: ResolveSettings, backend: Backend): Graph {
  const values = new Map<string, Value>()
  for (const { name, sourceDtype } of graph.inputs) {
    const value = graph.values.get(name)!
    values.set(name, sourceDtype === undefined ? value : { ...value, type: { dtype: sourceDtype, shape: value.type.shape } })
  }
  for (const { lowered } of steps) for (const value of lowered.values) values.set(value.name, value)
  const nodes = steps.flatMap(({ lowered }) => [...(lowered.hoisted ?? []), ...lowered.nodes])
  for (const node of nodes) {
    for (const name of node.inputs) if (name !== undefined && !values.has(name)) values.set(name, graph.values.get(name)!)
  }
  return {
    ...graph,
    nodes,
    values,
    outputs: graph.outputs.map((name) => newNames(steps).get(name) ?? name),
    ops: new Map([...graph.ops, ...allOps]),
    properties: {
      ...graph.properties,
      stage: 'quantized',
      chip: backend.target.name,
      mode: settings.mode,
      asymmetric: settings.asymmetric,
    },
  }
}

/** Names of float layers whose results got another name. */
const newNames = (steps: readonly LoweredStep[]): ReadonlyMap<string, string> =>
  new Map(steps.flatMap(({ lowered }) => [...(lowered.renamed ?? [])]))

/** The steps with the new names in place of the old ones among the operands; a step that goes on from the old name itself keeps it. */
function withNewNames(steps: readonly LoweredStep[]): readonly LoweredStep[] {
  const renamed = newNames(steps)
  if (renamed.size === 0) return steps
  const rename = (node: Node, own: ReadonlySet<string>): Node => ({
    ...node,
    inputs: node.inputs.map((name) => (name === undefined || own.has(name) ? name : (renamed.get(name) ?? name))),
  })
  const madeBy = ({ nodes }: LoweredStep['lowered']): ReadonlySet<string> => new Set(nodes.flatMap(({ outputs }) => outputs))
  return steps.map(({ node, lowered }) => ({
    node,
    lowered: {
      ...lowered,
      nodes: lowered.nodes.map((each) => rename(each, madeBy(lowered))),
      ...(lowered.hoisted === undefined ? {} : { hoisted: lowered.hoisted.map((each) => rename(each, new Set())) }),
      ...(lowered.operands === undefined
        ? {}
        : { operands: new Map([...lowered.operands].map(([name, need]) => [renamed.get(name) ?? name, need])) }),
    },
  }))
}
