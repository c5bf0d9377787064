import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import { isQError, QError } from '../errors.ts'
import type { Graph } from '../graph/types.ts'
import { checkMap, checkResolverArguments } from './check-arguments.ts'
import { checkSettings, chooseMode } from './choose-mode.ts'
import { type Frame, frameOf } from './frame.ts'
import { loweringOf } from './lower-layer.ts'
import { plannedEntry } from './plan-entries.ts'
import type { ResolveOptions } from './resolver.ts'

/**
 * Refuses, before anything is calibrated, what no calibration table can help: operators that a chip or its back end does not have, and modes that an operator
 * does not have. What depends on ranges, `resolve` refuses.
 *
 * @throws QError `OP_UNSUPPORTED` naming all operators that are missing, with their layers; `MODE_UNSUPPORTED`
 */
export function checkRunnable(graph: Graph, plan: Plan, backend: Backend, options: ResolveOptions): void {
  const settings: ResolveSettings = { asymmetric: false, highPrecision: false, ...options }
  checkResolverArguments(graph, undefined, backend, options)
  checkMap('plan', plan)
  checkSettings(backend.target, settings)
  const frame = frameWithoutRanges(graph, backend, settings)
  const missing: Missing[] = []
  if (frame === undefined) return
  for (const { node, form, name } of frame.places) {
    if (node === undefined) continue
    const entry = plannedEntry(node, name, plan, frame)
    try {
      chooseMode(node, form!, entry, backend.target, settings)
      loweringOf(backend, node, form!, name)
    } catch (error) {
      if (!isQError(error)) throw error
      if (error.code === 'OP_UNSUPPORTED') missing.push({ error, op: node.op, layer: name })
      // An entry that the target adds by itself comes from ranges.
      else if (error.code !== 'MODE_UNSUPPORTED' || backend.target.automaticPlan === undefined) throw error
    }
  }
  if (missing.length > 0) throw missing.length === 1 ? missing[0]!.error : allMissing(missing, backend)
}

/** A layer whose operator a chip, or its back end, does not have. */
interface Missing {
  readonly error: QError
  readonly op: string
  readonly layer: string
}

/** Layers that are named of each operator. */
const mostLayers = 5

function allMissing(missing: readonly Missing[], { target, lower }: Backend): QError {
  const layers = new Map<string, string[]>()
  for (const { op, layer } of missing) layers.set(op, [...(layers.get(op) ?? []), layer])
  const listed = Array.from(layers, ([op, names]) => {
    const more = names.length > mostLayers ? ` and ${names.length - mostLayers} more` : ''
    return `${op} (${names.slice(0, mostLayers).join(', ')}${more})`
  })
  const operators = layers.size === 1 ? `the operator of ${missing.length} layers` : `${layers.size} operators of this model`
  return new QError('OP_UNSUPPORTED', `${target.name} cannot run ${operators}`, {
    found: listed.join(', '),
    wanted: `of ${Object.keys(target.ops)
      .filter((op) => op in lower)
      .join(', ')}`,
    hint: 'cut the graph before these layers, or write lowerings for them',
  })
}

/** The frame, where the rewrites of the back end do without ranges. */
function frameWithoutRanges(graph: Graph, backend: Backend, settings: ResolveSettings): Frame | undefined {
  try {
    return frameOf(graph, backend, settings)
  } catch {
    return undefined
  }
}
