import type { Graph, Plan, QuantMode, RankedLayer, SearchSpace } from '@q/ir'
import { formatQuantPlan } from '@q/ir'
import { createClassicQuantPlan, createExtendedQuantPlan, tableFingerprintOf } from '@q/ir/tables'
import { layerSimilarityRows } from '@q/mixprec'
import { countText } from '../console/count-text.ts'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'
import type { FloatLayers } from '../pipeline/float-layers.ts'

/** What a quantization table says beside its rows. */
export interface PlanHeader {
  readonly graph: Graph
  readonly chip: string
  readonly floatMode: QuantMode
  /** Samples that were measured on; nothing where none were. */
  readonly samples?: number
  /** `classic` up to release 1.22 of the original tool, `extended` since. */
  readonly form: 'classic' | 'extended'
  /** What stayed in float before anything was measured: stands in lists of its own. */
  readonly base?: Pick<FloatLayers, 'pattern' | 'shape' | 'line' | 'isFound'>
  /** Layers that the search did not come to; those that the plan keeps in float are not told. */
  readonly unexamined?: readonly string[]
}

/** The text of a plan that was found. */
export function planText(
  plan: Plan,
  { graph, chip, floatMode, samples, form, base, unexamined = [] }: PlanHeader,
  context: Context,
): string {
  const entries = [...plan].map(([name, mode]) => [name, { mode }] as const)
  const parts = {
    chip,
    ...(samples === undefined ? {} : { samples }),
    generatedTime: timestampOf(context),
    fingerprint: tableFingerprintOf(graph),
  }
  if (form === 'classic') return formatQuantPlan(createClassicQuantPlan({ ...parts, mixMode: floatMode, entries }))
  const open = unexamined.filter((layer) => !plan.has(layer))
  const left = open.length === 0 ? [] : [`q: ended by its budget, ${countText(open.length, 'layer')} not examined:`]
  const patternLog = [...(base?.isFound === true ? [`q: ${base.line}`] : []), ...left, ...open.map((layer) => `q: not examined: ${layer}`)]
  const [pattern, shape] = [new Set(base?.pattern), new Set(base?.shape)]
  const among = (names: ReadonlySet<string>) => entries.filter(([name]) => names.has(name))
  return formatQuantPlan(
    createExtendedQuantPlan({
      ...parts,
      patternLayers: among(pattern),
      shapeLayers: among(shape),
      customLayers: entries.filter(([name]) => !pattern.has(name) && !shape.has(name)),
      patternLog,
    }),
  )
}

/** `full_loss_table.txt`: how similar each layer's own result is, the least similar first. Layers that are never on codes of their own have no row; they are named in a comment. */
export function lossTableText(
  { ranking, layers }: { readonly ranking: readonly RankedLayer[]; readonly layers: SearchSpace['layers'] },
  { chip, floatMode, samples }: Required<Pick<PlanHeader, 'chip' | 'floatMode' | 'samples'>>,
  context: Context,
): string {
  const inFloat = layers.filter(({ hasCodes, type }) => !hasCodes && type !== 'top.Softmax').map(({ name }) => name)
  return `${[
    `# genetated time: ${timestampOf(context)}`,
    `# sample number: ${samples}`,
    `# chip: ${chip}  mix_mode: ${floatMode}`,
    ...(inFloat.length === 0 ? [] : [`# q: no row, in float in any case or joined with another layer: ${inFloat.join(', ')}`]),
    '###',
    ...layerSimilarityRows(ranking),
  ].join('\n')}\n`
}
