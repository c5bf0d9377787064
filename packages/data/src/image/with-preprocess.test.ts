import { type Graph, parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { constantChannels, type PreprocessOptions, withPreprocess } from './with-preprocess.ts'

const graph: Graph = parseGraph('x: f32[1,3,4,4]; y = Relu(x)')
const ofChannels = (...counts: readonly number[]): Graph =>
  parseGraph(counts.map((count, i) => `x${i}: f32[1,${count},4,4]; y${i} = Relu(x${i})`).join('; '))
const constant = (options: PreprocessOptions, network = graph) => constantChannels(withPreprocess(network, options).inputs[0]!.preprocess!)

describe('channels that are the same for every picture', () => {
  it.each<readonly [string, PreprocessOptions, readonly number[]]>([
    ['usual numbers', { mean: [123, 116, 103], scale: [0.017, 0.017, 0.017] }, []],
    ['scales of zero', { scale: [0, 0, 0] }, [1, 2, 3]],
    ['minus zero', { scale: [1, -0, 1] }, [2]],
    ['a scale that is nothing in float32', { scale: [1, 1, 1e-60] }, [3]],
    ['a mean beside which a picture is nothing', { mean: [1e12, 0, 0] }, [1]],
  ])('%s', (_, options, channels) => {
    expect(constant(options)).toEqual(channels)
  })

  it.each(['mean', 'scale'] as const)('a %s that float32 does not hold is refused', (which) => {
    expect(() => withPreprocess(graph, { [which]: [1, 1e39, 1] })).toThrow(
      expect.objectContaining({ code: 'PREPROCESS_NUMBER', found: '1e+39' }),
    )
  })

  it('a picture of one channel', () => {
    expect(constant({ pixelFormat: 'gray', mean: [0], scale: [0] }, ofChannels(1))).toEqual([1])
  })
})

describe('formats of pictures', () => {
  it('one that is named fits the network, whose other inputs need not be pictures', () => {
    const refused = expect.objectContaining({ code: 'PREPROCESS_CHANNELS', at: ['x0'] })
    expect(() => withPreprocess(ofChannels(1), { pixelFormat: 'rgb' })).toThrow(refused)
    expect(() => withPreprocess(ofChannels(3), { pixelFormat: 'gray' })).toThrow(refused)
    expect(() => withPreprocess(ofChannels(1, 3), { pixelFormat: 'rgb', inputs: [1, 2] })).toThrow(refused)
    for (const each of [ofChannels(3), ofChannels(1, 3)]) expect(() => withPreprocess(each, { pixelFormat: 'rgb' })).not.toThrow()
    for (const channelFormat of ['nchw', 'none'] as const) expect(() => withPreprocess(ofChannels(1), { channelFormat })).not.toThrow()
  })

  it('means and scales that are not given are one for each channel', () => {
    const { mean, scale } = withPreprocess(ofChannels(4), { pixelFormat: 'rgba', scale: [2, 2, 2, 2] }).inputs[0]!.preprocess!
    expect([mean, scale]).toEqual([
      [0, 0, 0, 0],
      [2, 2, 2, 2],
    ])
  })
})
