import { QError } from '../errors.ts'
import type { CalibrationRow, CalibrationTable } from './calibration-table.ts'
import { formatPercentF7 } from './format-percent-f7.ts'
import { isSectionLine, parseCalibrationTable } from './parse-calibration-table.ts'
import { smallestThreshold } from './smallest-threshold.ts'
import { isTableName } from './table-name.ts'

/** Rows by value name, in the order they are to be printed. */
export type CalibrationRows = Iterable<readonly [name: string, row: CalibrationRow]>

/** What a calibration table is made of. */
export interface CalibrationTableParts {
  /** Version of the tool that calibrated. */
  readonly version: string
  /** File name of the model. */
  readonly mlirFile: string
  /** `YYYY-MM-DD HH:MM:SS.ffffff`, see {@link formatTimestamp}. Without it the table carries no time. */
  readonly generatedTime?: string
  /** How thresholds were chosen, e.g. `kl`. */
  readonly method: string
  readonly histogramBins: number
  /** Samples calibration ran, counted after batching. */
  readonly samples: number
  /** Samples tuning ran. @default 0 */
  readonly tune?: number
  readonly entries: CalibrationRows
  /** Writes the fp8 mark in the place of the histogram line. @default false */
  readonly fp8?: boolean
  readonly int4?: CalibrationRows
  readonly asymmetricOps?: readonly string[]
  /** Ops listed for the reader's information; nothing reads them back. */
  readonly symmetricOps?: readonly string[]
  readonly int4Ops?: readonly string[]
  /** Fingerprint of the graph, as a comment that other readers skip. */
  readonly fingerprint?: string
  /** The search that calibrates for itself alone, as a comment that other readers skip. */
  readonly madeFor?: string
}

/**
 * A calibration table in the format of TPU-MLIR 1.30.2.
 *
 * Numbers are kept as the file will show them (seven decimals), so a table used at once and one read back are the same.
 * Thresholds up to 1e-5 and NaN become 1e-5.
 *
 * @throws QError `CALIBRATION_NAME_INVALID` for a name a table cannot hold (see {@link checkedRowName}).
 * @throws QError `CALIBRATION_ROW_INVALID` for bounds that are not finite.
 * @throws QError `CALIBRATION_HEADER_INVALID` for a header value that holds a line break, or a word that starts a section.
 */
export function createCalibrationTable(parts: CalibrationTableParts): CalibrationTable {
  const { int4, asymmetricOps, symmetricOps, int4Ops, fp8 = false } = parts
  for (const value of [parts.version, parts.mlirFile, parts.generatedTime, parts.method, parts.fingerprint, parts.madeFor])
    checkHeader(value)
  const lines = [
    `# mlir version: ${parts.version} cali version 1.0`,
    `# mlir: ${parts.mlirFile}`,
    ...(parts.generatedTime === undefined ? [] : [`# genetated time: ${parts.generatedTime}`]),
    `# quantization threshold calculation method: ${parts.method}`,
    fp8 ? '#tpu-mlir-fp8 caliration table' : `# histogram number: ${parts.histogramBins}`,
    `# sample number: ${parts.samples}`,
    ...(parts.fingerprint === undefined ? [] : [`# q fingerprint: ${parts.fingerprint}`]),
    ...(parts.madeFor === undefined ? [] : [`# q made for: ${parts.madeFor}`]),
    '###',
    `# tune number: ${parts.tune ?? 0}`,
    '###',
    '# op_name    threshold    min    max',
    ...rowLines(parts.entries),
    ...(int4 === undefined ? [] : ['', '#int4_th', ...rowLines(int4)]),
    ...(asymmetricOps === undefined ? [] : ['', '#asym_op', ...asymmetricOps.map(checkedRowName)]),
    ...(symmetricOps === undefined ? [] : ['', '# symmetric_op', ...symmetricOps.map((name) => `# ${checkedRowName(name)}`)]),
    ...(int4Ops === undefined ? [] : ['', '#int4_op', ...int4Ops.map(checkedRowName)]),
  ]
  return parseCalibrationTable(`${lines.join('\n')}\n`)
}

/**
 * The same table with the given rows put in the place of theirs (every other byte stays); names it has no row for are left out.
 *
 * @throws QError `CALIBRATION_ROW_INVALID` for bounds that are not finite.
 */
export function replaceCalibrationRows(table: CalibrationTable, rows: ReadonlyMap<string, CalibrationRow>): CalibrationTable {
  const texts = table.lines.map((line) => {
    const row = line.kind === 'row' && line.section === 'main' ? rows.get(line.name) : undefined
    return line.kind === 'row' && row !== undefined ? rowLine(line.name, row) : line.text
  })
  return parseCalibrationTable(texts.join('\n') + (table.endsWithNewline ? '\n' : ''))
}

function rowLines(rows: CalibrationRows): readonly string[] {
  return Array.from(rows, ([name, row]) => rowLine(checkedRowName(name), row))
}

function rowLine(name: string, { threshold, min, max }: CalibrationRow): string {
  const kept = threshold > smallestThreshold ? threshold : smallestThreshold
  if (!Number.isFinite(kept) || !Number.isFinite(min) || !Number.isFinite(max)) {
    throw new QError('CALIBRATION_ROW_INVALID', `a calibration table holds finite numbers only`, {
      at: [name],
      found: `threshold ${threshold}, min ${min}, max ${max}`,
      wanted: 'finite numbers',
      hint: 'look for overflow in the float model and in its samples',
    })
  }
  return `${name} ${formatPercentF7(kept)} ${formatPercentF7(min)} ${formatPercentF7(max)}`
}

/** Refuses a value that the header of a table cannot hold, for instance the name of a model's file. @throws QError `CALIBRATION_HEADER_INVALID` */
export function checkHeader(value: string | undefined): void {
  if (value === undefined || (!/[\r\n]/.test(value) && !isSectionLine(`# ${value}`))) return
  throw new QError('CALIBRATION_HEADER_INVALID', `the header of a calibration table cannot hold "${value}"`, {
    at: ['the header of the calibration table'],
    found: JSON.stringify(value),
    wanted: 'one line without the words asym_op, int4_op or mqbench-fp8',
    hint: 'rename the model file',
  })
}

/**
 * The name of a row, when a table can hold it.
 *
 * @throws QError `CALIBRATION_NAME_INVALID` for an empty name, one with white space or control characters, and one that starts with `#`
 */
export function checkedRowName(name: string): string {
  if (isTableName(name)) return name
  throw new QError('CALIBRATION_NAME_INVALID', `a calibration table cannot hold the name "${name}"`, {
    found: JSON.stringify(name),
    wanted: 'a name without white space and control characters that does not start with #',
    hint: 'rename this value in the model',
  })
}
