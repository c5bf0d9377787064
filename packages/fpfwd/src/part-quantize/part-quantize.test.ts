import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { floatParts } from './part-quantize.ts'

const net = graph`
  x: f32[1,4,8,8]
  filter: f32[4,4,1,1] = 0.5
  features = Conv(x, filter) {strides = [1, 1], pads = [0, 0, 0, 0]}
  gate = Sigmoid(features)
  sum = Add(features, gate)
  end = Softmax(sum) {axis = 1}
  return end
`
const layersOf = (quantized: Parameters<typeof floatParts>[1]) => floatParts(net, quantized).map(({ layer }) => layer)

describe('floatParts', () => {
  it('keeps what is none of the operators of N_mode', () => {
    expect(layersOf('N_mode')).toEqual(['x', 'end'])
  })
  it('keeps sums and activations too with H_mode', () => {
    expect(layersOf('H_mode')).toEqual(['x', 'gate', 'sum', 'end'])
  })
  it("keeps what is none of the user's operators, and says so", () => {
    expect(layersOf(['Softmax', 'Conv'])).toEqual(['x', 'gate', 'sum'])
    expect(floatParts(net, ['Conv', 'Add']).at(-1)).toEqual({ layer: 'end', why: ['Softmax is none of Conv, Add'] })
  })
})
