import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

const program = join(import.meta.dirname, '../tools/cli/bin/q.mjs')
const built = existsSync(join(import.meta.dirname, '../tools/cli/dist/index.js'))

inEmptyFolder()

const chip = chipInFloats.replace('export const', 'const')
const lowering = (body: string) => `export default { ...chip, lower: { ...chip.lower, Conv(node, context) { ${body} } } }`

/** What a module does wrong while nobody looks; the error has to name the module and say this. */
const misdeeds: readonly (readonly [name: string, source: string, code: string, ...words: string[]])[] = [
  ['waits for ever', 'await new Promise(() => {})', 'BACKEND_FAILED', 'its import', 'never settled'],
  ['is a promise that never settles', 'export const then = () => {}', 'BACKEND_FAILED', 'its import', 'never settled'],
  ['makes its back end for ever', 'export default () => new Promise(() => {})', 'BACKEND_FAILED', 'its factory', 'never settled'],
  [
    'looks for its compiler for ever',
    'export default { ...chip, compiler: { find: () => new Promise(() => {}), commandLines: () => [] } }',
    'BACKEND_FAILED',
    'find the compiler',
    'never settled',
  ],
  ['ends the process', 'process.exit(0)', 'CHIP_MODULE', 'process.exit(0) was called'],
  ['ends the process while it lowers', lowering('process.exit(0)'), 'BACKEND_FAILED', 'lower Conv', 'process.exit(0) was called'],
  ['ends the process later', 'setTimeout(() => process.exit(0)); export default chip', 'BACKEND_FAILED', 'process.exit(0) was called'],
  ['ends the process below process.exit', lowering('process.reallyExit(0)'), 'BACKEND_FAILED', 'process.reallyExit(0) was called'],
  [
    'ends the process while it makes files',
    'export default { ...chip, emit() { process.reallyExit(0) } }',
    'BACKEND_FAILED',
    'emit',
    'process.reallyExit(0) was called',
  ],
  ['goes to another folder', 'process.chdir(".."); export default chip', 'CHIP_MODULE', 'process.chdir(..) was called'],
  ['throws later', 'setTimeout(() => { throw new Error("tick") }); export default chip', 'BACKEND_FAILED', 'on its own', 'tick'],
  ['leaves a promise rejected', 'Promise.reject(new Error("nobody")); export default chip', 'BACKEND_FAILED', 'on its own', 'nobody'],
  [
    'leaves a promise rejected while it lowers',
    lowering('Promise.reject("words"); return keep(node, context)'),
    'BACKEND_FAILED',
    'on its own',
    'words',
  ],
  ['throws nothing', 'throw undefined', 'CHIP_MODULE', 'undefined'],
  [
    'throws what cannot be read',
    lowering('throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })'),
    'BACKEND_FAILED',
    'Conv',
  ],
]

describe.skipIf(!built)(`a module${built ? '' : ' (skipped: not built)'}`, () => {
  it.each(misdeeds)('that %s: one error with its name, no silence, nothing written', async (_, source, code, ...words) => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir')
    writeFileSync('nova.mjs', `${chip}${source}`)
    const before = readdirSync('.').sort()
    const args = ['model_deploy', '--mlir', 'digits.mlir', '--chip', './nova.mjs', '--model', 'm.nova']
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 30_000 })
    expect(stderr.split('\n').filter((line) => /^[A-Z_]+: /.test(line))).toEqual([expect.stringMatching(new RegExp(`^${code}: `))])
    for (const word of ['nova.mjs', ...words]) expect(stderr).toContain(word)
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
    expect([2, 3]).toContain(status)
    expect(readdirSync('.').sort()).toEqual(before)
  })

  it('that ends the process in a way nobody can keep from it does not pass for done', async () => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir')
    writeFileSync('first.mjs', 'globalThis.end = process.reallyExit.bind(process)')
    writeFileSync('nova.mjs', `${chip}export default { ...chip, emit() { process.exitCode = 0; globalThis.end(0) } }`)
    const before = readdirSync('.').sort()
    const args = ['--import', './first.mjs', program, 'model_deploy', '--mlir', 'digits.mlir', '--chip', './nova.mjs', '--model', 'm.nova']
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
    expect([status, stderr]).toEqual([70, expect.stringContaining('before the command was done')])
    expect(readdirSync('.').sort()).toEqual(before)
  })
})

it('a module that is a pipe is refused, and not waited for', async () => {
  await prepareDigits()
  execFileSync('mkfifo', ['pipe.mjs'])
  const { code, err } = await q('print', 'digits.mlir', '--stage', 'resolved', '--chip', './pipe.mjs', '--quantize', 'F32')
  expect([code, err.split(':')[0]], err).toEqual([3, 'FILE_SPECIAL'])
})
