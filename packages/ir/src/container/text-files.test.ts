import { describe, expect, it } from 'vitest'
import { graph as written } from '../graph/text/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { codecOf, type TextCodec } from './text-codec.ts'
import { emitText, readText, type TextFiles, type TextNetwork } from './text-files.ts'

const graph = { ...written`x: f32[2]; w: f32[2] = [1, -2]; y = Add(x, w)`, name: 'net', properties: { chip: 'nova' } }
const weight: Tensor = { dtype: 'f32', shape: [2], data: new Float32Array([0, 1, -2]).subarray(1) }
const codec: TextCodec = {
  write: ({ name }, { weightFile, implied }) => ({
    text: `${name} ${weightFile} ${JSON.stringify(implied)}`,
    weights: new Map([['w', weight]]),
  }),
  read: (text, weights, { file, implied }) => ({
    ...graph,
    name: `${text} of ${file}, ${[...weights.keys()].join()}, ${JSON.stringify(implied)}`,
  }),
  encodeWeights: (weights) => Uint8Array.of(weights.size),
}
const names: TextFiles = {
  lowered: 'net.txt',
  weights: 'net.npz',
  files: ['net.txt', 'net.npz', 'net.box'],
  model: 'net.box',
  compiled: 'net.bin',
}

describe('the files of a family whose compiler takes a text', () => {
  const seen: [TextNetwork, number][] = []
  const container = (network: TextNetwork, time: number) => {
    seen.push([network, time])
    return Uint8Array.of(7)
  }

  it('are the text, its weights, and a container that is told both as they are stored', () => {
    const artifact = emitText(graph, { time: 5 }, { codec, names, implied: { bf16: 'saturate' }, container })
    expect(artifact).toMatchObject({ model: 'net.box', portable: true, compiled: 'net.bin', diagnostics: [] })
    const text = 'net net.npz {"bf16":"saturate"}'
    expect([...artifact.files]).toEqual([
      ['net.txt', new TextEncoder().encode(text)],
      ['net.npz', Uint8Array.of(1)],
      ['net.box', Uint8Array.of(7)],
    ])
    const tensor = (name: string) => ({ name, dtype: 'f32', shape: [2] })
    const bytes = new Uint8Array(new Float32Array([1, -2]).buffer)
    const described = { chip: 'nova', name: 'net', program: text, inputs: [tensor('x')], outputs: [tensor('y')] }
    expect(seen).toEqual([[{ ...described, weights: [{ ...tensor('w'), bytes }] }, 5]])
  })

  it('have no container where the compiler makes the model', () => {
    const { model: _, ...others } = names
    const artifact = emitText(graph, { time: 5 }, { codec, names: others, container })
    expect([[...artifact.files.keys()], artifact.model, artifact.portable]).toEqual([['net.txt', 'net.npz'], undefined, undefined])
  })

  it('are read by the same codec', () => {
    const network = { program: 'text', weights: [{ name: 'w', bytes: Uint8Array.of(1, 2) }] }
    expect(readText(network, 'a.box', { codec, implied: {} }).name).toBe('text of a.box, w, {}')
  })
})

it('a family without a codec says which factory wants one', () => {
  expect(codecOf(codec, 'nova')).toBe(codec)
  expect(() => codecOf(undefined, 'nova')).toThrow(expect.objectContaining({ code: 'CODEC_MISSING', found: 'nova() without a codec' }))
})
