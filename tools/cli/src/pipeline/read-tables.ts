import { calibratedValues } from '@q/calib'
import type { CalibrationTable, Graph, Plan, QuantPlan, Target } from '@q/ir'
import { layerOf, parseCalibrationTable, parseQuantPlan, QError } from '@q/ir'
import { checkCalibrationTable, checkQuantPlan, parseInlineQuantPlan, tableFingerprintOf } from '@q/ir/tables'
import { checkPlanModes, modesOfRows } from '../chips/chip-modes.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import { layersByRow } from './layers-by-row.ts'
import { nearTable } from './near-table.ts'

/** A calibration table that fits the graph, at least nearly (`nearTable`). @throws QError when a row is missing, unknown, or the table is of another model */
export async function readCalibrationTable(path: string, graph: Graph, { files, reporter }: Context): Promise<CalibrationTable> {
  const read = parseCalibrationTable(await files.readText(path), path)
  const required = calibratedValues(graph).map(({ name }) => name)
  const { table, diagnostics } = nearTable(read, graph, required, path)
  for (const diagnostic of [...read.diagnostics, ...diagnostics]) reporter.diagnostic(diagnostic)
  checkCalibrationTable(table, {
    required,
    known: graph.values.keys(),
    fingerprint: tableFingerprintOf(graph),
    place: path,
  })
  return table
}

/** A quantization table that fits the graph: a file, or `name:mode,name:mode`, given by an option that errors name. @throws QError for names the graph does not have, and modes the chip does not have */
export async function readPlan(
  source: string,
  graph: Graph,
  target: Target,
  { files, reporter }: Context,
  option = '--quantize_table',
): Promise<Plan> {
  const isFile = await isThere(source)
  if (!isFile && !source.includes(':')) {
    throw new QError('FILE_MISSING', `there is no quantization table ${source}`, {
      at: [source],
      found: source,
      wanted: 'a file, or name:mode,name:mode',
      hint: 'check the path',
    })
  }
  const plan: QuantPlan = isFile
    ? parseQuantPlan(await files.readText(source), source, modesOfRows(target))
    : parseInlineQuantPlan(source, option, modesOfRows(target))
  for (const diagnostic of plan.diagnostics) reporter.diagnostic(diagnostic)
  const layers = layersByRow(graph)
  checkQuantPlan(plan, [...graph.inputs.map(({ name }) => name), ...graph.nodes.map(layerOf), ...layers.keys()], {
    fingerprint: tableFingerprintOf(graph),
    place: isFile ? source : option,
  })
  tellOfInputs(plan, graph, isFile ? source : option, reporter)
  const modes = new Map(Array.from(plan.entries, ([name, { mode }]) => [layers.get(name) ?? name, mode]))
  checkPlanModes(modes, target, isFile ? source : option)
  return modes
}

/** Says of rows for inputs that they decide nothing: an input is no layer, and has the type that its readers want. */
function tellOfInputs(plan: QuantPlan, graph: Graph, place: string, reporter: Pick<Reporter, 'diagnostic'>): void {
  const inputs = graph.inputs.map(({ name }) => name).filter((name) => plan.entries.has(name))
  if (inputs.length === 0) return
  const [what, kind] = inputs.length === 1 ? ['a row', 'an input, and has'] : ['rows', 'inputs, and have']
  const message = `${what} without effect: ${inputs.join(', ')} ${inputs.length === 1 ? 'is' : 'are'} ${kind} the type that the layers behind want; name these`
  reporter.diagnostic({ level: 'warning', code: 'QUANT_PLAN_INPUT', message, at: [place] })
}
