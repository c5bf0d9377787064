import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { customizedFile } from '../files/customized-file.ts'
import { networkLayers } from './network-layers.ts'

const net = graph`
  x: f32[1,2,4,4]
  w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]
  c: f32[1,2,4,4] = 0.5
  y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], relu = true}
  a = Sigmoid(y)
  b = Mul(a, c)
  z = Add(b, y)
  return z
`

describe('layers of a model file', () => {
  it('are numbered from the outputs on, level by level, as the toolkit numbers them', () => {
    expect([...networkLayers(net).layers.keys()]).toEqual(['attach_z/out0_0', 'z_1', 'b_2', 'y_3', 'a_4', 'c_5', 'y/sum_6', 'x_7'])
  })

  it('have a sum and a ReLU where one node is both, and a layer for a constant operand', () => {
    const { layers } = networkLayers(net)
    expect(layers.get('y_3')!.layer).toMatchObject({ op: 'relu', inputs: ['@y/sum_6:out0'] })
    expect(layers.get('y/sum_6')!.layer).toMatchObject({ op: 'convolution', inputs: ['@x_7:out0'] })
    expect(layers.get('c_5')!.layer).toMatchObject({ op: 'variable', inputs: [] })
  })

  it('what a model file cannot say is refused by name', () => {
    expect(() => networkLayers(graph`x: f32[1,2]; y = Softsign(x)`)).toThrow(
      expect.objectContaining({ code: 'ACUITY_OPERATOR', found: 'Softsign' }),
    )
  })
})

it('a plan is a list of layers, both halves of a sum with its ReLU', () => {
  const { name, text } = customizedFile(
    net,
    new Map([
      ['y', 'DFP16'],
      ['b', 'BF16'],
    ]),
    'net',
  )
  expect([name, text]).toEqual([
    'net_customized_quantize_layers.yml',
    'customized_quantize_layers:\n  b_2: bfloat16-bfloat16\n  y_3: dynamic_fixed_point-i16\n  y/sum_6: dynamic_fixed_point-i16\n',
  ])
})
