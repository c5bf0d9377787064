import { describe, expect, it } from 'vitest'
import { lowered, type One } from '../../test/lowered-one.ts'

/** Codes of this range have the scale 0.01 and the zero point -28. */
const x = { min: -1, max: 1.55 }
/** The scale 0.02 and the zero point 22. */
const y = { min: -3, max: 2.1 }

const asymmetric = (one: Partial<One> & Pick<One, 'op'>) => lowered({ inputs: ['x'], ranges: { x, y }, ...one }, true)

const facts = ({ diagnostics }: ReturnType<typeof lowered>) => diagnostics.map(({ message }) => message.split(': ')[1])

describe('sums of codes with a zero point', () => {
  const conv = {
    op: 'Conv',
    inputs: ['x', 'w', 'b'],
    attrs: { strides: [1, 1], pads: [0, 0, 0, 0] },
    result: [1, 1, 1, 1],
    constants: { w: { shape: [1, 1, 1, 3], data: [1.27, -0.5, 0.2] }, b: { shape: [1], data: [0.005] } },
  }

  it('are made up for in the bias of a convolution, which is rounded behind that', () => {
    const { node, constant } = asymmetric(conv)
    expect(constant('y_filter_i8')).toEqual([127, -50, 20])
    // 0.005 / (0.01 * 0.01) and 28 times the sum of the codes.
    expect(constant('y_bias_int32')).toEqual([50 + 28 * 97])
    expect((node.attrs['multipliers'] as number[])[0]! / 2 ** (node.attrs['shifts'] as number[])[0]!).toBeCloseTo(0.01 * (0.01 / 0.02), 7)
  })

  it('give a convolution without a bias one; filters of unsigned codes lack what makes up, which a warning tells', () => {
    const { w } = conv.constants
    const signed = asymmetric({ ...conv, inputs: ['x', 'w'], constants: { w } })
    expect(signed.constant('y_bias_int32')).toEqual([28 * 97])
    expect(facts(signed)).toEqual([])
    const unsigned = asymmetric({ ...conv, inputs: ['x', 'w'], constants: { w: { ...w, data: [1.27, 0.501, 0.2] } } })
    expect(unsigned.constant('y_filter_u8')).toHaveLength(3)
    expect(unsigned.constant('y_bias_int32')).toEqual([0])
    expect(facts(unsigned)[0]).toMatch(/unsigned codes/)
  })

  it('are made up for in products by one matrix; others are float', () => {
    const product = { op: 'MatMul', inputs: ['x', 'w'], shape: [1, 1, 2], result: [1, 1, 2] }
    const { node, constant } = asymmetric({ ...product, constants: { w: { shape: [2, 2], data: [1.27, -0.5, 0.2, 0.1] } } })
    expect(constant('y_bias_int32')).toEqual([28 * 147, 28 * -40])
    expect(node.op).toBe('QMatMul')
    const batched = { shape: [2, 1, 2], result: [2, 1, 1], constants: { w: { shape: [2, 2, 1], data: [1, 2, 3, 4] } } }
    expect(asymmetric({ ...product, ...batched }).node.op).toBe('MatMul')
    expect(asymmetric({ ...product, inputs: ['x', 'z'], shapes: { z: [1, 2, 2] }, ranges: { x, y, z: x } }).node.op).toBe('MatMul')
  })
})

describe('a pool of codes with a zero point', () => {
  const pool = { op: 'AveragePool', shape: [1, 1, 4, 4], result: [1, 1, 2, 2] }

  it('is a real number times the sum, and an offset; a border of zeros counts', () => {
    const plain = asymmetric({ ...pool, attrs: { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } })
    expect(plain.node.attrs['scale']).toBeCloseTo(0.01 / (0.02 * 4), 12)
    expect(plain.node.attrs['offset']).toBeCloseTo(22 + 0.5 * 28, 9)
    expect(plain.diagnostics).toEqual([])
    const padded = asymmetric({ ...pool, result: [1, 1, 3, 3], attrs: { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] } })
    expect(padded.node.attrs['count_include_pad']).toBe(true)
    expect(facts(padded)).toEqual([expect.stringContaining('zeros of its border count'), expect.stringContaining('some codes off')])
  })

  it('is float where it leaves elements of a plane out', () => {
    expect(
      asymmetric({ ...pool, result: [1, 1, 1, 1], attrs: { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] } }).node.op,
    ).toBe('AveragePool')
  })
})

describe('operators without a form for zero points', () => {
  const number = { c: { shape: [1], data: [0.5] } }
  const numbers = { c: { shape: [1, 1, 1, 3], data: [0.5, -0.5, 1] } }
  it.each<[string, string, Partial<One>]>([
    ['Relu', 'f32', {}],
    ['LeakyRelu', 'f16', { attrs: { alpha: 0.1 } }],
    ['PRelu', 'f16', { inputs: ['x', 'c'], constants: { c: { shape: [1, 1, 1], data: [0.1] } } }],
    ['Add', 'f16', { inputs: ['x', 'c'], constants: number }],
    ['Sub', 'f32', { inputs: ['x', 'z'], ranges: { x, y, z: x } }],
    ['Max', 'f16', { inputs: ['x', 'c'], constants: number }],
    ['Min', 'f16', { inputs: ['x', 'c'], constants: numbers }],
  ])('%s is %s', (op, dtype, more) => {
    const { graph } = asymmetric({ op, ...more })
    const found = graph.nodes.find((node) => node.op === op)!
    expect(graph.values.get(found.outputs[0]!)!.type.dtype).toBe(dtype)
  })

  it('a limit keeps codes that have none', () => {
    const unsigned = { inputs: ['x', 'c'], constants: number, ranges: { x: { min: 0, max: 2.55 }, y: { min: 0, max: 2.55 } } }
    expect(asymmetric({ op: 'Max', ...unsigned }).node.op).toBe('QLimitConstant')
  })
})

describe('other operators on codes with zero points', () => {
  it('a number minus them makes up for theirs', () => {
    const { node } = asymmetric({
      op: 'Sub',
      inputs: ['c', 'x'],
      constants: { c: { shape: [1], data: [1] } },
      ranges: { x, y: { min: -0.55, max: 2 } },
    })
    // 1 / 0.01, and the multiplier times -28.
    expect(node).toMatchObject({ op: 'QAddConstant', attrs: { operation: 'subtract-from' } })
    const [[multiplier], [shift]] = [node.attrs['multipliers'] as number[], node.attrs['shifts'] as number[]]
    expect(node.attrs['constant']).toBe(100 * 2 ** shift! - 28 * multiplier!)
  })

  it('are brought to the scale of a concatenation by an instruction that rounds halves away from zero', () => {
    const { graph } = asymmetric({
      op: 'Concat',
      inputs: ['x', 'z'],
      attrs: { axis: 3 },
      result: [1, 1, 1, 6],
      ranges: { x, y: x, z: { min: 0, max: 2.55 } },
    })
    const found = graph.nodes.filter(({ op }) => op === 'Requantize')
    expect(found.map(({ attrs }) => attrs['rounding'])).toEqual(['half-away-from-zero'])
  })

  it('a branch that is a number has the code of the result', () => {
    const { node, graph } = asymmetric({
      op: 'Where',
      inputs: ['k', 'x', 'c'],
      ranges: { x: y, y },
      constants: { k: { shape: [1, 1, 1, 3], data: [1, 0, 1] }, c: { shape: [1], data: [0.5] } },
    })
    expect(Array.from(graph.values.get(node.inputs[2]!)!.constant!.data, Number)).toEqual([25 + 22])
  })
})
