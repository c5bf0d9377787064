import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

/** A chip with a compiler, whose simulator gives zeros, or fails. */
const compiling = `
${chipInFloats.replace('export const chip', 'const chip')}
const bytes = (text) => new TextEncoder().encode(text)
export default {
  ...chip,
  emit: (graph, { name }) => ({ files: new Map([[name + '.low', bytes('low')]]), compiled: name + '.bin', diagnostics: [] }),
  compiler: {
    commandLines: () => [],
    find: async () => ({
      compiler: 'novac',
      compile: async ({ compiled }) => ({
        files: new Map([[compiled, bytes('chip')]]),
        simulate: async () => {
          if (globalThis.simulatorFails === true) throw Object.assign(new Error('no simulator'), { name: 'QError', code: 'NOVA', kind: 'input', at: [], found: 'nothing' })
          return new Map([[globalThis.simulatedName ?? 'scores_Gemm', { dtype: 'f32', shape: [1, 10], data: new Float32Array(10) }]])
        },
      }),
    }),
  },
}
`

it('a container whose simulator computes something else than the lowered file is not written, in model_deploy and in quantize', async () => {
  await prepareDigits()
  writeFileSync('nova.mjs', compiling)
  const chip = ['--chip', join(process.cwd(), 'nova.mjs')] as const
  const deploy = ['model_deploy', '--mlir', 'digits.mlir', ...chip, '--test_input', digits.picture, '--model', 'd.bin'] as const
  const quantize = ['quantize', digits.model, '--data', digits.picture, ...chip, ...digits.preprocess, '--name', 'd'] as const
  for (const command of [deploy, quantize]) {
    const { code, out, err } = await q(...command)
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^run by the chip's simulator, d\.bin computes something else than d\.low, at scores_Gemm: /m),
    })
    expect(err).toContain('no model file is written; --force writes it all the same')
    expect(out).not.toContain('compiled for the chip')
    expect(existsSync('d.bin')).toBe(false)
    const forced = await q(...command, '--force')
    expect(forced.code).toBe(1)
    expect(readFileSync('d.bin', 'utf8')).toBe('chip')
    writeFileSync('d.bin', 'earlier')
    expect((await q(...command)).code).toBe(1)
    expect(readFileSync('d.bin', 'utf8')).toBe('earlier')
    rmSync('d.bin')
  }
})

it('a simulator that fails is noted by quantize, and an error where a test input was given', async () => {
  await prepareDigits()
  writeFileSync('nova.mjs', compiling)
  const chip = ['--chip', join(process.cwd(), 'nova.mjs')] as const
  Object.assign(globalThis, { simulatorFails: true })
  try {
    const noted = await q('quantize', digits.model, '--data', digits.picture, ...chip, ...digits.preprocess, '--name', 'd')
    expect({ code: noted.code, err: noted.err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('what was compiled was not compared: no simulator'),
    })
    expect(readFileSync('d.bin', 'utf8')).toBe('chip')
    const asked = await q('model_deploy', '--mlir', 'digits.mlir', ...chip, '--test_input', digits.picture, '--model', 'e.bin')
    expect({ code: asked.code, err: asked.err }).toMatchObject({ code: 3, err: expect.stringMatching(/^NOVA: no simulator/m) })
  } finally {
    Object.assign(globalThis, { simulatorFails: false })
  }
})

it('a simulator whose tensors have other names than those of the lowered file compares nothing, and says so', async () => {
  await prepareDigits()
  writeFileSync('nova.mjs', compiling)
  Object.assign(globalThis, { simulatedName: 'other' })
  try {
    const chip = ['--chip', join(process.cwd(), 'nova.mjs')] as const
    const { code, err } = await q('model_deploy', '--mlir', 'digits.mlir', ...chip, '--test_input', digits.picture, '--model', 'd.bin')
    expect(err).toContain('nothing was compared: d.bin gives other, and d.low none of these')
    expect([code, existsSync('d.bin')]).toEqual([1, false])
  } finally {
    Object.assign(globalThis, { simulatedName: undefined })
  }
})
