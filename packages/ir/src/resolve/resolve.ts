import type { Backend } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Graph } from '../graph/types.ts'
import type { RangeTable } from './import-ranges.ts'
import type { Resolved } from './resolved.ts'
import { createResolver, type ResolveOptions } from './resolver.ts'

/**
 * Makes the quantized graph of a float graph for one chip, once: a resolver of one plan. What a search evaluates and what is shipped come from the same
 * code. Pure: same arguments, same result. Every node's `origin` names the float layers it comes from.
 *
 * @param table absent for pure float modes
 * @throws QError `BACKEND_INVALID`, `MODE_UNSUPPORTED`, `OP_UNSUPPORTED`, `RANGE_MISSING`, `RANGE_INVALID`, `INTEGER_OPERAND`, and those of the back end
 */
export function resolve(graph: Graph, table: RangeTable | undefined, plan: Plan, backend: Backend, options: ResolveOptions): Resolved {
  return createResolver(graph, table, backend, options).resolve(plan)
}
