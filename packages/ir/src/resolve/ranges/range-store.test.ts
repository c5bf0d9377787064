import { describe, expect, it } from 'vitest'
import { node, type SmallValue } from '../../conformance/small-graph.ts'
import type { RangeStep } from '../../contracts/target.ts'
import { after, graphOf, numbers, seen, shape } from '../fixtures/settled-ranges.ts'

describe('forward', () => {
  it('gives the range of the operand to the result, and one step on through reshapes', () => {
    const { range } = after(
      graphOf(
        { x: seen(-2, 2), y: seen(0, 9), r: seen(0, 9), s: seen(0, 9) },
        [node('Relu', ['x'], ['y']), node('Reshape', ['y'], ['r'], { shape }), node('Reshape', ['r'], ['s'], { shape })],
        ['s'],
      ),
      [[{ rule: 'forward', ops: ['Relu'] }]],
    )
    expect(range('y')).toEqual([-2, 2])
    expect(range('r')).toEqual([-2, 2])
    expect(range('s')).toEqual([0, 9])
  })

  it('walks through a chain until nothing changes', () => {
    const { range } = after(
      graphOf(
        { x: seen(-2, 2), a: seen(0, 9), b: seen(0, 8), c: seen(0, 7) },
        [node('Slice', ['x'], ['a']), node('Pad', ['a'], ['b']), node('Slice', ['b'], ['c'])],
        ['c'],
      ),
      [[{ rule: 'forward', ops: ['Slice', 'Pad'] }]],
    )
    expect([range('a'), range('b'), range('c')]).toEqual([
      [-2, 2],
      [-2, 2],
      [-2, 2],
    ])
  })

  it('multiplies by the number of a product, turning the bounds round when it is negative', () => {
    const { range } = after(
      graphOf(
        { x: seen(0, 4), three: numbers(3), minus: numbers(-0.5), a: seen(-1, 1), b: seen(-1, 1) },
        [node('Mul', ['x', 'three'], ['a']), node('Mul', ['x', 'minus'], ['b'])],
        ['a', 'b'],
      ),
      [[{ rule: 'forward', ops: ['Mul#constant'] }]],
    )
    expect(range('a')).toEqual([0, 12])
    expect(range('b')).toEqual([-2, -0])
  })

  it('leaves values without a range alone', () => {
    const { range } = after(graphOf({ x: seen(-2, 2), y: seen() }, [node('Relu', ['x'], ['y'])], ['y']), [
      [{ rule: 'forward', ops: ['Relu'] }],
    ])
    expect(range('y')).toBeUndefined()
  })
})

describe('backward', () => {
  const step: RangeStep = [
    { rule: 'backward', ops: ['Relu'] },
    { rule: 'backward-max', ops: ['LeakyRelu'] },
  ]

  it('gives the range of the result to an operand used once, and one step back through a reshape', () => {
    const { range } = after(
      graphOf(
        { w: seen(-9, 9), x: seen(-8, 8), y: seen(0, 2) },
        [node('Reshape', ['w'], ['x'], { shape }), node('Relu', ['x'], ['y'])],
        ['y'],
      ),
      [step],
    )
    expect(range('x')).toEqual([0, 2])
    expect(range('w')).toEqual([0, 2])
  })

  it('leaves an operand alone that others use, the caller included', () => {
    const nodes = [node('Relu', ['x'], ['y'])]
    const values = { x: seen(-8, 8), y: seen(0, 2) }
    expect(after(graphOf(values, nodes, ['y', 'x']), [step]).range('x')).toEqual([-8, 8])
  })

  it('keeps the least value of the operand of a leaky ReLU', () => {
    const { range } = after(graphOf({ x: seen(-8, 8), y: seen(-1, 2) }, [node('LeakyRelu', ['x'], ['y'])], ['y']), [step])
    expect(range('x')).toEqual([-8, 2])
  })
})

