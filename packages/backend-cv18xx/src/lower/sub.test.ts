import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const table = new Map(['x', 'z', 'y_Relu'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
const subtraction = (operands: string, declared: string, mode: QuantMode) =>
  resolve(parseGraph(`${declared}; y_Relu = Sub(${operands}) {relu = true}`), table, new Map(), cv18xx(), { mode }).graph.nodes

describe('the ReLU that a difference ends in', () => {
  it.each(['INT8', 'BF16'] as const)('stands behind it beside a constant, where the chip leaves it out: %s', (mode) => {
    const nodes = subtraction('x, c', 'x: f32[1,2,3]; c: f32[1,2,1] = [1, -2]', mode)
    expect(nodes.find(({ outputs }) => outputs[0] === 'y__plain')).toMatchObject({ op: 'Sub', attrs: { relu: false } })
    expect(nodes.find(({ outputs }) => outputs[0] === 'y_Relu')).toMatchObject({
      op: 'Relu',
      inputs: ['y__plain'],
      attrs: { bf16: 'saturate' },
    })
  })

  it('stands behind it beside an operand that is repeated, in bfloat16', () => {
    const nodes = subtraction('x, z', 'x: f32[1,2,3]; z: f32[1,2,1]', 'BF16')
    expect(nodes.find(({ outputs }) => outputs[0] === 'y__plain')).toMatchObject({ op: 'Sub', attrs: { relu: false } })
  })

  it('stays in it where what is taken from is repeated in front, as the chip repeats what is taken off alone', () => {
    const nodes = subtraction('z, x', 'x: f32[1,2,3]; z: f32[1,2,1]', 'BF16')
    expect(nodes.filter(({ op }) => op === 'Tile')).toMatchObject([{ attrs: { repeats: [1, 1, 3] } }])
    expect(nodes.find(({ outputs }) => outputs[0] === 'y_Relu')).toMatchObject({ op: 'Sub', attrs: { relu: true } })
  })

  it('stays in it where both operands are computed, of one shape', () => {
    const nodes = subtraction('x, z', 'x: f32[1,2,3]; z: f32[1,2,3]', 'BF16')
    expect(nodes.find(({ outputs }) => outputs[0] === 'y_Relu')).toMatchObject({ op: 'Sub', attrs: { relu: true } })
  })
})
