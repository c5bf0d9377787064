import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arraysIn, inEmptyFolder, q, sharedFile } from './run-command.ts'

const folder = sharedFile('cases/hardening')
const isHere = existsSync(folder)
const cases = isHere ? readdirSync(folder).sort() : []

inEmptyFolder()

/** Copies the files of a case into the working directory. */
function given(name: string): void {
  cpSync(join(folder, name), '.', { recursive: true })
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const each = join(path, entry.name)
      chmodSync(each, entry.isDirectory() ? 0o755 : 0o644)
      if (entry.isDirectory()) visit(each)
    }
  }
  visit('.')
}

/** A refusal: one message with all its parts. */
async function refused(code: number, error: string, ...args: readonly string[]): Promise<void> {
  const { err, code: found } = await q(...args)
  expect(err).toMatch(new RegExp(`^${error}: `, 'm'))
  for (const part of ['at', 'found', 'wanted', 'do']) expect(err).toMatch(new RegExp(`^  ${part}: `, 'm'))
  expect(found, err).toBe(code)
}

const transform = ['model_transform', '--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'm.mlir', '--channel_format', 'none']
const run = (...more: readonly string[]) => ['model_runner', '--model', 'digits.mlir', ...more]

describe.skipIf(!isHere)(
  `small models that were computed wrong, or ended the program${isHere ? '' : ' (skipped: no shared cases here)'}`,
  () => {
    it.each(cases.filter((name) => /^(silent|x70|hang|mem)_/.test(name)))('%s: the values of ONNX Runtime, or a refusal', async (name) => {
      given(name)
      const { code, err } = await q(...transform)
      expect([0, 3], err).toContain(code)
      if (code === 3) {
        for (const part of ['at', 'found', 'wanted', 'do']) expect(err).toMatch(new RegExp(`^  ${part}: `, 'm'))
        return
      }
      expect(existsSync('expected.npz'), 'it is no valid model').toBe(true)
      for (const executor of ['ort', 'reference']) {
        const ended = await q('model_runner', '--model', 'm.mlir', '--input', 'x.npz', '--output', 'o.npz', '--executor', executor)
        expect(ended.code, ended.err).toBe(0)
        const wanted = [...arraysIn('expected.npz').values()][0]!
        const found = [...arraysIn('o.npz').values()][0]!
        expect(Array.from(found.data as ArrayLike<number>, Number).map((value) => Math.round(value * 1e4))).toEqual(
          Array.from(wanted.data as ArrayLike<number>, Number).map((value) => Math.round(value * 1e4)),
        )
      }
    })
  },
)

describe.skipIf(!isHere)('files', () => {
  it('nothing is read or written outside of the folders that were named', async () => {
    given('external_data_escapes_folder')
    await refused(3, 'ONNX_EXTERNAL_DATA', ...transform.map((word) => (word === 'm.onnx' ? 'deep/model/m.onnx' : word)))
    given('mlir_module_name_writes_outside')
    process.chdir('sub')
    await refused(3, 'ARTIFACT_NAME', 'model_deploy', '--mlir', 'm.mlir', '--chip', 'bm1684x', '--quantize', 'F32', '--model', 'o.bmodel')
    expect(readdirSync('..').filter((name) => name.includes('evil'))).toEqual([])
  })

  it('pipes, files beyond what may be held, links in a circle and endless names are told at once', async () => {
    given('fifo_hangs')
    for (const name of ['f.png', 'f.npz']) {
      execFileSync('mkfifo', [name])
      await refused(3, 'FILE_SPECIAL', ...run('--input', name))
    }
    given('file_over_2GiB_70')
    truncateSync(writeEmpty('ext.bin'), 2300 * 2 ** 20)
    const { code, err } = await q('model_transform', '--model_name', 'm', '--model_def', 'e.onnx', '--mlir', 'm.mlir')
    expect([0, 3], err).toContain(code)
    truncateSync(writeEmpty('big.onnx'), 5 * 2 ** 30)
    await refused(3, 'FILE_LARGE', 'print', 'big.onnx')
    symlinkSync('l.onnx', 'l.onnx')
    await refused(5, 'LINKS_CIRCULAR', 'print', 'l.onnx')
    await refused(5, 'FILE_NAME_LONG', 'print', `${'x'.repeat(300)}.onnx`)
    await refused(5, 'FILE_NAME_LONG', ...run('--input', `${'x'.repeat(300)}.png`))
  })

  it('an output is no input and no other output, and a mistake leaves the files of an earlier run alone', async () => {
    given('test_result_replaces_model')
    const whole = readFileSync('digits.onnx')
    const digits = ['model_transform', '--model_name', 'a', '--model_def', 'd.onnx']
    copyFileSync('digits.onnx', 'd.onnx')
    await refused(2, 'FILE_TAKEN', ...digits, '--mlir', 'd.onnx')
    await refused(2, 'FILE_TAKEN', ...digits, '--mlir', 'a.mlir', '--test_input', 'p.png', '--test_result', 'd.onnx')
    await refused(2, 'FILE_TAKEN', ...digits, '--mlir', 'a_top_f32_all_weight.npz')
    writeFileSync('b.mlir', 'old')
    await refused(3, 'FILE_MISSING', ...digits, '--mlir', 'b.mlir', '--test_input', 'nope.png')
    expect(readFileSync('b.mlir', 'utf8')).toBe('old')
    expect(readFileSync('d.onnx').equals(whole)).toBe(true)
  })

  it('a container has another name than the lowered text', async () => {
    given('two_outputs_one_path')
    withoutFingerprint('table')
    const before = readdirSync('.').sort()
    await refused(3, 'ARTIFACT_TWICE', ...deploy('table', 'digits_bm1684x_int8_sym_tpu.mlir'))
    expect(readdirSync('.').sort()).toEqual(before)
  })

  it('a factor that no multiplier stands for is told with its layer', async () => {
    given('multiplier_without_place')
    withoutFingerprint('t')
    const { err, code } = await q(...deploy('t', 'o.bmodel'))
    expect(err).toMatch(/^MULTIPLIER_OUT_OF_RANGE: .*\n {2}at: {5}input\.40_Clip$/m)
    expect(code).toBe(1)
  })

  it('sizes of pictures are bounded before the memory is taken', async () => {
    given('resize_dims_70')
    const resized = (size: string) => [
      'model_transform',
      ...['--model_name', 'a', '--model_def', 'digits.onnx', '--mlir', 'a.mlir', '--test_input', 'p.png', '--resize_dims', size],
    ]
    await refused(2, 'OPTION_VALUE', ...resized('1000000,1000000'))
    expect((await q(...resized('1000000,1000000'))).err).toContain('2147483647')
    await refused(3, 'PREPROCESS_SIZE', ...resized('40000,50000'))
  })

  it('what a table cannot say is told before the samples are run', async () => {
    given('calibration_header_after_the_work')
    await refused(3, 'CALIBRATION_HEADER_INVALID', 'run_calibration', 'my_int4_op_net.mlir', '--dataset', 'imgs', '-o', 't')
    expect((await q('run_calibration', 'my_int4_op_net.mlir', '--dataset', 'imgs', '-o', 't')).err).not.toContain('observe')
  })

  it('a link that leads nowhere yet is followed', async () => {
    given('dangling_link_replaced_without_line')
    symlinkSync('newfile', 'link')
    expect((await q(...run('--input', 'p.png', '--output', 'link'))).code).toBe(0)
    expect(arraysIn('newfile').size).toBe(1)
  })

  it.each(['quantize_resize_asym', 'quantize_resize_ceil'])('%s: what is quantized is held against the file itself', async (name) => {
    given(name)
    const { code, out, err } = await q('quantize', 'm.onnx', '--data', 'data', '--chip', 'bm1684x', '--channel_format', 'none')
    expect(out + err).toContain('compared with m.onnx run by ONNX Runtime on 3 samples')
    expect(code, err).toBe(0)
  })

  it.each([
    ['quantize_bias_overflow_100dB', []],
    ['quantize_nan_reported_100dB', ['--quantize', 'F16']],
  ])('%s: no similarity is reported of garbage', async (name, more) => {
    given(name)
    const { code, err, out } = await q('quantize', 'm.onnx', '--data', 'data', '--chip', 'bm1684x', '--channel_format', 'none', ...more)
    expect([1, 3], err).toContain(code)
    expect(out + err).not.toContain('SQNR 100.0 dB')
  })
})

const deploy = (table: string, model: string) => [
  'model_deploy',
  ...['--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', table, '--model', model],
]

/** The tables of these cases are older than what fingerprints count. */
function withoutFingerprint(table: string): void {
  writeFileSync(table, readFileSync(table, 'utf8').replace(/^# q fingerprint.*\n/m, ''))
}

function writeEmpty(name: string): string {
  writeFileSync(name, '')
  return name
}
