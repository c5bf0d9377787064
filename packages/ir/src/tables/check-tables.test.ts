import { describe, expect, it } from 'vitest'
import { isQError } from '../errors.ts'
import { checkCalibrationTable, checkQuantPlan } from './check-tables.ts'
import { parseCalibrationTable } from './parse-calibration-table.ts'
import { parseQuantPlan } from './parse-quant-plan.ts'

function errorOf(work: () => void) {
  try {
    work()
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('names of a calibration table against a model', () => {
  const table = parseCalibrationTable('conv1_Conv 1 -1 1\nconv2_Conv 1 -1 1\nfc 1 -1 1\n')

  it('passes when every value has a row and every row a value', () => {
    checkCalibrationTable(table, { required: ['conv1_Conv', 'fc'], optional: ['conv2_Conv', 'other'], known: [] })
    checkCalibrationTable(table, { required: ['conv1_Conv'] })
  })

  it('names missing rows and unknown names at once, each with its likely partner', () => {
    const names = { required: ['conv1_Conv', 'conv2_conv_1', 'fc'], known: [], place: 'my_table' }
    const error = errorOf(() => checkCalibrationTable(table, names))
    expect([error.code, error.at]).toEqual(['CALIBRATION_TABLE_MISMATCH', ['my_table']])
    expect(error.message).toContain('no row for 1 value of the model: conv2_conv_1 (the table has conv2_Conv)')
    expect(error.message).toContain('rows for 1 name the model does not have: conv2_Conv (did you mean conv2_conv_1?)')
  })

  it('shows ten and counts the rest', () => {
    const required = Array.from({ length: 25 }, (_, i) => `quite-another-name-${i}`)
    const { message } = errorOf(() => checkCalibrationTable(table, { required }))
    expect(message).toContain('no row for 25 values')
    expect(message).toContain('quite-another-name-9 and 15 more')
    expect(message).not.toContain('quite-another-name-10')
  })

  it('refuses a table made for another graph, and takes one that does not say', () => {
    const stale = parseCalibrationTable('# q fingerprint: old\na 1 0 1\n')
    const error = errorOf(() => checkCalibrationTable(stale, { required: ['a'], fingerprint: 'new' }))
    expect([error.code, error.found, error.wanted]).toEqual(['CALIBRATION_TABLE_STALE', 'fingerprint old', 'fingerprint new'])
    checkCalibrationTable(stale, { required: ['a'], fingerprint: 'old' })
    const joined = parseCalibrationTable('# q fingerprint: old\n# q fingerprint: old\n# q fingerprint: new\na 1 0 1\n')
    expect(joined.fingerprints).toEqual(['old', 'new'])
    expect(errorOf(() => checkCalibrationTable(joined, { required: ['a'], fingerprint: 'old' })).found).toBe('fingerprint old and new')
    checkCalibrationTable(stale, { required: ['a'] })
    checkCalibrationTable(table, { required: ['fc'], fingerprint: 'new' })
  })
})

describe('names of a plan against a model', () => {
  it('refuses unknown names with proposals', () => {
    const plan = parseQuantPlan('conv1 F16\nconv9x F16\n')
    checkQuantPlan(plan, ['conv1', 'conv9x', 'fc'])
    const error = errorOf(() => checkQuantPlan(plan, ['conv1', 'conv9']))
    expect(error.code).toBe('QUANT_PLAN_UNKNOWN_NAMES')
    expect(error.message).toContain('1 layer the model does not have: conv9x (did you mean conv9 or conv1?)')
  })

  it('refuses a plan made for another graph', () => {
    const plan = parseQuantPlan('# q fingerprint: old\na F16\n')
    expect(errorOf(() => checkQuantPlan(plan, ['a'], { fingerprint: 'new' })).code).toBe('QUANT_PLAN_STALE')
    const joined = parseQuantPlan('# q fingerprint: old\n# q fingerprint: new\na F16\n')
    expect(errorOf(() => checkQuantPlan(joined, ['a'], { fingerprint: 'old' })).code).toBe('QUANT_PLAN_STALE')
    checkQuantPlan(plan, ['a'])
  })
})
