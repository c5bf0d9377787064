import type { Graph, Plan, QuantMode, RankedLayer } from '@q/ir'
import { fingerprintOf, formatQuantPlan } from '@q/ir'
import { createClassicQuantPlan, createExtendedQuantPlan } from '@q/ir/tables'
import { layerSimilarityRows } from '@q/mixprec'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'

/** What a quantization table says beside its rows. */
export interface PlanHeader {
  readonly graph: Graph
  readonly chip: string
  readonly floatMode: QuantMode
  /** Samples that were measured on; nothing where none were. */
  readonly samples?: number
  /** `classic` up to release 1.22 of the original tool, `extended` since. */
  readonly form: 'classic' | 'extended'
  /** Layers that the search did not come to. */
  readonly unexamined?: readonly string[]
}

/** The text of a plan that was found. */
export function planText(plan: Plan, { graph, chip, floatMode, samples, form, unexamined = [] }: PlanHeader, context: Context): string {
  const entries = [...plan].map(([name, mode]) => [name, { mode }] as const)
  const parts = {
    chip,
    ...(samples === undefined ? {} : { samples }),
    generatedTime: timestampOf(context),
    fingerprint: fingerprintOf(graph),
  }
  if (form === 'classic') return formatQuantPlan(createClassicQuantPlan({ ...parts, mixMode: floatMode, entries }))
  const left = unexamined.length === 0 ? [] : [`q: ended by its budget, ${unexamined.length} layers not examined:`]
  const patternLog = [...left, ...unexamined.map((layer) => `q: not examined: ${layer}`)]
  return formatQuantPlan(createExtendedQuantPlan({ ...parts, customLayers: entries, patternLog }))
}

/** `full_loss_table.txt`: how similar each layer's own result is, the least similar first. */
export function lossTableText(
  ranking: readonly RankedLayer[],
  { chip, floatMode, samples }: Required<Pick<PlanHeader, 'chip' | 'floatMode' | 'samples'>>,
  context: Context,
): string {
  return `${[
    `# genetated time: ${timestampOf(context)}`,
    `# sample number: ${samples}`,
    `# chip: ${chip}  mix_mode: ${floatMode}`,
    '###',
    ...layerSimilarityRows(ranking),
  ].join('\n')}\n`
}
