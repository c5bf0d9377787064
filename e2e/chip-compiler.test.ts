import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseChip } from '../tools/cli/src/chips/choose-chip.ts'
import { createCompilerHost } from '../tools/cli/src/chips/compiler-host.ts'
import { plainReporter } from '../tools/cli/src/console/plain-reporter.ts'
import { digits, inEmptyFolder, mustRun, prepareDigits, q, shared, sharedFile } from './run-command.ts'

const { compiler } = (await chooseChip('bm1684x')).backend
const reporter = plainReporter({ out: process.stdout, err: process.stderr })
const host = createCompilerHost({ reporter, signal: new AbortController().signal, env: process.env })
const missing =
  process.env['TPUC_ROOT'] === undefined ||
  (await compiler!.find(host)) === undefined ||
  (await host.find('model_runner.py', host.programFolders)) === undefined

inEmptyFolder()

/** The tensors of the last comparison a command printed as JSON: the chip simulator's outputs against ours. */
function lastComparison(out: string): readonly { readonly name: string; readonly verdict: string }[] {
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly tensors: never; readonly target: string })
  const last = events.filter(({ event }) => event === 'comparison').at(-1)
  expect(last?.target).toBe('out.bmodel')
  return last!.tensors
}

describe.skipIf(missing)(`the chip's compiler and simulator${missing ? ' (skipped: TPUC_ROOT names no toolchain)' : ''}`, () => {
  it.each(['INT8', 'F16', 'F32'])('digits %s: what the simulator computes is what we compute', async (mode) => {
    await prepareDigits()
    const { out } = await mustRun(
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      mode,
      '--calibration_table',
      'table',
      '--model',
      'out.bmodel',
      '--test_input',
      digits.picture,
      '--json',
    )
    const tensors = lastComparison(out)
    expect(tensors.length).toBeGreaterThan(0)
    for (const { name, verdict } of tensors)
      expect([name, verdict]).toEqual([name, expect.stringMatching(mode === 'INT8' ? /^EQUAL$/ : /^(EQUAL|CLOSE|SIMILAR)$/)])
    expect(
      readdirSync('.')
        .filter((file) => /final|bmodel/.test(file))
        .sort(),
    ).toEqual([expect.stringMatching(/_final\.mlir$/), 'out.bmodel'])
  })

  const networks = shared === undefined ? [] : ['mnist-8', 'resnet8_cifar10']
  it.each(networks)('%s INT8: equal', async (name) => {
    const reference = sharedFile(`reference/tpu-mlir/${name}`)
    await mustRun(
      'model_transform',
      '--model_name',
      name,
      '--model_def',
      sharedFile(`models/${name}.onnx`),
      '--mlir',
      'top.mlir',
      '--pixel_format',
      name === 'mnist-8' ? 'gray' : 'bgr',
    )
    const { out } = await mustRun(
      'model_deploy',
      '--mlir',
      'top.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      'INT8',
      '--calibration_table',
      `${reference}/cali_table`,
      '--model',
      'out.bmodel',
      '--test_input',
      `${reference}/input.npz`,
      '--json',
    )
    for (const { name: tensor, verdict } of lastComparison(out)) expect([tensor, verdict]).toEqual([tensor, 'EQUAL'])
  })

  it('a container with chip instructions is not run here, and the message says what runs it', async () => {
    await prepareDigits()
    await mustRun('model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'F32', '--model', 'out.bmodel')
    const { code, err } = await q('model_runner', '--model', 'out.bmodel', '--input', digits.picture)
    expect(code).toBe(3)
    expect(err).toMatch(/^BMODEL_CHIP_ONLY: /)
  })
})

describe('without a toolchain', () => {
  let path: string | undefined
  beforeEach(() => {
    path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
  })
  afterEach(() => {
    process.env['PATH'] = path
  })

  it.skipIf(process.env['TPUC_ROOT'] !== undefined)("a portable container, and the script that makes the chip's own", async () => {
    await prepareDigits()
    const { out } = await mustRun(
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      'F32',
      '--model',
      'out.bmodel',
    )
    expect(out).toContain('out.qbmodel: portable container')
    expect(out).toContain("with the chip's toolchain installed, sh out_compile.sh makes out.bmodel")
    const script = readFileSync('out_compile.sh', 'utf8')
    expect(script).toMatch(/^#!\/bin\/sh\nset -e\nCDPATH= cd -- "\$\(dirname -- "\$0"\)"\n/)
    expect(script).toMatch(/^tpuc-opt digits_bm1684x_f32_tpu\.mlir .*-o digits_bm1684x_f32_final\.mlir$/m)
    expect(script).toMatch(/^tpuc-opt digits_bm1684x_f32_final\.mlir .*model_file=out\.bmodel .*$/m)
    expect([existsSync('out.bmodel'), existsSync('out.qbmodel')]).toEqual([false, true])
  })

  it('--vendor names a folder without one', async () => {
    await prepareDigits()
    const args = [
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      'F32',
      '--model',
      'out.bmodel',
      '--vendor',
      'here',
    ]
    const { code, err } = await q(...args)
    expect(code).toBe(2)
    expect(err).toMatch(/^VENDOR_MISSING: /)
    expect(existsSync('out.bmodel')).toBe(false)
  })
})
