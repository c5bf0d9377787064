import { readdirSync } from 'node:fs'
import { formatCalibrationTable, parseCalibrationTable } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { hasShared, sharedPath, sharedText, sharedTitle } from './shared.ts'

const folder = 'reference/cali_tables_cv18xx'

describe.skipIf(!hasShared)(sharedTitle('calibration tables of CV18xx boards'), () => {
  const names = hasShared ? readdirSync(sharedPath(folder)) : []

  it.each(names)('%s is printed back byte for byte', (name) => {
    const text = sharedText(folder, name)
    expect(formatCalibrationTable(parseCalibrationTable(text))).toBe(text)
  })
})
