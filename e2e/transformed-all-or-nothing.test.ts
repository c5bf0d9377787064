import { readdirSync, writeFileSync } from 'node:fs'
import { parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { expect, it } from 'vitest'
import { chipInFloats, inEmptyFolder, q } from './run-command.ts'

inEmptyFolder()

const names = ['--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'm.mlir', '--channel_format', 'none']
const compared = [...names, '--test_input', 'in.npz', '--test_result', 'result.npz']

/** A network, and the version of the format that its file states. */
function given(irVersion: number | undefined, shape = [1, 3]): void {
  const bytes = exportOnnx(parseGraph('x: f32[1,3]; y = Relu(x)'))
  expect(bytes[0]).toBe(0x08)
  if (irVersion !== undefined) bytes[1] = irVersion
  writeFileSync('m.onnx', bytes)
  writeFileSync('in.npz', encodeNpz([['x', { dtype: 'f32', shape, data: new Float32Array(shape[0]! * shape[1]!).fill(1) }]]))
}

it('a file that ONNX Runtime cannot read: it is said that nothing was compared, why, and which files there are', async () => {
  given(120)
  const { code, out, err } = await q('model_transform', ...compared)
  expect(err).toMatch(/^nothing was compared: ONNX Runtime cannot run m\.onnx \(.*IR version.*\)$/m)
  expect(code, err).toBe(0)
  expect(out).toContain('files: m.mlir, m_top_f32_all_weight.npz, m_in_f32.npz, result.npz')
})

it('a sample that the network cannot take leaves no file', async () => {
  given(undefined, [1, 5])
  const { code } = await q('model_transform', ...compared)
  expect(code).not.toBe(0)
  expect(readdirSync('.').sort()).toEqual(['in.npz', 'm.onnx'])
})

it('a command that fails when some files are written says which', async () => {
  given(undefined)
  const made = `${chipInFloats.replace('export const chip', 'const chip')}\nexport default { ...chip, emit() { throw new Error('full') } }`
  writeFileSync('nova.mjs', made)
  const arrays = ['--data', 'in.npz', '--channel_format', 'none', '--name', 'm', '--chip', './nova.mjs']
  const { code, err } = await q('quantize', 'm.onnx', ...arrays, '--quantize', 'F32')
  expect([code, err]).toEqual([3, expect.stringMatching(/^BACKEND_FAILED: /m)])
  expect(readdirSync('.').sort()).toEqual(['in.npz', 'm.mlir', 'm.onnx', 'm_top_f32_all_weight.npz', 'nova.mjs'])
  expect(err).toMatch(/^note: written before that, each as a whole: m\.mlir, m_top_f32_all_weight\.npz$/m)
})
