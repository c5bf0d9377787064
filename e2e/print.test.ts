import { readFileSync, writeFileSync } from 'node:fs'
import { parseGraph, printGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { arraysIn, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

const lines = (text: string) => text.trimEnd().split('\n')
const operators = (text: string) => lines(text).flatMap((line) => / = ([A-Z]\w+)\(/.exec(line)?.[1] ?? [])

describe('q print', () => {
  it('shows an ONNX model as the file has it, and canonical', async () => {
    const imported = (await mustRun('print', digits.model, '--stage', 'imported')).out
    const canonical = (await mustRun('print', digits.model)).out
    expect(imported).toMatch(/^graph digits\b/)
    expect(operators(imported).length).toBeGreaterThan(operators(canonical).length)
    expect(canonical).toMatch(/^image: f32\[1,3,32,32\]/m)
    expect((await mustRun('print', digits.model, '--stage', 'canonical')).out).toBe(canonical)
  })

  it('shows what a chip runs, which reads back as the same graph when nothing is left out', async () => {
    await prepareDigits()
    const args = ['print', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'table']
    const { out } = await mustRun(...args, '--constants', 'all', '-o', 'graph.txt')
    expect(out).toMatch(/^graph\.txt: \d+ nodes\n$/)
    const text = readFileSync('graph.txt', 'utf8')
    expect(operators(text)).toContain('QConv')
    expect(text).toMatch(/^graph digits \{.*chip = "bm1684x", mode = "INT8"/)
    expect(printGraph(parseGraph(text), { longestConstant: Number.POSITIVE_INFINITY })).toBe(text)
    const short = (await mustRun(...args)).out
    expect(short.length).toBeLessThan(text.length / 10)
    expect(operators(short)).toEqual(operators(text))
    expect((await mustRun(...args, '--constants', '0')).out).not.toMatch(/^\S+: \S+ = \[/m)
  })

  it('refuses what says how a model is quantized at a stage before that', async () => {
    const args = ['print', digits.model, '--chip', 'bm1684x', '--quantize', 'INT8']
    const refused = await q(...args, '--stage', 'canonical')
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('OPTION_WITHOUT_EFFECT')
    expect(refused.err).toContain('--quantize')
    expect((await q('print', '--help')).out.replaceAll(/\s+/g, ' ')).toContain('resolved with --chip, else canonical')
  })

  it('shows a lowered file and a portable container as they are', async () => {
    await prepareDigits()
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'F16', '--model', 'd.qbmodel']
    await mustRun(...deploy).finally(() => {
      process.env['PATH'] = path
    })
    const lowered = (await mustRun('print', 'digits_bm1684x_f16_tpu.mlir')).out
    expect(lowered).toContain('stage = "quantized"')
    expect((await mustRun('print', 'd.qbmodel')).out).toBe(lowered)
  })

  it('a file that was there is replaced, and a line says so', async () => {
    writeFileSync('text', 'before')
    expect((await mustRun('print', digits.model, '-o', 'text')).err).toContain('note: text replaced')
    expect(readFileSync('text', 'utf8')).toMatch(/^graph digits /)
  })

  it.each([
    ['OPTION_REQUIRED', '--chip', [digits.model, '--stage', 'resolved']],
    ['OPTION_VALUE', 'stored, imported, canonical, resolved', [digits.model, '--stage', 'lowered']],
    ['OPTION_VALUE', 'all', [digits.model, '--constants', 'many']],
    ['TABLE_NEEDED', '--calibration_table', [digits.model, '--chip', 'bm1684x', '--quantize', 'INT8']],
    ['MODE_UNSUPPORTED', 'did you mean INT8', [digits.model, '--chip', 'bm1684x', '--quantize', 'INT9']],
  ])('%s (%s)', async (error, word, args) => {
    const { code, out, err } = await q('print', ...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(new RegExp(`^${error}: `))
    expect(err).toContain(word)
  })
})

describe('q model_runner', () => {
  it('runs what model_deploy would write for a chip, and wants the chip', async () => {
    await prepareDigits()
    const quantized = ['--quantize', 'INT8', '--calibration_table', 'table', '--chip', 'bm1684x']
    await mustRun('model_deploy', '--mlir', 'digits.mlir', ...quantized, '--model', 'd.qbmodel', '--not_gen_bmodel')
    const run = ['model_runner', '--input', digits.picture, '--codes', '--dump_all_tensors']
    await mustRun(...run, '--model', 'digits.mlir', ...quantized, '--output', 'a.npz')
    await mustRun(...run, '--model', 'digits_bm1684x_int8_sym_tpu.mlir', '--output', 'b.npz')
    const [ours, theirs] = [arraysIn('a.npz'), arraysIn('b.npz')]
    expect(ours.get('image')).toBeDefined()
    expect([...ours.values()].some(({ dtype }) => dtype === 'i8')).toBe(true)
    for (const [name, tensor] of theirs) if (ours.has(name)) expect(ours.get(name), name).toEqual(tensor)
    const refused = await q(...run, '--model', 'digits.mlir', ...quantized.slice(0, 4))
    expect([refused.code, refused.err.includes('CHIP_NEEDED')]).toEqual([2, true])
  })
})
