import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { goldenRanges, rowsOf, small, typed } from '../../test/typed-network.ts'
import { digestOfModel, modelOfNetwork, networkDigest } from '../network/model-of-network.ts'
import { hybridModel } from './converters.ts'

const rows = rowsOf(goldenRanges)
const told = ({ converters }: ReturnType<typeof typed>) => converters.map(({ lid, readers }) => [lid, readers])

describe('converters', () => {
  it('there are none where all layers have one type', () => expect(told(typed(small, 'UINT8', rows))).toEqual([]))

  it('stand before a layer of another type, and behind the shapes that follow it: numbers are unique, three apart', () => {
    expect(told(typed(small, 'PCQ', rows, new Map([['p', 'DFP16']])))).toEqual([
      ['r_2_next_dynamic_fixed_pointi16_to_asymmetric_affinei8_7', ['z_1']],
      ['p_3_pre_asymmetric_affinei8_to_dynamic_fixed_pointi16_10', ['p_3']],
    ])
  })

  it('neighbours of one type have none between them, an input is fed in the type of who reads it', () => {
    expect(told(typed(small, 'UINT8', rows, new Map(['y', 'p', 'z'].map((name) => [name, 'DFP16']))))).toEqual([])
  })

  it('several readers of one type share one behind what they read', () => {
    const net = graph`x: f32[1,2]; a = Sigmoid(x); b = Tanh(a); c = Abs(a); d = Add(b, c); return d`
    const ranges = rowsOf({
      x: { min: -2, max: 2 },
      a: { min: 0, max: 1 },
      b: { min: 0, max: 1 },
      c: { min: 0, max: 1 },
      d: { min: 0, max: 2 },
    })
    expect(told(typed(net, 'UINT8', ranges, new Map([['a', 'DFP16']])))).toEqual([
      ['a_4_next_dynamic_fixed_pointi16_to_asymmetric_affineu8_6', ['b_2', 'c_3']],
    ])
  })

  it('types that the chip does not convert into each other are refused, with what it does', () => {
    const plan = new Map([
      ['p', 'BF16'],
      ['z', 'DFP16'],
    ])
    expect(() => typed(small, 'UINT8', rows, plan)).toThrow(
      expect.objectContaining({ code: 'ACUITY_TYPES', at: ['r_2', 'z_1'], wanted: 'one of float16, float32' }),
    )
  })
})

describe('the model file with converters', () => {
  const { layers, converters } = typed(small, 'PCQ', rows, new Map([['p', 'DFP16']]))
  const model = modelOfNetwork(layers, networkDigest(small))
  const hybrid = hybridModel(model, layers, converters)
  const [behind, before] = converters.map(({ lid }) => lid) as [string, string]

  it('has outputs first, then inputs, and says of which network it is', () => {
    expect([...model.layers.keys()]).toEqual(['attach_z/out0_0', 'x_6', 'z_1', 'r_2', 'p_3', 'y_4', 'y/sum_5'])
    expect(digestOfModel(model)).toBe(networkDigest(small))
    expect(digestOfModel({ ...model, metaData: {} })).toBeUndefined()
  })

  it('differs in layers at its end, and in what reads them (spec/acuity.md 3.1)', () => {
    expect([...hybrid.layers.keys()]).toEqual([...model.layers.keys(), behind, before])
    expect(hybrid.layers.get(before)).toEqual({
      name: before.replace(/_\d+$/, ''),
      op: 'dtype_converter',
      inputs: ['@y_4:out0'],
      outputs: ['out0'],
    })
    const changed = [...model.layers].filter(([lid, layer]) => hybrid.layers.get(lid) !== layer).map(([lid]) => lid)
    expect(changed.filter((lid) => hybrid.layers.get(lid)!.inputs.join() !== model.layers.get(lid)!.inputs.join())).toEqual(['z_1', 'p_3'])
    expect([hybrid.layers.get('p_3')!.inputs, hybrid.layers.get('z_1')!.inputs]).toEqual([[`@${before}:out0`], [`@${behind}:out0`]])
  })

  it('is made anew of one that has other converters', () => {
    expect(hybridModel(hybrid, layers, [])).toEqual(model)
  })
})
