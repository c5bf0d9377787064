import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

const run = ['--input', 'picture.png', '--output', 'out.npz']
const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'table']

/** Every kind of file that is read, and a command that reads it. */
const readers: readonly (readonly [file: string, args: readonly string[]])[] = [
  ['digits.onnx', ['model_transform', '--model_name', 'again', '--model_def', 'digits.onnx', '--mlir', 'again.mlir']],
  ['digits.mlir', ['model_runner', '--model', 'digits.mlir', ...run]],
  ['digits_top_f32_all_weight.npz', ['model_runner', '--model', 'digits.mlir', ...run]],
  ['table', [...deploy, '--model', 'again.bmodel', '--not_gen_bmodel']],
  ['digits_bm1684x_int8_sym_tpu.mlir', ['model_runner', '--model', 'digits_bm1684x_int8_sym_tpu.mlir', ...run]],
  ['digits.qbmodel', ['model_runner', '--model', 'digits.qbmodel', ...run]],
  ['picture.png', ['model_runner', '--model', 'digits.mlir', ...run]],
]

/** Numbers below a bound, the same ones in every run (Numerical Recipes' generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A file cut short, with bytes changed, left out, or put in. */
function damaged(bytes: Buffer, pick: (below: number) => number): Buffer {
  const near = Math.min(bytes.length, 4000)
  const at = pick(near)
  switch (pick(4)) {
    case 0:
      return bytes.subarray(0, pick(bytes.length))
    case 1: {
      const copy = Buffer.from(bytes)
      for (let i = 0; i <= pick(4); i++) copy[pick(near)] = pick(256)
      return copy
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + pick(60))])
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(String(pick(100))), bytes.subarray(at)])
  }
}

it('a damaged file is refused in one message, or read; it is never a defect of the program', async () => {
  await prepareDigits()
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  await mustRun(...deploy, '--model', 'digits.bmodel').finally(() => {
    process.env['PATH'] = path
  })
  copyFileSync(digits.model, 'digits.onnx')
  copyFileSync(digits.picture, 'picture.png')
  const pick = numbers(2)
  let refused = 0
  for (const [file, args] of readers) {
    const bytes = readFileSync(file)
    for (let i = 0; i < 12; i++) {
      writeFileSync(file, damaged(bytes, pick))
      const { code, err } = await q(...args)
      expect([0, 3], `${file}, damage ${i}: ${err}`).toContain(code)
      if (code === 3) refused++
    }
    writeFileSync(file, bytes)
  }
  expect(refused).toBeGreaterThan(40)
})
