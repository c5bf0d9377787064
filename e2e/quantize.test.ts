import { readdirSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

const quantize = (...more: readonly string[]) =>
  q('quantize', digits.model, '--data', digits.calibration, '--tune_num', '0', '--input_num', '4', ...digits.preprocess, ...more)

it('quantize ends with 1 when its result misses the tolerance, and says which', async () => {
  const { code, out, err } = await quantize('--chip', 'bm1684x', '--tolerance', '1,1')
  expect(code).toBe(1)
  expect(err).toMatch(/^missed the tolerance \(cosine 1, euclidean 1\): \S+ \(cosine 0\.99\d{4}, euclidean 0\.\d{6}\)$/m)
  expect(readdirSync('.')).toContain(/^files: .*?([^ ]*\.qbmodel)$/m.exec(out)![1])
})

it('a network whose output says nothing any more misses the tolerance of its chip, with noise as large as that', async () => {
  const deaf = `${chipInFloats}
const { Add } = chip.lower
chip.lower.Add = (node, context) => Add({ ...node, op: 'Sub', inputs: [node.inputs[0], node.inputs[0]] }, context)
`
  writeFileSync('deaf.mjs', deaf)
  const { code, out, err } = await quantize('--chip', './deaf.mjs')
  expect(err).toMatch(/^missed the tolerance \(cosine 0\.999, euclidean 0\.99\): /m)
  expect(code).toBe(1)
  const decibels = /SQNR (-?\d+\.\d) dB$/m.exec(out)![1]
  expect(Number(decibels)).toBeLessThan(10)
})

it('operators that the chip does not have are all named before anything is calibrated or searched', async () => {
  writeFileSync('small.mjs', `${chipInFloats}\ndelete chip.target.ops.Add\ndelete chip.target.ops.Conv\n`)
  await mustRun('model_transform', '--model_name', 'd', '--model_def', digits.model, '--mlir', 'd.mlir', ...digits.preprocess)
  const chip = ['--chip', './small.mjs']
  const samples = ['--dataset', digits.calibration, '--input_num', '2', '--tune_num', '0', '-o', 'table']
  const runs = [
    await quantize(...chip),
    await quantize(...chip, '--strategy', 'race', '--expected_cos', '0.9'),
    await q('search', 'd.mlir', '--data', digits.calibration, ...chip),
    await q('run_calibration', 'd.mlir', ...samples, ...chip),
  ]
  for (const { code, err } of runs) {
    expect(code, err).toBe(3)
    expect(err).toContain('OP_UNSUPPORTED')
    expect(err).toMatch(/found: .*\bConv \(.*\bAdd \(|found: .*\bAdd \(.*\bConv \(/)
    expect(err).not.toContain('observe')
  }
  expect(readdirSync('.')).not.toContain('digits_cali_table')
  expect(readdirSync('.')).not.toContain('table')
})
