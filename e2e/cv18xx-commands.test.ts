import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { arraysIn, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const table = ['--calibration_table', 'table']
const deploy = (chip: string, mode: string, ...more: readonly string[]) =>
  q(
    ...['model_deploy', '--mlir', 'digits.mlir', '--chip', chip, '--quantize', mode, ...table, ...more],
    ...['--test_input', digits.picture, '--model', 'digits.cvimodel'],
  )

/** The rows of a quantization table: layer and mode. */
const rowsOf = (file: string): readonly (readonly string[])[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '))

describe('chips whose only float type is bfloat16', () => {
  it.each(['cv183x', 'cv182x', 'cv181x', 'cv180x'])(
    '%s: the lowered text runs to the code as the network that was compared',
    async (chip) => {
      for (const [mode, file] of [
        ['INT8', `digits_${chip}_int8_sym_tpu.mlir`],
        ['BF16', `digits_${chip}_bf16_tpu.mlir`],
      ] as const) {
        const { code, out, err } = await deploy(chip, mode)
        expect(code, out + err).toBe(0)
        const run = ['--input', digits.picture, '--dump_all_tensors', '--codes', '--output']
        await mustRun('model_runner', '--model', file, ...run, 'text.npz')
        await mustRun('model_runner', '--model', 'digits.mlir', '--chip', chip, '--quantize', mode, ...table, ...run, 'graph.npz')
        const [text, graph] = [arraysIn('text.npz'), arraysIn('graph.npz')]
        expect(text.size).toBeGreaterThan(8)
        expect(text).toEqual(graph)
      }
    },
  )

  it('have no other mode, which the refusal says', async () => {
    for (const mode of ['F16', 'F32']) {
      const { code, err } = await deploy('cv181x', mode)
      expect(code).toBe(2)
      expect(err).toMatch(/^MODE_UNSUPPORTED: .*\n.*--quantize\n.*\n {2}wanted: one of INT8, BF16\n/)
    }
  })

  it('are offered in rows of a quantization table as operators take them, without what the host computes in', async () => {
    const { code, err } = await deploy('cv181x', 'INT8', '--quantize_table', 'input.60_Clip:F8')
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^MODE_UNSUPPORTED: .*\n.*\n.*\n {2}wanted: one of INT8, BF16, F16, F32\n/),
    })
  })

  it('say that --high_precision changes nothing, as they have no float32', async () => {
    for (const chip of ['cv181x', 'bm1684x']) {
      const { err } = await deploy(chip, 'INT8', '--high_precision')
      expect(err.includes('--high_precision has no effect: cv181x computes no operator')).toBe(chip === 'cv181x')
    }
  })

  it('are searched, cut and quantized by the same commands; layers in float are in bfloat16', async () => {
    const samples = ['--data', digits.calibration, '--chip', 'cv180x', '--input_num', '4']
    const search = await q('search', 'digits.mlir', ...samples, '--inference_num', '2', '--expected_cos', '0.99995', '-o', 'searched')
    expect([0, 4], search.err).toContain(search.code)
    await mustRun('fp_forward', 'digits.mlir', '--chip', 'cv180x', '--fpfwd_outputs', 'input.60_Clip', '-o', 'cut')
    for (const file of ['searched', 'cut']) {
      expect(rowsOf(file).length).toBeGreaterThan(0)
      for (const [, mode] of rowsOf(file)) expect(mode).toBe('BF16')
    }
    await mustRun('quantize', digits.model, ...samples, '--name', 'whole', ...digits.preprocess)
    expect(readFileSync('whole_cv180x_int8_sym_tpu.mlir', 'utf8')).toContain('module.chip = "cv180x"')
  })

  it('are found by their package as well, which means the first', async () => {
    const { code, err } = await deploy('@q/backend-cv18xx', 'BF16')
    expect(code, err).toBe(0)
    expect(readFileSync('digits_cv183x_bf16_tpu.mlir', 'utf8')).toContain('module.chip = "cv183x"')
  })
})
