import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseGraph } from '@q/ir'
import { exportOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits } from './run-command.ts'

const program = join(import.meta.dirname, '../tools/cli/bin/q.mjs')
const built = existsSync(join(import.meta.dirname, '../tools/cli/dist/index.js'))

inEmptyFolder()

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** Milliseconds from the signal to the end. */
  readonly after: number
}

/** Runs the built program, and sends a signal once its messages match. */
function run(args: readonly string[], when?: RegExp, signal: NodeJS.Signals = 'SIGINT', flags: readonly string[] = []): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [...flags, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let sent: number | undefined
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      if (sent === undefined && when?.test(err) === true) {
        sent = performance.now()
        child.kill(signal)
      }
    })
    child.on('close', (code, ended) => done({ code, signal: ended, out, err, after: performance.now() - (sent ?? 0) }))
  })
}

const stackLine = /^\s+at .*:\d+:\d+\)?$/m

describe.skipIf(!built)(`the program${built ? '' : ' (skipped: not built)'}`, () => {
  it('ends with the documented codes, and shows no stack', async () => {
    await prepareDigits()
    writeFileSync('broken.npz', 'PK')
    const cases: readonly (readonly [number, readonly string[]])[] = [
      [0, ['npz_tool', 'dump', 'digits_top_f32_all_weight.npz']],
      [2, ['npz_tool', 'dumb']],
      [2, []],
      [3, ['npz_tool', 'dump', 'broken.npz']],
      [3, ['model_runner', '--model', 'nothing.onnx', '--input', digits.picture]],
      [5, ['model_runner', '--model', 'digits.mlir', '--input', digits.picture, '--output', 'nowhere/out.npz']],
      [
        1,
        [
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
          'out.bmodel',
          '--test_input',
          digits.picture,
          '--compare_all',
          '--tolerance',
          '0.99999999,0.99999999',
        ],
      ],
    ]
    for (const [wanted, args] of cases) {
      const { code, err } = await run(args)
      expect(code, `${args.join(' ')}\n${err}`).toBe(wanted)
      expect(err).not.toMatch(stackLine)
    }
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s stops a calibration within a second: 130, nothing left', async (signal) => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess)
    const pictures = readdirSync(digits.calibration).map((name) => join(digits.calibration, name))
    writeFileSync('samples', Array.from({ length: 2000 }, () => pictures.join('\n')).join('\n'))
    const before = readdirSync('.')
    const { code, err, after } = await run(
      ['run_calibration', 'digits.mlir', '--data_list', 'samples', '--input_num', '0', '-o', 'table'],
      /observe: \d/,
      signal,
    )
    expect(code, err).toBe(130)
    expect(after).toBeLessThan(1500)
    expect(err).toMatch(/^INTERRUPTED: /m)
    expect(err).not.toMatch(stackLine)
    // What was observed so far may be kept, for the same command to go on from; nothing else is.
    expect(readdirSync('.').filter((name) => name !== '.table.unfinished')).toEqual(before)
  })

  it('a heap that is full is told as an error, without the report of the engine', async () => {
    const heap = ['--initial-old-space-size=2', '--max-old-space-size=4']
    const args = ['quantize', digits.model, '--data', digits.calibration, '--chip', 'bm1684x']
    for (const more of [[], ['--json']]) {
      const { code, out, err } = await run([...args, ...more], undefined, undefined, heap)
      const message = more.length === 0 ? err : (JSON.stringify(JSON.parse(out.trim().split('\n').at(-1)!)) as string)
      expect(message).toContain('MEMORY_EXHAUSTED')
      expect(message).toContain('the heap of the program is full')
      expect(err).not.toMatch(/GCs|Fatal|FATAL|v8::/)
      expect(code, err).toBe(3)
    }
  })

  it('a calibration that was killed goes on, or starts again where a sample has changed, to the same table', async () => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess)
    const pictures = readdirSync(digits.calibration).map((name) => join(digits.calibration, name))
    copyFileSync(pictures[0]!, 'first.png')
    writeFileSync('samples', `first.png\n${Array.from({ length: 60 }, () => pictures.join('\n')).join('\n')}`)
    const args = (table: string) => [
      'run_calibration',
      'digits.mlir',
      '--data_list',
      'samples',
      '--input_num',
      '0',
      '--tune_num',
      '0',
      '-o',
      table,
    ]
    const rows = (table: string) => readFileSync(table, 'utf8').replace(/^# genetated.*\n/m, '')
    const killed = async (): Promise<void> => {
      const child = spawn(process.execPath, [program, ...args('table')], { stdio: 'ignore' })
      const watch = setInterval(() => existsSync('.table.unfinished') && child.kill('SIGKILL'), 1)
      const signal = await new Promise((ended) => child.on('close', (_code, by) => ended(by)))
      clearInterval(watch)
      expect(signal).toBe('SIGKILL')
      expect(existsSync('.table.unfinished')).toBe(true)
    }
    await mustRun(...args('clean'))
    await killed()
    await mustRun(...args('table'))
    expect(rows('table')).toBe(rows('clean'))
    await killed()
    const { mtime, atime } = statSync('first.png')
    const bytes = readFileSync('first.png')
    const other = readFileSync(pictures.find((name) => statSync(name).size <= bytes.length && !readFileSync(name).equals(bytes))!)
    // What stands behind the end of a picture is not read.
    writeFileSync('first.png', Buffer.concat([other, Buffer.alloc(bytes.length - other.length)]))
    utimesSync('first.png', atime, mtime)
    const { err } = await mustRun(...args('table'))
    expect(err).toContain('samples that have changed')
    await mustRun(...args('clean'))
    expect(rows('table')).toBe(rows('clean'))
  })

  it('SIGINT ends the compiler of the chip and what it started within a second: 130, the lowered files whole, nothing else', async () => {
    await prepareDigits()
    mkdirSync('toolchain')
    writeFileSync('toolchain/tpuc-opt', '#!/bin/sh\n(sleep 3; touch "$STARTED_BY") &\nwait\n', { mode: 0o755 })
    process.env['STARTED_BY'] = join(process.cwd(), 'late')
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
      'toolchain',
    ]
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('q-chip-'))
    const { code, err, after } = await run(args, /compiling for the chip/).finally(() => {
      delete process.env['STARTED_BY']
    })
    expect(code, err).toBe(130)
    expect(after).toBeLessThan(1500)
    expect(err).toMatch(/^INTERRUPTED: /m)
    expect(
      readdirSync('.')
        .filter((name) => /_f32_|out|late/.test(name))
        .sort(),
    ).toEqual(['digits_bm1684x_f32_tpu.mlir', 'digits_bm1684x_f32_tpu_weights.npz', 'digits_top_f32_all_weight.npz'])
    await new Promise((done) => setTimeout(done, 3500))
    expect(existsSync('late')).toBe(false)
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('q-chip-'))
    expect(left.filter((name) => !before.includes(name))).toEqual([])
  })

  it('a chip in a module, JavaScript of a package that uses @q/ir, and TypeScript where this Node runs it', async () => {
    await prepareDigits()
    mkdirSync('node_modules/@q', { recursive: true })
    symlinkSync(join(import.meta.dirname, '../packages/ir'), 'node_modules/@q/ir')
    const source = (type: string) => `
      import { printGraph } from '@q/ir'
      import { nullBackend } from '@q/ir/conformance'
      const emit = (_: unknown, { name }${type}) => ({ files: new Map([[name + '.one', new Uint8Array(printGraph.length)], [name + '.two', new Uint8Array(2)]]), diagnostics: [] })
      export default () => ({ ...nullBackend(), emit })`
    writeFileSync('nova.mjs', source('').replace('_: unknown', '_'))
    writeFileSync('nova.ts', source(': { readonly name: string }'))
    const args = (chip: string) => [
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      chip,
      '--model',
      'out.x',
      '--test_input',
      digits.picture,
    ]
    const { code, out, err } = await run(args('./nova.mjs'))
    expect([code, err.includes('Error')], err).toEqual([0, false])
    expect(out).toContain('npz compare PASSED')
    expect([statSync('out.one').size, statSync('out.two').size]).toEqual([1, 2])
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
    const strips = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
    const typed = await run(args('./nova.ts'))
    expect(typed.code, typed.err).toBe(strips ? 0 : 2)
    if (!strips) expect(typed.err).toMatch(/^CHIP_MODULE: [^]*22\.18/)
    expect(typed.err).not.toMatch(stackLine)
  })

  it('a reader that goes away does not matter', async () => {
    await prepareDigits()
    const text = execFileSync(
      '/bin/sh',
      ['-c', `"${process.execPath}" "${program}" npz_tool dump digits_top_f32_all_weight.npz 2>&1 | head -n 1`],
      { encoding: 'utf8' },
    )
    expect(text).toMatch(/^\S+\t\(/)
    expect(text.trim().split('\n')).toHaveLength(1)
  })

  it('draws a graph of thousands of layers one behind the other', async () => {
    const layers = Array.from({ length: 3000 }, (_, i) => `v${i + 1} = Sigmoid(v${i})`)
    writeFileSync('deep.onnx', exportOnnx(parseGraph(`v0: f32[1,4]; ${layers.join('; ')}`)))
    const { code, out } = await run(['graph', 'deep.onnx', '--svg', 'deep.svg'])
    expect([code, out]).toEqual([0, 'no pattern found, no layer stays in float\ndeep.svg: 0 of 3000 layers in float\n'])
  })
})
