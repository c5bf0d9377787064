import { checkArtifact, type Graph, printGraph, resolve, graph as written } from '@q/ir'
import { describe, expect, it, vi } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { container } from '../../test/vendor-container.ts'
import { cv18xx } from '../cv18xx.ts'
import { readCvimodel, readPortableCvimodel } from '../cvimodel/index.ts'
import { implied } from './implied.ts'

const float: Graph = {
  ...written`x: f32[1,2,4,4]; w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
  name: 'net',
}
const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
const chip = cv18xx({ chip: 'cv181x', codec: printedCodec })
const quantized = resolve(float, table, new Map(), chip, { mode: 'INT8' }).graph

const nothingBeside = async (): Promise<Uint8Array> => new Uint8Array()

describe('emit', () => {
  it('makes the lowered text, its weights and the portable container, named as the vendor names them', () => {
    const artifact = chip.emit(quantized, { name: 'net', time: 0 })
    checkArtifact(artifact, 'cv18xx')
    expect([...artifact.files.keys()]).toEqual([
      'net_cv181x_int8_sym_tpu.mlir',
      'net_cv181x_int8_sym_tpu_weights.npz',
      'net_cv181x_int8.qcvimodel',
    ])
    expect(artifact).toMatchObject({ model: 'net_cv181x_int8.qcvimodel', portable: true, compiled: 'net_cv181x_int8.cvimodel' })
    const container = readPortableCvimodel(artifact.files.get('net_cv181x_int8.qcvimodel')!, 'net.qcvimodel')
    const [text] = [...artifact.files.values()].map((bytes) => new TextDecoder().decode(bytes))
    expect(container).toMatchObject({
      chip: 'cv181x',
      name: 'net',
      program: text,
      inputs: [{ name: 'x', dtype: 'f32', shape: [1, 2, 4, 4] }],
      outputs: [{ dtype: 'f32', shape: [1, 2, 4, 4] }],
    })
    const constants = [...quantized.values.values()].filter(({ constant }) => constant !== undefined)
    expect(container.weights.map(({ name }) => name)).toEqual(constants.map(({ name }) => name))
    expect(container.weights.map(({ dtype }) => dtype)).toContain('i8')
  })

  it('describes codes of an input and an output by their factors', () => {
    const [x] = quantized.inputs
    const codes = { scale: 0.5, zeroPoint: 0, expressed: 'f32' } as const
    const values = new Map(quantized.values)
    values.set(x!.name, { name: x!.name, type: { dtype: 'i8', shape: [1, 2, 4, 4], quant: codes } })
    const { files, model } = chip.emit({ ...quantized, values }, { name: 'net', time: 0 })
    const { programs } = readCvimodel(files.get(model!)!, 'net')
    expect(programs[0]!.inputs[0]).toMatchObject({ dtype: 'i8', quant: { qscale: 2, zeroPoint: 0 } })
  })

  it.each([
    ['m.cvimodel', 'm.qcvimodel', 'm.cvimodel'],
    ['m', 'm.qcvimodel', 'm'],
    ['m.qcvimodel', 'm.qcvimodel', undefined],
  ])('the user wants %s: the portable container is %s, the compiled one %s', (model, portable, compiled) => {
    const artifact = chip.emit(quantized, { name: 'm', model, time: 0 })
    expect([artifact.model, artifact.compiled]).toEqual([portable, compiled])
  })

  it('leaves the container to the compiler, unless the user wants the portable one', () => {
    const compiling = chip.emit(quantized, { name: 'm', model: 'm.cvimodel', compiling: true, time: 0 })
    expect([compiling.files.size, compiling.model, compiling.portable, compiling.compiled]).toEqual([2, undefined, undefined, 'm.cvimodel'])
    const wanted = chip.emit(quantized, { name: 'm', model: 'm.qcvimodel', compiling: true, time: 0 })
    expect([wanted.files.size, wanted.model, wanted.compiled]).toEqual([3, 'm.qcvimodel', undefined])
  })

  it.each([{}, { planned: true }, { model: 'm.cvimodel', compiling: true }])('says beforehand what the files are called: %j', (options) => {
    const { files, model, compiled } = chip.emit(quantized, { name: 'net', time: 0, ...options })
    const named = chip.fileNames!({ name: 'net', mode: 'INT8', asymmetric: false }, { name: 'net', ...options })
    expect(named).toEqual({ files: [...files.keys()], ...(model === undefined ? {} : { model }), compiled })
  })

  it('gives the same bytes for the same time', () => {
    const [first, second] = [1, 1].map((time) => chip.emit(quantized, { name: 'net', time }).files)
    expect(second).toEqual(first)
  })

  it('tells the text that codes of inputs are made on the host', () => {
    const [text] = [...chip.emit(quantized, { name: 'net', time: 0 }).files.values()].map((bytes) => new TextDecoder().decode(bytes))
    expect(text).toContain('quantizeInputsOnHost = true')
  })

  it('needs a codec', () => {
    expect(() => cv18xx().emit(quantized, { name: 'net', time: 0 })).toThrow(expect.objectContaining({ code: 'CODEC_MISSING' }))
  })
})

describe('reader', () => {
  it('reads the container back under both endings, and tells the text what it means', async () => {
    const read = vi.fn(printedCodec.read)
    const chip = cv18xx({ chip: 'cv181x', codec: { ...printedCodec, read } })
    const { files, model } = chip.emit(quantized, { name: 'net', time: 0 })
    expect(chip.reader!.endings).toEqual(['.qcvimodel', '.cvimodel'])
    const graph = await chip.reader!.read(files.get(model!)!, 'net.qcvimodel', nothingBeside)
    const whole = { longestConstant: Number.POSITIVE_INFINITY }
    const { quantizeInputsOnHost: _, ...properties } = graph.properties
    expect(printGraph({ ...graph, properties }, whole)).toBe(printGraph(quantized, whole))
    const places = { file: 'net.qcvimodel', weightFile: 'net.qcvimodel', implied }
    expect(read).toHaveBeenCalledWith(expect.any(String), expect.any(Map), places)
  })

  it('tells what is in a container, also in one of chip commands', () => {
    const { files, model } = chip.emit(quantized, { name: 'net', time: 0 })
    expect(chip.reader!.describe!(files.get(model!)!, 'net.qcvimodel')).toContain('\nnet Build at 1970-01-01 00:00:00\n')
    expect(chip.reader!.describe!(container(), 'net.cvimodel')).toContain('section : subfunc_0')
  })

  it('refuses what is no container', () => {
    expect(() => chip.reader!.read(new TextEncoder().encode('nothing'), 'x.qcvimodel', nothingBeside)).toThrow(
      expect.objectContaining({ code: 'CVIMODEL_INVALID', at: ['x.qcvimodel'] }),
    )
  })
})

describe('what the text means without saying it', () => {
  const of = (op: string, source: 'f32' | 'bf16' | 'i8', result: 'f32' | 'bf16' | 'i8', attrs = {}) =>
    implied({ op, inputs: ['a'], outputs: ['b'], attrs }, (name) => ({ dtype: name === 'a' ? source : result, shape: [1] }))

  it('casts go through bfloat16, inputs are cut off to it', () => {
    expect(of('DequantizeLinear', 'i8', 'f32')).toEqual({ bf16: 'saturate', through: 'bf16' })
    expect(of('DequantizeLinear', 'i8', 'bf16')).toEqual({ bf16: 'saturate' })
    expect(of('QuantizeLinear', 'f32', 'i8', { rounding: 'half-away-from-zero' })).toEqual({ hostScale: true })
    expect(of('QuantizeLinear', 'f32', 'i8', { rounding: 'half-to-even' })).toEqual({ bf16: 'saturate', through: 'bf16' })
    expect(of('QuantizeLinear', 'bf16', 'i8')).toEqual({ rounding: 'half-to-even', bf16: 'saturate' })
    expect([of('Cast', 'f32', 'bf16'), of('Cast', 'bf16', 'f32')]).toEqual([
      { rounding: 'half-to-even', bf16: 'truncate' },
      { rounding: 'half-to-even' },
    ])
  })

  it('what makes no numbers says nothing of how they are made', () => {
    expect([of('Reshape', 'bf16', 'bf16'), of('Add', 'bf16', 'bf16'), of('Add', 'i8', 'i8')]).toEqual([{}, { bf16: 'saturate' }, {}])
  })
})

describe('takePictures', () => {
  const preprocess = {
    pixelFormat: 'rgb',
    channelFormat: 'nchw',
    resizeDims: [2, 2],
    keepAspectRatio: false,
    keepRatioMode: 'letterbox',
    padValue: 0,
    padType: 'center',
    mean: [1, 2, 3],
    scale: [0.5, 0.25, 1],
    yuvType: '',
  } as const
  const pictured: Graph = {
    ...written`x: f32[1,3,2,2]; w: f32[2,3,1,1] = [0.5, -1, 2, 0.25, 1, 3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
    name: 'net',
    inputs: [{ name: 'x', preprocess }],
  }
  const shown = (mode: string, form: 'BGR_PACKED' | 'RGB_PLANAR') =>
    chip.takePictures!(resolve(pictured, table, new Map(), chip, { mode }).graph, { form }).nodes.map(({ op, outputs, attrs }) => [
      op,
      outputs[0],
      attrs['bf16'],
    ])

  it('makes codes by tables, and floats by a convolution of single channels, as the family computes them', () => {
    expect(shown('INT8', 'BGR_PACKED').slice(0, 3)).toEqual([
      ['Transpose', 'x_preprocess_transpose', undefined],
      ['LutAxis', 'x_preprocess_scale_lut', undefined],
      ['QConv', 'y', undefined],
    ])
    expect(shown('BF16', 'RGB_PLANAR').slice(0, 3)).toEqual([
      ['DequantizeLinear', 'x_rawx_preprocess_bf16', 'saturate'],
      ['Conv', 'x_preprocess_dwconv', 'saturate'],
      ['Conv', 'y', 'saturate'],
    ])
  })

  it('names what makes floats of packed pixels, and its weights, as TPU-MLIR 1.30.2', () => {
    const { nodes } = chip.takePictures!(resolve(pictured, table, new Map(), chip, { mode: 'BF16' }).graph, { form: 'RGB_PACKED' })
    expect(nodes.slice(0, 3).map(({ op, outputs }) => [op, outputs[0]])).toEqual([
      ['Transpose', 'x_preprocess_transpose'],
      ['DequantizeLinear', 'x_rawx_preprocess_bf16'],
      ['Conv', 'x_preprocess_dwconv'],
    ])
    expect(nodes[2]!.inputs).toEqual(['x_rawx_preprocess_bf16', 'x_preprocess_dwconv_weight', 'x_preprocess_dwconv_bias'])
  })

  it('pads frames as the video processing of the chip does', () => {
    const shapeOn = (name: 'cv181x' | 'cv183x') => {
      const other = cv18xx({ chip: name })
      const made = other.takePictures!(resolve(pictured, table, new Map(), other, { mode: 'INT8' }).graph, { aligned: true })
      return made.values.get('x_raw')?.type.shape
    }
    expect([shapeOn('cv181x'), shapeOn('cv183x')]).toEqual([
      [1, 3, 1, 128],
      [1, 3, 1, 4096],
    ])
  })
})
