import { readFileSync, writeFileSync } from 'node:fs'
import { readTpu } from '@q/mlir'
import { beforeEach, describe, expect, it } from 'vitest'
import { arraysIn, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

describe('model_deploy --asymmetric', () => {
  beforeEach(async () => {
    await prepareDigits()
    await mustRun('run_calibration', 'digits.mlir', '--dataset', digits.calibration, '--input_num', '8', '--tune_num', '0', '-o', 'table')
  })
  const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--asymmetric']
  const told = ['--calibration_table', 'table', '--model', 'digits.bmodel']

  it('ships codes with zero points that agree with the float network, and run from the file to the same numbers', async () => {
    const { out } = await mustRun(...deploy, ...told, '--test_input', digits.picture)
    expect(out).toContain('digits_bm1684x_int8_asym_tpu.mlir')
    const text = readFileSync('digits_bm1684x_int8_asym_tpu.mlir', 'utf8')
    const { nodes, values } = readTpu(text)
    expect(text).toContain('module.asymmetric = true')
    expect(nodes.some(({ outputs }) => (values.get(outputs[0]!)!.type.quant?.zeroPoint ?? 0) !== 0)).toBe(true)
    const ways = [
      ['file.npz', '--model', 'digits_bm1684x_int8_asym_tpu.mlir'],
      ['container.npz', '--model', 'digits.qbmodel'],
    ]
    for (const [file, ...model] of ways) await mustRun('model_runner', ...model, '--input', digits.picture, '--output', file!)
    expect([...arraysIn('file.npz')]).toEqual([...arraysIn('container.npz')])
  })

  it('names a layer that was constant over the samples', async () => {
    const row = /^(\S+) \S+ \S+ \S+$/m.exec(readFileSync('table', 'utf8').replace(/^#.*\n/gm, ''))![1]!
    writeFileSync('table', readFileSync('table', 'utf8').replace(new RegExp(`^${row} .*$`, 'm'), `${row} 1.0000000 1.0000000 1.0000000`))
    expect(await q(...deploy, ...told)).toMatchObject({ code: 3, err: expect.stringMatching(new RegExp(`RANGE_INVALID[^]*${row}`)) })
  })
})
