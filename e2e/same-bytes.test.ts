import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun } from './run-command.ts'

inEmptyFolder()

const variables = ['SOURCE_DATE_EPOCH', 'PATH', 'TPUC_ROOT', 'TZ'] as const
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]))
beforeEach(() => {
  // Without a toolchain: the chip's compiler orders some instructions differently from run to run.
  process.env['PATH'] = '/nowhere'
  delete process.env['TPUC_ROOT']
})
afterEach(() => {
  for (const name of variables) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
})

async function filesOf(folder: string, zone: string): Promise<ReadonlyMap<string, Buffer>> {
  process.env['TZ'] = zone
  const back = process.cwd()
  mkdirSync(folder)
  process.chdir(folder)
  try {
    await mustRun('quantize', digits.model, '--data', digits.calibration, '--chip', 'bm1684x', ...digits.preprocess)
    return new Map(readdirSync('.').map((name) => [name, readFileSync(name)]))
  } finally {
    process.chdir(back)
  }
}

it('two runs with SOURCE_DATE_EPOCH write the same bytes, in any time zone', async () => {
  process.env['SOURCE_DATE_EPOCH'] = '1700000000'
  const first = await filesOf('a', 'UTC')
  const second = await filesOf('b', 'Asia/Tokyo')
  expect([...first.keys()].sort()).toEqual([
    'digits.mlir',
    'digits_bm1684x_int8.qbmodel',
    'digits_bm1684x_int8_compile.sh',
    'digits_bm1684x_int8_sym_tpu.mlir',
    'digits_bm1684x_int8_sym_tpu_weights.npz',
    'digits_cali_table',
    'digits_top_f32_all_weight.npz',
  ])
  for (const [name, bytes] of first) expect(second.get(name)!.equals(bytes), name).toBe(true)
  expect(first.get('digits_cali_table')!.toString()).toContain('2023-11-14 22:13:20')
})

it('quantize says how far the networks agree, what it wrote, and how long it took', async () => {
  const { out } = await mustRun(
    'quantize',
    digits.model,
    '--data',
    digits.calibration,
    '--chip',
    'BM1684X',
    '--name',
    'd',
    ...digits.preprocess,
  )
  const agreement = /^agreement with the float model on 10 samples: .*cosine (0\.\d{6}|1\.000000), SQNR (\d+\.\d) dB$/m.exec(out)
  expect(Number(agreement?.[1])).toBeGreaterThan(0.99)
  expect(out).toMatch(/^same largest element: 100\.0 %$/m)
  expect(out).toMatch(/^files: d\.mlir, .*d_bm1684x_int8\.q?bmodel$/m)
  expect(out).toMatch(/^time: \d+\.\d\d s$/m)
  for (const name of /^files: (.*)$/m.exec(out)![1]!.split(', ')) expect(readFileSync(join('.', name)).length).toBeGreaterThan(0)
})
