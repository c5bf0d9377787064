import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../test/error-of.ts'
import { floatParts, type PartMode } from './part-quantize.ts'

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
    expect(floatParts(net, ['Conv', 'Add'])[0]).toEqual({ layer: 'x', why: ['an input: Conv, Add quantizes operators'] })
    expect(floatParts(net, 'H_mode').at(-1)).toEqual({ layer: 'end', why: ['Softmax is none of H_mode'] })
  })
  it('tells sums with a number from sums', () => {
    const shifted = graph`
      x: f32[1,4]
      one: f32[1] = 1
      row: f32[4] = 1
      near = Add(x, one)
      far = Add(x, row)
      all = Mul(near, far)
      return all
    `
    const keptOf = (quantized: readonly string[]): readonly string[] => floatParts(shifted, quantized).map(({ layer }) => layer)
    expect(keptOf(['Add'])).toEqual(['x', 'near', 'all'])
    expect(keptOf(['AddConst', 'Mul'])).toEqual(['x', 'far'])
    expect(keptOf(['MulConst', 'SubConst', 'DivConst'])).toEqual(['x', 'near', 'far', 'all'])
  })
  it('takes what layers are called elsewhere', () => {
    const spelled = new Map([
      ['end', 'top.Softmax'],
      ['features', 'top.Conv'],
    ])
    expect(floatParts(net, ['top.Softmax', 'Add'], (layer) => spelled.get(layer)).map(({ layer }) => layer)).toEqual([
      'x',
      'features',
      'gate',
    ])
  })
  it.each<[string, unknown, string, string, RegExp]>([
    ['an operator that no network has', ['Conv', 'Konv'], 'OPERATOR_UNKNOWN', 'Konv', /did you mean Conv/],
    ['an operator of another tool', ['top.Conv'], 'OPERATOR_UNKNOWN', 'top.Conv', /did you mean Conv|operatorsByLayer/],
    ['a set that is none', 'n_mode', 'PART_MODE_UNKNOWN', 'n_mode', /did you mean N_mode/],
    ['a name that every object has', 'toString', 'PART_MODE_UNKNOWN', 'toString', /list of your own/],
  ])('refuses %s', (_, quantized, code, found, hint) => {
    const error = errorOf(() => floatParts(net, quantized as PartMode))
    expect(error).toMatchObject({ code, found, at: ['floatParts'], kind: 'usage' })
    expect(error.wanted).toMatch(/operators/)
    expect(error.hint).toMatch(hint)
  })
})
