import { expect, it } from 'vitest'
import { checkCalibrationTable } from './check-tables.ts'
import { oddRow } from './odd-rows.ts'
import { parseCalibrationTable } from './parse-calibration-table.ts'

const tableOf = (...rows: readonly string[]) => parseCalibrationTable(`# op_name threshold min max\n${rows.join('\n')}\n`, 't')

it('thresholds that cannot be meant are warned of, with table and line; small and zero ones are not', () => {
  const { diagnostics } = tableOf('a 1e38 -9.4 6.4', 'b 2 -2 1', 'c -3 -3 3', 'd 0 0 0', 'e 0.00001 0 0.00000001', 'f 8 0 0.5')
  expect(diagnostics.map(({ code, at }) => `${code} ${at.join(' ')}`)).toEqual([
    'CALIBRATION_ROW_ODD t line 2',
    'CALIBRATION_ROW_ODD t line 4',
  ])
  expect(diagnostics[0]!.message).toMatch(/^the row of a cannot be meant: its threshold is so far above what was observed \(9\.4\)/)
})

it.each([
  ['a 0 0 0', 'it is zero'],
  ['a 0 -1 1', 'its threshold is zero'],
  ['a -2 -2 1', 'its threshold is below zero'],
  ['a 2 1 -2', 'its least number is above its largest'],
])('the row of a layer without a scale says why: %s', (row, fault) => {
  expect(oddRow(tableOf('x 1 -1 1', row), 'a')).toEqual({ text: row, line: 3, fault })
  expect(oddRow(tableOf('x 1 -1 1', row), 'x')).toBeUndefined()
  expect(oddRow(tableOf(row), 'y')).toBeUndefined()
})

it('a row whose numbers are not finite is there, and is told as that', () => {
  const check = () => checkCalibrationTable(tableOf('a 1 -1 1', 'm inf -inf 6'), { required: ['a', 'm'], place: 't' })
  expect(check).toThrow(/rows that cannot be read, for want of three finite numbers: m \(line 3: "m inf -inf 6"\)$/)
  expect(() => checkCalibrationTable(tableOf('m inf -inf 6'), { required: ['a', 'm'] })).toThrow(
    /m \(line 2.*; no row for 1 value of the model: a$/,
  )
})
