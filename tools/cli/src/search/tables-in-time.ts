import { calibratedValues } from '@q/calib'
import { selectSamples } from '@q/data'
import type { CalibrationTable, Diagnostic, Graph } from '@q/ir'
import { createCalibrationTable } from '@q/ir/tables'
import type { Context } from '../context.ts'
import { hiddenBeside } from '../files/hidden-file.ts'
import { isThere } from '../files/read-file.ts'
import { calibrateInTime } from './calibrate-in-time.ts'
import type { Deadline } from './deadline.ts'
import type { JournalFile } from './journal-file.ts'
import type { PlanSearch } from './search-plan.ts'
import { type MethodTables, methodTables } from './search-tables.ts'

/**
 * The tables that a search chooses from; with a deadline, of as many samples as there is time for.
 *
 * @returns nothing where there is no time for one sample, and the search may lack a table
 */
export async function tablesInTime(
  { graph, model, samples, methods, tableFile, mayLackTable = false }: PlanSearch,
  deadline: Deadline | undefined,
  journal: JournalFile,
  context: Context,
): Promise<MethodTables | undefined> {
  const files = { mlir: model, table: tableFile }
  if (deadline === undefined) return methodTables(graph, files, { ...samples, methods }, journal, context)
  // A part is not continued: what a whole calibration kept for that is no business of it, and it keeps nothing itself.
  const partly = (count: number, surroundings: Context) =>
    methodTables(graph, { mlir: model }, { ...samples, inputNum: count, tuneNum: 0, methods }, journal, surroundings)
  const { entries } = await selectSamples(samples)
  const made = await calibrateInTime(entries.length, deadline, async ({ samples: count, isWhole }, over) => {
    const signal = AbortSignal.any([context.signal, over])
    // What there is to say of the layers is said of the tables that are taken, once.
    const told: Diagnostic[] = []
    const quiet = { ...context, signal, reporter: { ...context.reporter, diagnostic: (each: Diagnostic) => void told.push(each) } }
    const tables = await (isWhole ? methodTables(graph, files, { ...samples, methods }, journal, quiet) : partly(count, quiet))
    return { ...tables, told }
  })
  const { reporter } = context
  for (const each of made?.told ?? []) reporter.diagnostic(each)
  if (made?.isWhole === true) return made
  const unfinished = hiddenBeside(tableFile, 'unfinished')
  if (await isThere(unfinished)) reporter.note(`note: ${unfinished} has what is known of all samples: a later run goes on from there`)
  if (made !== undefined)
    reporter.note(
      `note: thresholds are those of ${made.samples} of ${entries.length} samples, not tuned: the budget leaves no time for more`,
    )
  else if (mayLackTable)
    reporter.note(
      'note: the budget was over before the thresholds of one sample were known: no layer was examined, and no calibration table is written',
    )
  else reporter.note('note: the budget was over before any thresholds were known: those of one sample are waited for')
  return made ?? (mayLackTable ? undefined : partly(1, context))
}

/** Ranges by which layers can be described while none are known: every value in -1 … 1. */
export function unknownRanges(graph: Graph, mlir: string): CalibrationTable {
  const entries = new Map(calibratedValues(graph).map(({ name }) => [name, { threshold: 1, min: -1, max: 1 }] as const))
  return createCalibrationTable({ version: 'none', mlirFile: mlir, method: 'none', histogramBins: 0, samples: 0, entries })
}