describe('signs', () => {
  it('of a pool are those of its operand; a tenth of the largest makes room below zero', () => {
    const { range } = after(
      graphOf(
        { x: seen(-2, 2), y: seen(0, 5), u: seen(0, 2), v: seen(-5, 5) },
        [node('AveragePool', ['x'], ['y']), node('AveragePool', ['u'], ['v'])],
        ['y', 'v'],
      ),
      [[{ rule: 'keep-sign', ops: ['AveragePool'] }]],
    )
    expect(range('y')).toEqual([-0.5, 5])
    expect(range('v')).toEqual([0, 5])
  })

  it('of a sum that cannot be negative is none', () => {
    const { range } = after(graphOf({ a: seen(0, 2), b: seen(0, 3), y: seen(-5, 5) }, [node('Add', ['a', 'b'], ['y'])], ['y']), [
      [{ rule: 'sum-sign', ops: ['Add'] }],
    ])
    expect(range('y')).toEqual([0, 5])
  })

  it('of a sum stays when an operand is signed or not calibrated', () => {
    const step: RangeStep = [{ rule: 'sum-sign', ops: ['Add'] }]
    const nodes = [node('Add', ['a', 'b'], ['y'])]
    expect(after(graphOf({ a: seen(0, 2), b: seen(-3, 3), y: seen(-5, 5) }, nodes, ['y']), [step]).range('y')).toEqual([-5, 5])
    expect(after(graphOf({ a: seen(0, 2), b: seen(), y: seen(-5, 5) }, nodes, ['y']), [step]).range('y')).toEqual([-5, 5])
  })

  it('appears when a number is taken from unsigned values', () => {
    const step: RangeStep = [{ rule: 'sum-sign', ops: ['Add#constant', 'Sub#constant'] }]
    const values = { x: seen(0, 2), up: numbers(1), down: numbers(-1), a: seen(0, 5), b: seen(0, 5), c: seen(0, 5) }
    const { range } = after(
      graphOf(
        values,
        [node('Add', ['x', 'up'], ['a']), node('Add', ['x', 'down'], ['b']), node('Sub', ['up', 'x'], ['c'])],
        ['a', 'b', 'c'],
      ),
      [step],
    )
    expect(range('a')).toEqual([0, 5])
    expect(range('b')).toEqual([-0.5, 5])
    expect(range('c')).toEqual([-0.5, 5])
  })

  it('does not appear, nor change, where values or result are signed or the values are not calibrated', () => {
    const step: RangeStep = [{ rule: 'sum-sign', ops: ['Sub#constant'] }]
    const less = (x: SmallValue, y: SmallValue) =>
      after(graphOf({ x, one: numbers(1), y }, [node('Sub', ['x', 'one'], ['y'])], ['y']), [step]).range('y')
    expect(less(seen(0, 2), seen(0, 5))).toEqual([-0.5, 5])
    expect(less(seen(-2, 2), seen(0, 5))).toEqual([0, 5])
    expect(less(seen(0, 2), seen(-4, 5))).toEqual([-4, 5])
    expect(less(seen(), seen(0, 5))).toEqual([0, 5])
  })

  it('of a product come from its first operand: operands change places, or the result becomes signed', () => {
    const step: RangeStep = [{ rule: 'product-sign', ops: ['Mul'] }]
    const swapped = after(graphOf({ a: seen(0, 2), b: seen(-3, 3), y: seen(-6, 6) }, [node('Mul', ['a', 'b'], ['y'])], ['y']), [step])
    expect(swapped.nodes[0]!.inputs).toEqual(['b', 'a'])
    const widened = after(graphOf({ a: seen(-2, 2), b: seen(-3, 3), y: seen(0, 6) }, [node('Mul', ['a', 'b'], ['y'])], ['y']), [step])
    expect(widened.nodes[0]!.inputs).toEqual(['a', 'b'])
    expect(widened.range('y')).toEqual([Math.fround(-0.1 * 6), 6])
  })

  it('of a difference are never missing', () => {
    const { range } = after(graphOf({ a: seen(0, 2), b: seen(0, 3), y: seen(0, 4) }, [node('Sub', ['a', 'b'], ['y'])], ['y']), [
      [{ rule: 'difference-sign', ops: ['Sub'] }],
    ])
    expect(range('y')).toEqual([-0.4, 4])
  })
})

