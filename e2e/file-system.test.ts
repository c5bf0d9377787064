import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Finished } from './run-command.ts'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

/** A small or read-only disk, or nothing where this account may not mount one. */
function mounted(options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'q-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmdirSync(folder)
    return undefined
  }
}

const small = mounted('size=64k')
const readOnly = mounted('ro')

afterAll(() => {
  for (const folder of [small, readOnly]) {
    if (folder === undefined) continue
    execFileSync('umount', [folder])
    rmdirSync(folder)
  }
})

function refused({ code, err }: Finished, error: string): void {
  expect(
    err.split('\n').filter((line) => /^[A-Z_]+: /.test(line)),
    err,
  ).toEqual([expect.stringMatching(new RegExp(`^${error}: `))])
  expect(code, err).toBe(5)
  for (const word of ['  at: ', '  found: ', '  wanted: ', '  do: ']) expect(err).toContain(word)
}

const transform = ['model_transform', '--model_name', 'digits', '--model_def', digits.model, ...digits.preprocess]

/** Every command that writes, with `folder` as the place of its output. */
const writers: readonly (readonly [name: string, args: (folder: string) => readonly string[]])[] = [
  ['model_transform', (folder) => [...transform, '--mlir', `${folder}/out.mlir`]],
  [
    'run_calibration',
    (folder) => ['run_calibration', 'digits.mlir', '--dataset', digits.calibration, '--input_num', '2', '-o', `${folder}/out`],
  ],
  [
    'model_deploy',
    (folder) => [
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      'INT8',
      '--calibration_table',
      'table',
      '--model',
      `${folder}/out`,
    ],
  ],
  [
    'model_runner',
    (folder) => ['model_runner', '--model', 'digits.mlir', '--input', digits.picture, '--dump_all_tensors', '--output', `${folder}/out`],
  ],
  ['npz_tool', (folder) => ['npz_tool', 'extract', 'digits_top_f32_all_weight.npz', `${folder}/out`, largestWeight()]],
]

function largestWeight(): string {
  const list = execFileSync('unzip', ['-lqq', 'digits_top_f32_all_weight.npz'], { encoding: 'utf8' }).trim().split('\n')
  const entries = list
    .map((line) => line.trim().split(/\s+/))
    .map(([size, , , name]) => ({ size: Number(size), name: name!.replace('.npy', '') }))
  return entries.sort((a, b) => b.size - a.size)[0]!.name
}

describe.skipIf(small === undefined)(`a full disk${small === undefined ? ' (skipped: cannot mount one here)' : ''}`, () => {
  it.each(writers.filter(([name]) => name !== 'run_calibration'))('%s: one message, nothing half-written', async (_, args) => {
    await prepareDigits()
    const filler = join(small!, 'filler')
    writeFileSync(filler, new Uint8Array(56 * 1024))
    writeFileSync(join(small!, 'out'), 'what was here')
    refused(await q(...args(small!)), 'DISK_FULL')
    expect(readdirSync(small!).sort()).toEqual(['filler', 'out'])
    expect(readFileSync(join(small!, 'out'), 'utf8')).toBe('what was here')
  })
})

describe.skipIf(readOnly === undefined)(`a read-only disk${readOnly === undefined ? ' (skipped: cannot mount one here)' : ''}`, () => {
  it.each(writers)('%s: refused before the long work', async (_, args) => {
    await prepareDigits()
    const finished = await q(...args(readOnly!))
    refused(finished, 'FILE_READ_ONLY')
    expect(finished.err).not.toContain('observe')
  })
})

describe('an output that cannot be', () => {
  it.each(writers)('%s: below a file, in a folder that is not there, in place of a folder', async (_, args) => {
    await prepareDigits()
    writeFileSync('file', '')
    refused(await q(...args('file')), 'FOLDER_IS_FILE')
    refused(await q(...args('nowhere')), 'FILE_MISSING')
    mkdirSync('taken/out/full', { recursive: true })
    mkdirSync('taken/out.mlir/full', { recursive: true })
    refused(await q(...args('taken')), 'FILE_IS_FOLDER')
    expect(readdirSync('taken').sort()).toEqual(['out', 'out.mlir'])
  })
})

describe('an output that is there', () => {
  it('is replaced, a line says so, and it is never read', async () => {
    writeFileSync('digits.mlir', 'garbage')
    writeFileSync('table', 'garbage')
    const { err } = await mustRun(...transform, '--mlir', 'digits.mlir')
    expect(err).toContain('note: digits.mlir replaced')
    expect(readFileSync('digits.mlir', 'utf8')).toMatch(/^#loc|^module/)
    const calibrated = await mustRun(
      'run_calibration',
      'digits.mlir',
      '--dataset',
      digits.calibration,
      '--input_num',
      '2',
      '--tune_num',
      '0',
      '-o',
      'table',
    )
    expect(calibrated.err).toContain('note: table replaced')
    expect(statSync('table').size).toBeGreaterThan(100)
  })
})
