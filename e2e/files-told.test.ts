import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun } from './run-command.ts'

inEmptyFolder()

const samples = ['--dataset', digits.calibration, '--input_num', '2']
const chip = ['--chip', 'bm1684x']
const table = ['--calibration_table', 'table']

/** Runs a command; the files that it says it wrote are those that are new, and those of earlier commands that it says it replaced. */
async function tells(command: string, ...args: readonly string[]): Promise<void> {
  const before = new Set(readdirSync('.'))
  const { out, err } = await mustRun(command, ...args)
  const told = out.split('\n').flatMap((line) => (line.startsWith('files: ') ? line.slice('files: '.length).split(', ') : []))
  const replaced = [...err.matchAll(/^note: (.*) replaced$/gm)].map(([, file]) => file)
  expect(told.sort(), command).toEqual(readdirSync('.').filter((file) => !before.has(file) || replaced.includes(file)))
}

it('commands that write several files say which', async () => {
  const model = ['--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess]
  await tells('model_transform', ...model, '--test_input', digits.picture, '--test_result', 'result.npz')
  await mustRun('run_calibration', 'digits.mlir', ...samples, '--tune_num', '0', '-o', 'table')
  await tells('run_qtable', 'digits.mlir', ...samples, ...table, ...chip, '-o', 'q1')
  await tells('run_sensitive_layer', 'digits.mlir', ...samples, '--inference_num', '1', ...table, ...chip, '-o', 'q2')
  const search = ['--search', 'search_threshold', '--inference_num', '1', '--quantize_table', 'q3', '-o', 'table3']
  await tells('run_calibration', 'digits.mlir', ...samples, ...chip, ...search)
  await tells('model_deploy', '--mlir', 'digits.mlir', '--quantize', 'INT8', ...table, ...chip, '--model', 'm.qbmodel', '--skip_validation')
})