describe('operands of one result', () => {
  const step: RangeStep = [{ rule: 'unify-operands', ops: ['Concat', 'Max'] }]
  const concat = node('Concat', ['a', 'b'], ['y'], { axis: 1 })

  it('take its range', () => {
    const { range } = after(graphOf({ a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3) }, [concat], ['y']), [step])
    expect([range('a'), range('b'), range('y')]).toEqual([
      [-3, 3],
      [-3, 3],
      [-3, 3],
    ])
  })

  it('give theirs when they agree', () => {
    const { range } = after(graphOf({ a: seen(-1, 1), b: seen(-1, 1), y: seen(-3, 3) }, [concat], ['y']), [step])
    expect(range('y')).toEqual([-1, 1])
  })

  it('stay when one is used elsewhere, also as a result of the network, has the other sign, or was not calibrated', () => {
    const other = node('Relu', ['a'], ['z'])
    expect(
      after(graphOf({ a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3), z: seen(0, 1) }, [other, concat], ['y', 'z']), [step]).range('b'),
    ).toEqual([-2, 2])
    expect(after(graphOf({ a: seen(0, 1), b: seen(-2, 2), y: seen(-3, 3) }, [concat], ['y']), [step]).range('b')).toEqual([-2, 2])
    expect(after(graphOf({ a: seen(), b: seen(-2, 2), y: seen(-3, 3) }, [concat], ['y']), [step]).range('b')).toEqual([-2, 2])
    expect(after(graphOf({ a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3) }, [concat], ['y', 'a']), [step]).range('b')).toEqual([-2, 2])
  })

  it('may feed max pools too', () => {
    const pool = node('MaxPool', ['a'], ['b'], { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] })
    const { range } = after(graphOf({ a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3) }, [pool, concat], ['y']), [step])
    expect([range('a'), range('b')]).toEqual([
      [-3, 3],
      [-3, 3],
    ])
  })

  it('of a sum of products take the range of the sum', () => {
    const values = { p: seen(-1, 1), q: seen(-1, 1), a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3) }
    const nodes = [node('Mul', ['p', 'q'], ['a']), node('Mul', ['p', 'q'], ['b']), node('Add', ['a', 'b'], ['y'])]
    const { range } = after(graphOf(values, nodes, ['y']), [[{ rule: 'sum-of-products', ops: ['Add'] }]])
    expect([range('a'), range('b')]).toEqual([
      [-3, 3],
      [-3, 3],
    ])
  })

  it('of a sum stay where one of them is made by something else, though nothing but the sum uses it', () => {
    const values = { p: seen(-1, 1), q: seen(-1, 1), a: seen(-1, 1), b: seen(-2, 2), y: seen(-3, 3) }
    const nodes = [node('Mul', ['p', 'q'], ['a']), node('Relu', ['p'], ['b']), node('Add', ['a', 'b'], ['y'])]
    const { range } = after(graphOf(values, nodes, ['y']), [[{ rule: 'sum-of-products', ops: ['Add'] }]])
    expect([range('a'), range('b')]).toEqual([
      [-1, 1],
      [-2, 2],
    ])
  })

  it('of a sum stay where one of them is no product, or something else uses it too', () => {
    const values = { p: seen(-1, 1), q: seen(-1, 1), a: seen(-1, 1), y: seen(-3, 3) }
    const step: RangeStep = [{ rule: 'sum-of-products', ops: ['Add'] }]
    const product = node('Mul', ['p', 'q'], ['a'])
    for (const inputs of [
      ['a', 'p'],
      ['p', 'a'],
      ['a', 'a'],
    ]) {
      const { range } = after(graphOf(values, [product, node('Add', inputs, ['y'])], ['y']), [step])
      expect([range('a'), range('p')]).toEqual([
        [-1, 1],
        [-1, 1],
      ])
    }
  })

  it('of a comparison take the range of both', () => {
    const { range } = after(graphOf({ a: seen(-1, 4), b: seen(-2, 2), y: seen(0, 1) }, [node('Less', ['a', 'b'], ['y'])], ['y']), [
      [{ rule: 'unify-comparison', ops: ['Less'] }],
    ])
    expect([range('a'), range('b')]).toEqual([
      [-2, 4],
      [-2, 4],
    ])
  })
})
