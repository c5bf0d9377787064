import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import { isQError } from '../errors.ts'
import type { Graph } from '../graph/types.ts'
import { checkSettings, chooseMode } from './choose-mode.ts'
import { type Frame, frameOf } from './frame.ts'
import { loweringOf } from './lower-layer.ts'
import { plannedEntry } from './plan-entries.ts'
import type { ResolveOptions } from './resolver.ts'

/**
 * Refuses, before anything is calibrated, what no calibration table can help: operators that a chip or its back end does not have, and modes that an operator
 * does not have. What depends on ranges, `resolve` refuses.
 *
 * @throws QError `OP_UNSUPPORTED`, `MODE_UNSUPPORTED`
 */
export function checkRunnable(graph: Graph, plan: Plan, backend: Backend, options: ResolveOptions): void {
  const settings: ResolveSettings = { asymmetric: false, highPrecision: false, ...options }
  checkSettings(backend.target, settings)
  const frame = frameWithoutRanges(graph, backend, settings)
  for (const { node, form, name } of frame?.places ?? []) {
    if (node === undefined) continue
    const entry = plannedEntry(node, name, plan, graph)
    try {
      chooseMode(node, form!, entry, backend.target, settings)
    } catch (error) {
      // An entry that the target adds by itself comes from ranges.
      if (isQError(error) && error.code === 'MODE_UNSUPPORTED' && backend.target.automaticPlan !== undefined) continue
      throw error
    }
    loweringOf(backend, node, form!, name)
  }
}

/** The frame, where the rewrites of the back end do without ranges. */
function frameWithoutRanges(graph: Graph, backend: Backend, settings: ResolveSettings): Frame | undefined {
  try {
    return frameOf(graph, backend, settings)
  } catch {
    return undefined
  }
}
