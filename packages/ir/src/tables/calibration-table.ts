import type { Diagnostic } from '../errors.ts'

/** What calibration found for one value. */
export interface CalibrationRow {
  /** The magnitude that the largest code stands for. */
  readonly threshold: number
  /** Smallest number seen. */
  readonly min: number
  /** Largest number seen. */
  readonly max: number
}

/** One line of a calibration table as read: what it means, and its text (without the line feed) to print it back. */
export type CalibrationLine =
  | { readonly kind: 'comment' | 'blank' | 'ignored'; readonly text: string }
  | { readonly kind: 'row'; readonly section: 'main' | 'int4'; readonly name: string; readonly row: CalibrationRow; readonly text: string }
  | { readonly kind: 'name'; readonly section: 'asymmetric-ops' | 'int4-ops'; readonly name: string; readonly text: string }
  | { readonly kind: 'weight-scales'; readonly name: string; readonly scales: readonly number[]; readonly text: string }

/** The comment lines at the top that carry a value. All are strings as printed; a missing one was not there. */
export interface CalibrationHeader {
  readonly version?: string
  readonly mlirFile?: string
  readonly generatedTime?: string
  readonly method?: string
  readonly histogramBins?: string
  readonly samples?: string
  readonly tune?: string
  /** The search that calibrated for itself alone, from a `# q made for:` comment. */
  readonly madeFor?: string
}

/**
 * A TPU-MLIR calibration table: the thresholds a calibration run hands to quantization.
 *
 * Plain data. `lines` remembers the source text, so that a table that was read prints back byte for byte; the other members
 * are what the compiler takes from it.
 */
export interface CalibrationTable {
  /** Thresholds by value name, in file order; of several rows for one name the first counts. */
  readonly entries: ReadonlyMap<string, CalibrationRow>
  /** Thresholds for 4-bit codes (section `#int4_th`). */
  readonly int4: ReadonlyMap<string, CalibrationRow>
  /** Whether the thresholds are meant for 8-bit floats. */
  readonly fp8: boolean
  /** Ops to quantize asymmetrically (section `#asym_op`); `undefined` when the section is missing. */
  readonly asymmetricOps: readonly string[] | undefined
  /** Ops to quantize with 4 bits (section `#int4_op`); `undefined` when the section is missing. */
  readonly int4Ops: readonly string[] | undefined
  /** Scales of weights (section `#weight_scale`, from quantization-aware training). */
  readonly weightScales: ReadonlyMap<string, readonly number[]>
  readonly header: CalibrationHeader
  /** Fingerprint of the graph the table was made for, from a `# q fingerprint:` comment; several where such comments contradict each other. */
  readonly fingerprints: readonly string[]
  readonly lines: readonly CalibrationLine[]
  readonly endsWithNewline: boolean
  /** What the compiler would pass over in silence. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The thresholds alone, by value name. */
export function thresholds(table: CalibrationTable): ReadonlyMap<string, number> {
  return new Map([...table.entries].map(([name, row]) => [name, row.threshold]))
}

/** The text of a table: of one that was read, the very text it was read from. */
export function formatCalibrationTable(table: CalibrationTable): string {
  return table.lines.map((line) => line.text).join('\n') + (table.endsWithNewline ? '\n' : '')
}
