import { type Graph, parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { constantChannels, type PreprocessOptions, withPreprocess } from './with-preprocess.ts'

const graph: Graph = parseGraph('x: f32[1,3,4,4]; y = Relu(x)')
const constant = (options: PreprocessOptions) => constantChannels(withPreprocess(graph, options).inputs[0]!.preprocess!)

describe('channels that are the same for every picture', () => {
  it.each<readonly [string, PreprocessOptions, readonly number[]]>([
    ['usual numbers', { mean: [123, 116, 103], scale: [0.017, 0.017, 0.017] }, []],
    ['scales of zero', { scale: [0, 0, 0] }, [1, 2, 3]],
    ['minus zero', { scale: [1, -0, 1] }, [2]],
    ['a scale that is nothing in float32', { scale: [1, 1, 1e-60] }, [3]],
    ['a mean beside which a picture is nothing', { mean: [1e12, 0, 0] }, [1]],
    ['a picture of one channel', { pixelFormat: 'gray', mean: [0], scale: [0] }, [1]],
  ])('%s', (_, options, channels) => {
    expect(constant(options)).toEqual(channels)
  })

  it.each(['mean', 'scale'] as const)('a %s that float32 does not hold is refused', (which) => {
    expect(() => withPreprocess(graph, { [which]: [1, 1e39, 1] })).toThrow(
      expect.objectContaining({ code: 'PREPROCESS_NUMBER', found: '1e+39' }),
    )
  })
})
