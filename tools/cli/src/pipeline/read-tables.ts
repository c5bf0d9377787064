import { calibratedValues } from '@q/calib'
import type { CalibrationTable, Graph, Plan, QuantPlan } from '@q/ir'
import {
  checkCalibrationTable,
  checkQuantPlan,
  fingerprintOf,
  layerOf,
  parseCalibrationTable,
  parseInlineQuantPlan,
  parseQuantPlan,
  QError,
} from '@q/ir'
import type { Reporter } from '../console/reporter.ts'
import { isThere, readText } from '../files/read-file.ts'

/** A calibration table that fits the graph. @throws QError when a row is missing, unknown, or the table is of another model */
export async function readCalibrationTable(path: string, graph: Graph, reporter: Reporter): Promise<CalibrationTable> {
  const table = parseCalibrationTable(await readText(path), path)
  for (const diagnostic of table.diagnostics) reporter.diagnostic(diagnostic)
  checkCalibrationTable(table, {
    required: calibratedValues(graph).map(({ name }) => name),
    known: graph.values.keys(),
    fingerprint: fingerprintOf(graph),
    place: path,
  })
  return table
}

/** A quantization table that fits the graph: a file, or `name:mode,name:mode`. @throws QError for names the graph does not have */
export async function readPlan(source: string, graph: Graph, reporter: Reporter): Promise<Plan> {
  const isFile = await isThere(source)
  if (!isFile && !source.includes(':')) {
    throw new QError('FILE_MISSING', `there is no quantization table ${source}`, {
      at: [source],
      wanted: 'a file, or name:mode,name:mode',
      hint: 'check the path',
    })
  }
  const plan: QuantPlan = isFile ? parseQuantPlan(await readText(source), source) : parseInlineQuantPlan(source, '--quantize_table')
  for (const diagnostic of plan.diagnostics) reporter.diagnostic(diagnostic)
  checkQuantPlan(plan, [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap((node) => [layerOf(node), ...node.outputs])], {
    fingerprint: fingerprintOf(graph),
    place: isFile ? source : '--quantize_table',
  })
  return new Map(Array.from(plan.entries, ([name, { mode }]) => [name, mode]))
}
