import { readdirSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, q } from './run-command.ts'

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

it('an operator that the chip does not have is refused before anything is calibrated', async () => {
  writeFileSync('small.mjs', `${chipInFloats}\ndelete chip.target.ops.Add\n`)
  const { code, err } = await quantize('--chip', './small.mjs')
  expect(code).not.toBe(0)
  expect(err).toContain('OP_UNSUPPORTED')
  expect(err).not.toContain('observe')
  expect(readdirSync('.')).not.toContain('digits_cali_table')
})
