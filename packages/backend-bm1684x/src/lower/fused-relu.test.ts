import { describe, expect, it } from 'vitest'
import { lowered, type One } from '../../test/lowered-one.ts'

/*
 * What the chip's simulator of TPU-MLIR 1.30.2 computed of the same networks: `do_relu` of MulConst, MinConst and Concat has no effect, that of sums,
 * products, convolutions, pools and Upsample has one, `relu_limit` has none on codes.
 */
describe('a ReLU on codes', () => {
  const signed = { min: -4, max: 4 }
  const half = { c: { shape: [1], data: [0.5] } }

  it.each<[string, Omit<One, 'ranges'>, string]>([
    ['Min with a number', { op: 'Min', inputs: ['x', 'c'], constants: half }, 'QLimitConstant'],
    ['Max with a number', { op: 'Max', inputs: ['x', 'c'], constants: half }, 'QLimitConstant'],
  ])('behind %s is a node of its own', (_, one, op) => {
    const { graph, node, diagnostics } = lowered({ ...one, attrs: { relu: true }, ranges: { x: signed, y: signed } })
    expect(node).toMatchObject({ op: 'Relu', inputs: ['y_before_relu'] })
    expect(graph.nodes.map((each) => each.op)).toEqual(['QuantizeLinear', op, 'Relu', 'DequantizeLinear'])
    expect(graph.nodes[1]!.attrs['relu'] ?? false).toBe(false)
    expect(diagnostics).toEqual([])
  })

  it('with a limit within the codes is followed by the smaller of both', () => {
    const attrs = { axis: 1, relu: true, reluLimit: 1 }
    const one = { op: 'Concat', inputs: ['x', 'z'], attrs, result: [1, 2, 1, 3], ranges: { x: signed, z: signed, y: signed } }
    const { graph, node } = lowered(one)
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual([
      'xy_before_relu_si8',
      'zy_before_relu_si8',
      'y_before_relu',
      'y_before_limit',
      'y',
      'y_f32',
    ])
    expect(node).toMatchObject({ op: 'QLimitConstant', attrs: { constant: 32, operation: 'min' } })
  })

  it('of unsigned codes needs no node', () => {
    const one = { op: 'Min', inputs: ['x', 'c'], constants: half, attrs: { relu: true } }
    const { node } = lowered({ ...one, ranges: { x: { min: 0, max: 4 }, y: { min: 0, max: 4 } } })
    expect(node.op).toBe('QLimitConstant')
  })

  it('is lost of a product with a number whose codes are signed, and a warning says so', () => {
    const one = { op: 'Mul', inputs: ['x', 'c'], constants: half, attrs: { relu: true } }
    const { graph, diagnostics } = lowered({ ...one, ranges: { x: signed, y: { min: 0, max: 2 } } })
    expect(graph.nodes.map((each) => each.op)).toEqual(['QuantizeLinear', 'Requantize', 'DequantizeLinear'])
    expect(diagnostics).toMatchObject([{ level: 'warning', code: 'COMPUTED_OTHERWISE', at: ['y'] }])
    expect(diagnostics[0]!.message).toContain('its ReLU is not computed on signed codes')
    expect(lowered({ ...one, ranges: { x: { min: 0, max: 4 }, y: { min: 0, max: 2 } } }).diagnostics).toEqual([])
  })

  it.each([
    ['Add', 6, []],
    ['Add', 9, ['its ReLU ends at the largest code, 9, and not at 6']],
    ['MaxPool', 9, ['its ReLU ends at the largest code, 9, and not at 6']],
  ] as const)('%s with a limit, in a range up to %s, ends at the last code', (op, max, facts) => {
    const pool = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] }
    const attrs = { ...(op === 'MaxPool' ? pool : {}), relu: true, reluLimit: 6 }
    const ranges = { x: { min: 0, max: 9 }, z: { min: 0, max: 9 }, y: { min: 0, max } }
    const { node, diagnostics } = lowered({ op, inputs: op === 'Add' ? ['x', 'z'] : ['x'], attrs, ranges })
    expect(Number(node.attrs['reluLimit'] ?? -1)).toBe(-1)
    expect(diagnostics.map(({ message }) => message)).toEqual(facts.map((fact) => expect.stringContaining(fact)))
  })
})

/* The compiler of TPU-MLIR 1.30.2 asserts that the signs of operand, number and result go together. */
describe('a ReLU behind the sum of a tensor and a number', () => {
  const reluOf = (least: number, number: number) =>
    lowered({
      op: 'Add',
      inputs: ['x', 'c'],
      attrs: { relu: true },
      ranges: { x: { min: least, max: 3 }, y: { min: 0, max: 3.5 } },
      constants: { c: { shape: [1], data: [number] } },
    }).node.attrs['relu']

  it('is left out where nothing can be negative', () => expect(reluOf(0, 0.5)).toBe(false))
  it('stays where something can', () => expect([reluOf(-3, 0.5), reluOf(0, -0.5)]).toEqual([true, true]))
})
