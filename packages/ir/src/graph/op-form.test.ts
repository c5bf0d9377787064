import { describe, expect, it } from 'vitest'
import { layerOf, valueOf } from './edges.ts'
import { formOf, numberOperand } from './op-form.ts'
import { graph } from './text/graph-tag.ts'

const net = graph`
  x: f32[2,3]
  one: f32[1] = 2
  scalar: f32[] = [2]
  row: f32[3] = 2
  unloaded: f32[1] = constant
  right = Mul(x, one)
  left = Sub(scalar, x)
  tensor = Mul(x, row)
  both = Add(x, x)
  unknown = Add(x, unloaded)
  other = Gather(x, one)
`
const value = (name: string) => valueOf(net, name)

describe('the form of a node', () => {
  const forms = Object.fromEntries(net.nodes.map((node) => [layerOf(node), [formOf(node, value), numberOperand(node, value)]]))

  it('is #constant with a constant of one element on either side', () => {
    expect(forms['right']).toEqual(['Mul#constant', 1])
    expect(forms['left']).toEqual(['Sub#constant', 0])
  })
  it('is plain with a longer constant, a computed operand, or elements that are not known', () => {
    expect([forms['tensor'], forms['both'], forms['unknown']]).toEqual([
      ['Mul', undefined],
      ['Add', undefined],
      ['Add', undefined],
    ])
  })
  it('is plain for operators that have no such form', () => expect(forms['other']).toEqual(['Gather', undefined]))
})
