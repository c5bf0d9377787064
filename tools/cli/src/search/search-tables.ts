import type { Calibration, MethodName } from '@q/calib'
import { isTunedMethod } from '@q/calib'
import type { CalibrationTable, Graph, ObservedRange, SearchResult } from '@q/ir'
import { formatCalibrationTable } from '@q/ir'
import { replaceCalibrationRows } from '@q/ir/tables'
import type { Context } from '../context.ts'
import type { CalibrationFiles, CalibrationSetting, ObservedModel } from '../pipeline/calibrate-model.ts'
import { observeModel, tableOf } from '../pipeline/calibrate-model.ts'
import type { JournalFile } from './journal-file.ts'

/** Tables by threshold method, from one pass over the samples. */
export interface MethodTables {
  readonly observed: ObservedModel
  /** By the method's name, in the order in which they are tried. */
  readonly tables: ReadonlyMap<string, { readonly untuned: CalibrationTable; readonly tuned: CalibrationTable }>
}

/** How the tables of a search are made. */
export interface MethodTablesChoice extends CalibrationSetting {
  readonly methods: readonly MethodName[]
  /** The search that calibrates as `run_calibration` without a search does: what is tuned, and how methods are named. @default every table is tuned */
  readonly plainFor?: string
}

/** Makes the tables that a search chooses from; those of an interrupted run are taken from its journal. */
export async function methodTables(
  graph: Graph,
  files: CalibrationFiles,
  { plainFor, ...choice }: MethodTablesChoice,
  journal: JournalFile,
  context: Context,
): Promise<MethodTables> {
  const isPlain = plainFor !== undefined
  const isTuned = choice.tuneNum > 0 && (!isPlain || choice.methods.some(isTunedMethod))
  const observed = await observeModel(graph, files, { ...choice, tuneNum: isTuned ? choice.tuneNum : 0 }, context, journal.calibrations)
  const table = (calibration: Calibration, rows: ReadonlyMap<string, ObservedRange>): CalibrationTable =>
    tableOf(observed, calibration, rows, {
      graph,
      mlir: files.mlir,
      method: isPlain && isTuned ? `['${calibration.method}']` : calibration.method,
      tuneNum: choice.tuneNum,
      ...(isPlain ? { madeFor: plainFor } : {}),
      context,
    })
  return {
    observed,
    tables: new Map(
      observed.calibrations.map((calibration) => [
        calibration.method,
        { untuned: table(calibration, calibration.untuned), tuned: table(calibration, calibration.entries) },
      ]),
    ),
  }
}

/** The tuned rows that a search chooses from. */
export const rowsByMethod = ({ tables }: MethodTables): ReadonlyMap<string, ReadonlyMap<string, ObservedRange>> =>
  new Map([...tables].map(([method, { tuned }]) => [method, tuned.entries]))

/** The table whose rows are those that a trial was measured with: that of the method which the result names, where it is the same. */
export function scoredTable(
  base: CalibrationTable,
  { trial: { ranges = new Map() }, method }: Pick<SearchResult, 'trial' | 'method'>,
  tables: MethodTables['tables'] | undefined,
): CalibrationTable {
  const named = method === undefined ? undefined : tables?.get(method)?.tuned
  const isSame = (range: ObservedRange | undefined, row: ObservedRange): boolean =>
    range?.threshold === row.threshold && range.min === row.min && range.max === row.max
  const isNamed =
    named !== undefined && [...base.entries].every(([layer, row]) => isSame(named.entries.get(layer), ranges.get(layer) ?? row))
  return isNamed ? named : replaceCalibrationRows(base, ranges)
}

/**
 * The files of these tables, as the original tool calls them: `<table>_<method>.1` before tuning and `<table>_<method>_tune` behind it; `<table>_<method>` where nothing was tuned.
 *
 * @param spelled how the tool spells a method
 */
export function methodFiles(
  table: string,
  tables: MethodTables['tables'],
  isTuned: boolean,
  spelled: (method: string) => string,
): ReadonlyMap<string, string> {
  return new Map(
    [...tables].flatMap(([method, { untuned, tuned }]): readonly (readonly [string, string])[] => {
      const [first, second] = methodFileNames(table, spelled(method), isTuned)
      return [
        [first!, formatCalibrationTable(untuned)],
        ...(second === undefined ? [] : [[second, formatCalibrationTable(tuned)] as const]),
      ]
    }),
  )
}

/** The names of the files of a method's table. */
export function methodFileNames(table: string, method: string, isTuned: boolean): readonly string[] {
  return isTuned ? [`${table}_${method}.1`, `${table}_${method}_tune`] : [`${table}_${method}`]
}
