import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits } from './run-command.ts'

inEmptyFolder()

const samples = ['--dataset', digits.calibration, '--input_num', '4']
const deployed = (chip: string, table: string, model: string, ...more: readonly string[]) =>
  mustRun(
    ...['model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--quantize', chip === 'acuity' ? 'PCQ' : 'INT8', '--calibration_table'],
    ...[table, '--model', model, ...more],
  )

it('model_deploy ships what quantize ships with the same table, plan and samples, and says so where it has none', async () => {
  await prepareDigits()
  await mustRun(
    ...['quantize', digits.model, '--data', digits.calibration, '--input_num', '4', '--chip', 'acuity', '--quantize', 'PCQ'],
    ...['--name', 'digits', '--tune_num', '0', '--force', ...digits.preprocess],
  )
  const shipped = readFileSync('digits_acuity_pcq.qacuity')
  const given = await deployed('acuity', 'digits_cali_table', 'same.qacuity', ...samples)
  expect(given.err).not.toContain('without samples')
  expect(readFileSync('same.qacuity').equals(shipped)).toBe(true)
  const bare = await deployed('acuity', 'digits_cali_table', 'bare.qacuity')
  expect(bare.err).toContain('without samples biases do not make up for rounded weights')
  expect(readFileSync('bare.qacuity').equals(shipped)).toBe(false)
  const other = await deployed('bm1684x', 'digits_cali_table', 'other.bmodel', '--not_gen_bmodel', ...samples)
  expect(other.err).toContain('samples have no effect')
})
