import { formatPercentF7 } from '@q/ir/tables'

/** The number as a calibration table shows it: seven decimals. */
export function printedNumber(value: number): number {
  return Number(formatPercentF7(value))
}
