import { describe, expect, it } from 'vitest'
import { lowered } from '../../test/lowered-one.ts'

/*
 * What the chip's simulator of TPU-MLIR 1.30.2 computed of the same networks: codes copied between scales of 4/127 and 3/127 come out as three
 * quarters of the numbers, and bytes compared with bytes are right (its own lowering leaves the constant in float, and its compiler ends).
 */
describe('data movement and selection on codes', () => {
  const ranges = { x: { min: -4, max: 4 }, y: { min: -4, max: 4 } }
  const constants = { c: { shape: [1, 1, 1, 3], data: [0.5, -2.02, 5] } }

  it.each(['Max', 'Min'])('%s with a constant compares with its codes at the scale of the result', (op) => {
    const { node, constant, graph, diagnostics } = lowered({ op, inputs: ['x', 'c'], ranges, constants })
    expect(node).toMatchObject({ op, inputs: ['xy_si8', 'c_to_y'] })
    expect(constant('c_to_y')).toEqual([16, -64, 127])
    expect(graph.values.get('c_to_y')!.type.quant!.scale).toBe(graph.values.get('y')!.type.quant!.scale)
    expect(diagnostics).toEqual([])
  })

  it('what a constant is compared with is brought to the scale of the result', () => {
    const { node } = lowered({ op: 'Max', inputs: ['x', 'c'], ranges: { ...ranges, y: { min: -3, max: 3 } }, constants })
    expect(node.inputs).toEqual(['x_to_y', 'c_to_y'])
  })

  it.each([
    ['ShuffleChannel', { group: 1 }],
    ['SwapDimInner', { offsets: [0, 0, 0, 1] }],
  ] as const)('%s takes codes of one scale for codes of another, and says so', (op, attrs) => {
    const { graph, diagnostics } = lowered({ op, inputs: ['x'], attrs, ranges: { ...ranges, y: { min: -3, max: 3 } } })
    expect(graph.nodes.map((each) => each.op)).toEqual(['QuantizeLinear', op, 'DequantizeLinear'])
    expect(diagnostics).toMatchObject([{ level: 'warning', code: 'COMPUTED_OTHERWISE', at: ['y'] }])
    expect(diagnostics[0]!.message).toContain(`the codes of x, of scale ${4 / 127}, are read as codes of scale ${3 / 127}`)
    expect(lowered({ op, inputs: ['x'], attrs, ranges }).diagnostics).toEqual([])
  })

  it.each([
    [0.7, 22],
    [-1.3, -41],
    // -128 is a code, if one that no number of the range has.
    [7, 127, 'the border of 7 becomes 4'],
    [-4.03, -128],
    [-Infinity, -128],
  ])('a border of %s has the code %s', (value, code, told?: string) => {
    const attrs = { pads: [0, 0, 0, 1, 0, 0, 0, 1], value }
    const { node, diagnostics } = lowered({ op: 'Pad', inputs: ['x'], attrs, result: [1, 1, 1, 5], ranges })
    expect(node.attrs['value']).toBe(code)
    expect(diagnostics).toMatchObject(told === undefined ? [] : [{ code: 'COMPUTED_OTHERWISE', message: expect.stringContaining(told) }])
  })
})
