import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { readCvimodel } from '@q/backend-cv18xx'
import { beforeEach, describe, expect, it } from 'vitest'
import { arraysIn, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'
import { hasShared, sharedPath, sharedTitle } from './shared.ts'

inEmptyFolder()

const read = (file: string) => readCvimodel(new Uint8Array(readFileSync(file)), file)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe.skipIf(!hasShared)(sharedTitle('containers of the vendor’s compilers'), () => {
  const path = (name: string) => sharedPath('reference/containers', `${name}.cvimodel`)

  it.each([
    ['ccoeff_normed', '1a3acfcf4af4b11f3a69b2c7c23854542c7138d3485d708dbbf43e99391287e5'],
    ['ppocr_mb_cls_int8', '9d95874e8c5b143d8531cab032e7de26782cfccd7e1d48896691dde4170ba44d'],
  ])('%s: intact, and printed byte for byte as TPU-MLIR’s model_tool --info does', async (name, digest) => {
    expect(read(path(name)).isIntact).toBe(true)
    expect(sha256((await mustRun('print', path(name), '--stage', 'stored')).out)).toBe(digest)
    await mustRun('print', path(name), '--stage', 'stored', '-o', 'listing')
    expect(sha256(readFileSync('listing', 'utf8'))).toBe(digest)
  })

  it('a matching of templates for cv182x, of chip commands and a function of the host: names, shapes, types', () => {
    const model = read(path('ccoeff_normed'))
    expect(model).toMatchObject({ chip: 'cv182x', name: 'unknown', version: '1.4.0', time: '2022-02-18 09:52:13' })
    const [program] = model.programs
    const told = program!.tensors.map(({ name, dtype, shape, memory, offset }) => [name, dtype, shape.join('x'), memory, offset])
    expect(told).toEqual([
      ['data_quant_i8', 'u8', '109x87x1x1', 'io', 0],
      ['template_quant_i8', 'u8', '80x56x1x1', 'io', 0],
      ['match', 'bf16', '30x32x1x1', 'private', 64],
      ['6_Reshape', 'bf16', '960x1x1x1', 'private', 64],
      ['argmax_tpu', 'bf16', '4x1x1x1', 'private', 1984],
      ['argmax', 'f32', '1x1x1x1', 'private', 0],
    ])
    expect(program!.inputs.map(({ name }) => name)).toEqual(['data_quant_i8', 'template_quant_i8'])
    expect(program!.outputs.map(({ name, quant }) => [name, quant?.qscale])).toEqual([['argmax', 1]])
    expect(program!.routines.map(({ runs, code }) => [runs, code])).toEqual([
      ['tpu', 'tpu_subfunc0_1ecacc1c'],
      ['cpu', 'argmax'],
    ])
  })

  it('a text classifier for cv180x: pictures go in, codes come out', () => {
    const model = read(path('ppocr_mb_cls_int8'))
    expect(model).toMatchObject({ chip: 'cv180x', name: 'ppocr_mb_cls', maker: 'v1.3.228-g19ca95e9-20230921' })
    expect([model.weights.length, model.programs[0]!.tensors.length]).toEqual([134, 86])
    expect(model.programs[0]!.inputs).toMatchObject([{ name: 'x_raw', dtype: 'u8', shape: [1, 48, 640, 3], pixelFormat: 'BGR_PACKED' }])
    expect(model.programs[0]!.outputs).toMatchObject([{ name: 'logits_Gemm', dtype: 'i8', shape: [1, 2, 1, 1], quant: { zeroPoint: 0 } }])
    expect(model.programs[0]!.outputs[0]!.quant!.qscale).toBeCloseTo(0.101898, 6)
    expect(model.weights.at(-1)).toMatchObject({ name: 'logits_Gemm_bias_int32', dtype: 'i32', shape: [2, 1, 1, 1], offset: 0 })
  })

  it('cannot be run here, which is said', async () => {
    copyFileSync(path('ccoeff_normed'), 'net.cvimodel')
    const { code, err } = await q('print', 'net.cvimodel')
    expect(code).toBe(3)
    expect(err).toMatch(/^CVIMODEL_CHIP_ONLY: net\.cvimodel holds chip commands\n.*net\.cvimodel\n.*2 routines for cv182x\n/)
  })
})

describe('a portable container for CV18xx', () => {
  beforeEach(prepareDigits)
  const table = ['--calibration_table', 'table']
  const deploy = async (model: string, ...more: readonly string[]) => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const args = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'cv181x', '--quantize', 'INT8', ...table, '--model', model, ...more]
    return mustRun(...args).finally(() => {
      process.env['PATH'] = path
    })
  }

  it('is written where there is no toolchain, names what it holds, and runs as the lowered text does', async () => {
    const { out, err } = await deploy('d.cvimodel')
    expect(out + err).toContain('d.qcvimodel')
    const { chip, name, isIntact, programs } = read('d.qcvimodel')
    expect([chip, name, isIntact]).toEqual(['cv181x', 'digits', true])
    expect(programs[0]!.inputs).toMatchObject([{ name: 'image', dtype: 'f32', shape: [1, 3, 32, 32] }])
    expect(programs[0]!.outputs).toMatchObject([{ dtype: 'f32', shape: [1, 10, 1, 1] }])
    const run = ['model_runner', '--input', digits.picture, '--dump_all_tensors', '--codes', '--model']
    await mustRun(...run, 'd.qcvimodel', '--output', 'container.npz')
    await mustRun(...run, 'digits_cv181x_int8_sym_tpu.mlir', '--output', 'text.npz')
    expect(arraysIn('container.npz')).toEqual(arraysIn('text.npz'))
    expect((await mustRun('print', 'd.qcvimodel')).out).toBe((await mustRun('print', 'digits_cv181x_int8_sym_tpu.mlir')).out)
  })

  it('says of itself what is in it, where other files do not', async () => {
    await deploy('d.qcvimodel')
    const { out } = await mustRun('print', 'd.qcvimodel', '--stage', 'stored')
    expect(out).toMatch(/^Mlir Version: q: portable, without chip commands\nCvimodel Version: 1\.4\.0\ndigits Build at /)
    expect(out).toMatch(/^ {8}000 {2}0 +fp32 {2}1 +3 +32 +32 +1\.000000 +io_mem {2}image$/m)
    expect((await q('print', 'd.qcvimodel', '--stage', 'stored', '--quantize', 'INT8')).err).toMatch(/^OPTION_WITHOUT_EFFECT: /)
    const { code, err } = await q('print', 'digits.mlir', '--stage', 'stored')
    expect([code, err]).toEqual([3, expect.stringMatching(/^MODEL_UNTOLD: .*digits\.mlir.*\n[^]*wanted: .*\.qcvimodel, \.cvimodel\n/)])
  })

  it('is the same container under the chip’s own ending', async () => {
    await deploy('d.qcvimodel')
    copyFileSync('d.qcvimodel', 'd.cvimodel')
    expect((await mustRun('print', 'd.cvimodel')).out).toBe((await mustRun('print', 'd.qcvimodel')).out)
  })

  it('is refused in one message when it is damaged', async () => {
    await deploy('d.qcvimodel')
    const whole = readFileSync('d.qcvimodel')
    for (let i = 0; i < 12; i++) {
      const copy = Buffer.from(whole)
      copy[Math.floor((whole.length * i) / 12) + 5]! ^= 0x10
      writeFileSync('d.qcvimodel', i % 3 === 2 ? whole.subarray(0, Math.floor((whole.length * i) / 12)) : copy)
      const { code, err } = await q('print', 'd.qcvimodel')
      expect([code, err]).toEqual([
        3,
        expect.stringMatching(/^CVIMODEL_INVALID: cannot read d\.qcvimodel: .*\n {2}at: .*\n {2}found: .*\n {2}wanted: .*\n/),
      ])
      expect(err).not.toMatch(/^\s+at .*:\d+/m)
    }
  })
})
