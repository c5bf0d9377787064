import type { Diagnostic } from '../errors.ts'
import type { CalibrationLine, CalibrationRow, CalibrationTable } from './calibration-table.ts'
import { smallestThreshold } from './smallest-threshold.ts'

/** A row of which no mode on codes can make a scale, or none that holds what was observed. */
export interface OddRow {
  /** The row as it stands. */
  readonly text: string
  readonly line: number
  /** What is wrong with it. */
  readonly fault: string
}

/** Codes of 8 bits that a threshold leaves at least to what was observed: with none all of it is 0. */
const fewestCodes = 0.5
const largestCode = 127

/** What is wrong with a row; nothing with most. */
function faultOf({ threshold, min, max }: CalibrationRow): string | undefined {
  if (threshold === 0 && min === 0 && max === 0) return 'it is zero'
  if (threshold < 0) return 'its threshold is below zero'
  const reach = Math.max(Math.abs(min), Math.abs(max))
  if (threshold > smallestThreshold && reach > 0 && (largestCode * reach) / threshold < fewestCodes)
    return `its threshold is so far above what was observed (${reach}) that codes of 8 bits hold nothing of it`
  return undefined
}

/** The row of a layer that no scale can be made of; nothing where it has another one, or none. */
export function oddRow({ lines }: CalibrationTable, name: string): OddRow | undefined {
  const index = lines.findIndex((line) => line.kind === 'row' && line.section === 'main' && line.name === name)
  const line = lines[index]
  if (line?.kind !== 'row') return undefined
  const { threshold, min, max } = line.row
  const fault =
    faultOf(line.row) ?? (min > max ? 'its least number is above its largest' : threshold === 0 ? 'its threshold is zero' : undefined)
  return fault === undefined ? undefined : { text: line.text.trim(), line: index + 1, fault }
}

/** Warnings of thresholds that cannot be meant; zeros are told where something needs them. */
export function oddRowWarnings(lines: readonly CalibrationLine[], place: string): readonly Diagnostic[] {
  return lines.flatMap((line, index): readonly Diagnostic[] => {
    if (line.kind !== 'row' || line.section !== 'main' || line.row.threshold === 0) return []
    const fault = faultOf(line.row)
    if (fault === undefined) return []
    const message = `the row of ${line.name} cannot be meant: ${fault}`
    return [{ level: 'warning', code: 'CALIBRATION_ROW_ODD', message, at: [place, `line ${index + 1}`] }]
  })
}
