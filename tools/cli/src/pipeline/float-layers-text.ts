import { formatQuantPlan, type Graph } from '@q/ir'
import { createExtendedQuantPlan, tableFingerprintOf } from '@q/ir/tables'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'
import type { FloatLayers } from './float-layers.ts'

/** The table of layers that stay in float, as TPU-MLIR writes it before calibration. A layer with several results has a row for each. */
export function floatLayersText(
  { plan, pattern, shape, given, rows, vendor, choice, line, isFound }: FloatLayers,
  { graph, chip, samples }: { readonly graph: Graph; readonly chip: string; readonly samples: number },
  context: Context,
): string {
  const entries = (layers: readonly string[]) =>
    layers.flatMap((layer) => (rows.get(layer) ?? [layer]).map((row) => [row, { mode: plan.get(layer)! }] as const))
  const { block } = vendor ?? {}
  const vendorLine =
    block === undefined
      ? []
      : [
          `[${block.operators.map((each) => `'${each}'`).join(', ')}] (Name: ${block.name}) is a subset of the main list. Count: ${block.count}`,
        ]
  const { part } = choice
  return formatQuantPlan(
    createExtendedQuantPlan({
      chip,
      samples,
      generatedTime: timestampOf(context),
      fingerprint: tableFingerprintOf(graph),
      patternLayers: entries(pattern),
      shapeLayers: entries(shape),
      ...(given === undefined ? {} : { customLayers: entries([...given.keys()]) }),
      ...(part === undefined ? {} : { partQuantMode: typeof part === 'string' ? part : `custom_mode, custom_operator: ${part.join(',')}` }),
      patternLog: vendorLine.length > 0 || !isFound ? vendorLine : [`q: ${line}`],
    }),
  )
}
