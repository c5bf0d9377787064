import type { Graph } from '@q/ir'
import { checkArtifact, printGraph, resolve, graph as written } from '@q/ir'
import { describe, expect, it, vi } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { bm1684x } from '../bm1684x.ts'
import { readPortableBmodel } from '../bmodel/index.ts'

const float: Graph = {
  ...written`x: f32[1,2,4,4]; w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
  name: 'net',
}
const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
const chip = bm1684x({ codec: printedCodec })
const quantized = resolve(float, table, new Map(), chip, { mode: 'INT8' }).graph
const bytes = (text: string) => new TextEncoder().encode(text)

describe('emit', () => {
  it('makes the lowered text, its weights and the portable container, named as the vendor names them', () => {
    const artifact = chip.emit(quantized, { name: 'net', time: 0 })
    checkArtifact(artifact, 'bm1684x')
    expect([...artifact.files.keys()]).toEqual([
      'net_bm1684x_int8_sym_tpu.mlir',
      'net_bm1684x_int8_sym_tpu_weights.npz',
      'net_bm1684x_int8.qbmodel',
    ])
    expect(artifact).toMatchObject({ model: 'net_bm1684x_int8.qbmodel', portable: true, compiled: 'net_bm1684x_int8.bmodel' })
    const { text, weights } = printedCodec.write(quantized, { weightFile: 'net_bm1684x_int8_sym_tpu_weights.npz' })
    expect(artifact.files.get('net_bm1684x_int8_sym_tpu.mlir')).toEqual(bytes(text))
    expect(artifact.files.get('net_bm1684x_int8_sym_tpu_weights.npz')).toEqual(printedCodec.encodeWeights(weights))
    const container = readPortableBmodel(artifact.files.get('net_bm1684x_int8.qbmodel')!, 'net.qbmodel')
    expect(container).toMatchObject({ chip: 'BM1684X', name: 'net', program: text })
    expect(container.weights.map(({ name }) => name)).toEqual([...weights.keys()])
  })

  it('writes the text once, whatever is made of it', () => {
    const write = vi.fn(printedCodec.write)
    bm1684x({ codec: { ...printedCodec, write } }).emit(quantized, { name: 'net', time: 0 })
    expect(write).toHaveBeenCalledTimes(1)
  })

  it.each([
    [{ properties: { mode: 'F16' } }, {}, ['net_bm1684x_f16_tpu.mlir', 'net_bm1684x_f16_tpu_weights.npz', 'net_bm1684x_f16.qbmodel']],
    [
      { properties: { asymmetric: true } },
      { planned: true },
      ['net_bm1684x_int8_asym_tpu.mlir', 'net_bm1684x_int8_asym_tpu_qtable_weights.npz', 'net_bm1684x_int8.qbmodel'],
    ],
  ] as const)('mode, symmetry and a table of the user show in the names: %j %j', (changed, options, names) => {
    const graph = { ...quantized, properties: { ...quantized.properties, ...changed.properties } }
    expect([...chip.emit(graph, { name: 'net', time: 0, ...options }).files.keys()]).toEqual(names)
  })

  it.each([
    ['m.bmodel', 'm.qbmodel', 'm.bmodel'],
    ['m', 'm.qbmodel', 'm'],
    ['m.v2', 'm.v2.qbmodel', 'm.v2'],
    ['m.qbmodel', 'm.qbmodel', undefined],
  ])('the user wants %s: the portable container is %s, the compiled one %s', (model, portable, compiled) => {
    const artifact = chip.emit(quantized, { name: 'm', model, time: 0 })
    expect([artifact.model, artifact.compiled]).toEqual([portable, compiled])
  })

  it('leaves the container to the compiler, unless the user wants the portable one', () => {
    const compiling = chip.emit(quantized, { name: 'm', model: 'm.bmodel', compiling: true, time: 0 })
    expect([compiling.files.size, compiling.model, compiling.compiled]).toEqual([2, undefined, 'm.bmodel'])
    const wanted = chip.emit(quantized, { name: 'm', model: 'm.qbmodel', compiling: true, time: 0 })
    expect([wanted.files.size, wanted.model, wanted.compiled]).toEqual([3, 'm.qbmodel', undefined])
  })

  it('gives the same bytes for the same time', () => {
    const [first, second] = [1, 1].map((time) => chip.emit(quantized, { name: 'net', time }).files)
    expect(second).toEqual(first)
  })
})

describe('reader', () => {
  const nothingBeside = async (): Promise<Uint8Array> => new Uint8Array()

  it('reads the container back under both endings', async () => {
    const { files, model } = chip.emit(quantized, { name: 'net', time: 0 })
    expect(chip.reader!.endings).toEqual(['.qbmodel', '.bmodel'])
    const read = await chip.reader!.read(files.get(model!)!, 'net.qbmodel', nothingBeside)
    const whole = { longestConstant: Number.POSITIVE_INFINITY }
    expect(printGraph(read, whole)).toBe(printGraph(quantized, whole))
  })

  it('refuses what is no container', () => {
    expect(() => chip.reader!.read(bytes('nothing'), 'x.qbmodel', nothingBeside)).toThrow(
      expect.objectContaining({ code: 'BMODEL_INVALID', at: ['x.qbmodel'] }),
    )
  })
})

describe('options', () => {
  it('without a codec everything but files works', () => {
    const plain = bm1684x()
    expect(resolve(float, table, new Map(), plain, { mode: 'INT8' }).graph).toEqual(quantized)
    expect(() => plain.emit(quantized, { name: 'net', time: 0 })).toThrow(expect.objectContaining({ code: 'CODEC_MISSING', kind: 'usage' }))
  })

  it.each([{ cores: 2 }, { codec: {} }])('refuses %j', (options) => {
    expect(() => bm1684x(options as never)).toThrow(expect.objectContaining({ code: 'CHIP_OPTIONS' }))
  })
})
