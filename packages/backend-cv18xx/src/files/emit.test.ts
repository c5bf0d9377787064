import { checkArtifact, type Graph, resolve, graph as written } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { cv18xx } from '../cv18xx.ts'
import { implied } from './implied.ts'

const float: Graph = {
  ...written`x: f32[1,2,4,4]; w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
  name: 'net',
}
const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
const chip = cv18xx({ chip: 'cv181x', codec: printedCodec })
const quantized = resolve(float, table, new Map(), chip, { mode: 'INT8' }).graph

describe('emit', () => {
  it('makes the lowered text and its weights, named as the vendor names them', () => {
    const artifact = chip.emit(quantized, { name: 'net', time: 0 })
    checkArtifact(artifact, 'cv18xx')
    expect([...artifact.files.keys()]).toEqual(['net_cv181x_int8_sym_tpu.mlir', 'net_cv181x_int8_sym_tpu_weights.npz'])
    expect(artifact.compiled).toBe('net_cv181x_int8.cvimodel')
    expect(chip.emit(quantized, { name: 'net', model: 'mine.cvimodel', planned: true, time: 0 })).toMatchObject({
      compiled: 'mine.cvimodel',
    })
  })

  it('tells the text that codes of inputs are made on the host', () => {
    const [text] = [...chip.emit(quantized, { name: 'net', time: 0 }).files.values()].map((bytes) => new TextDecoder().decode(bytes))
    expect(text).toContain('quantizeInputsOnHost = true')
  })

  it('needs a codec', () => {
    expect(() => cv18xx().emit(quantized, { name: 'net', time: 0 })).toThrow(expect.objectContaining({ code: 'CODEC_MISSING' }))
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
    expect(of('QuantizeLinear', 'bf16', 'i8')).toEqual({ bf16: 'saturate' })
    expect([of('Cast', 'f32', 'bf16'), of('Cast', 'bf16', 'f32')]).toEqual([{ bf16: 'truncate' }, {}])
  })

  it('what makes no numbers says nothing of how they are made', () => {
    expect([of('Reshape', 'bf16', 'bf16'), of('Add', 'bf16', 'bf16'), of('Add', 'i8', 'i8')]).toEqual([{}, { bf16: 'saturate' }, {}])
  })
})
