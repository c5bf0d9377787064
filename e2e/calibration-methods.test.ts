import { readFileSync } from 'node:fs'
import { parseCalibrationTable } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

const samples = ['--dataset', digits.calibration, '--input_num', '4']
const isTuned = (method: string) => method === 'kl' || method.startsWith('aciq_')
const rowsOf = (table: string) =>
  readFileSync(table, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

describe('q run_calibration --cali_method', () => {
  it('takes every method, under both of its names', async () => {
    await prepareDigits()
    const found = new Map<string, string>()
    for (const method of ['kl', 'max', 'percentile9999', 'mse', 'aciq_gauss', 'aciq_laplace']) {
      await mustRun('run_calibration', 'digits.mlir', ...samples, '--cali_method', method, '-o', 'bare')
      await mustRun('run_calibration', 'digits.mlir', ...samples, '--cali_method', `use_${method}`, '-o', 'used')
      expect(rowsOf('used'), method).toEqual(rowsOf('bare'))
      const { header } = parseCalibrationTable(readFileSync('bare', 'utf8'))
      // A tuned table names its method as a list; all tell what tuning was asked for.
      expect(header).toMatchObject({ method: isTuned(method) ? `['${method}']` : method, samples: '4', tune: '5' })
      found.set(rowsOf('bare').join(), method)
    }
    expect(found.size).toBe(6)
  })

  it('tells the nearest of a name that is none, before anything is read', async () => {
    for (const args of [
      ['run_calibration', 'missing.mlir', ...samples, '-o', 'table'],
      ['quantize', 'missing.onnx', '--data', digits.calibration, '--chip', 'bm1684x'],
    ]) {
      const { code, err } = await q(...args, '--cali_method', 'use_percentil9999')
      expect(code).toBe(2)
      expect(err).toMatch(/^CALIBRATION_METHOD: .*use_percentil9999/)
      expect(err).toMatch(/do: .*percentile9999/)
    }
  })
})

it.each(['use_mse', 'percentile9999'])('q quantize --cali_method %s ships the table that run_calibration makes', async (method) => {
  await prepareDigits()
  await mustRun('run_calibration', 'digits.mlir', ...samples, '--cali_method', method, '-o', 'table')
  const args = ['--chip', 'bm1684x', ...digits.preprocess, '--input_num', '4', '--cali_method', method]
  await mustRun('quantize', digits.model, '--data', digits.calibration, ...args)
  expect(rowsOf('digits_cali_table')).toEqual(rowsOf('table'))
})
