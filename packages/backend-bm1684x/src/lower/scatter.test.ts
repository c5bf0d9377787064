import { describe, expect, it } from 'vitest'
import { lowered } from '../../test/lowered-one.ts'

/* As TPU-MLIR 1.30.2 lowers the same layers. */
describe('scattered elements', () => {
  const ranges = { x: { min: -3, max: 3 }, u: { min: -7.5, max: 7.5 }, y: { min: -5, max: 5 } }
  const one = {
    op: 'ScatterND',
    inputs: ['x', 'i', 'u'],
    shape: [2, 3],
    ranges,
    constants: { i: { shape: [2, 1], data: [1, 0] } },
  }

  it('ScatterND brings what is replaced and what replaces it to the scale of the result', () => {
    const { node, constant, graph } = lowered(one)
    expect(node).toMatchObject({ op: 'ScatterND', inputs: ['x_to_y', 'y_indices_int32', 'u_to_y'] })
    expect(constant('y_indices_int32')).toEqual([1, 0])
    const factorOf = (name: string) => graph.nodes.find(({ outputs }) => outputs[0] === name)!.attrs
    expect(factorOf('x_to_y')).toMatchObject({ multipliers: [77], shifts: [7] })
    expect(factorOf('u_to_y')).toMatchObject({ multipliers: [3], shifts: [1] })
  })

  it('ScatterElements is computed in float32', () => {
    const { node, graph } = lowered({
      ...one,
      op: 'ScatterElements',
      attrs: { axis: 1 },
      constants: { i: { shape: [2, 3], data: [0, 1, 2, 2, 1, 0] } },
    })
    expect(node).toMatchObject({ op: 'ScatterElements', inputs: [expect.any(String), 'i_int', expect.any(String)] })
    expect(graph.values.get('y')!.type).toMatchObject({ dtype: 'f32' })
  })

  it('elements that are joined with their updates are refused by name', () => {
    expect(() => lowered({ ...one, attrs: { reduction: 'add' } })).toThrow(
      expect.objectContaining({ code: 'OP_UNSUPPORTED', found: 'reduction add', at: ['y'] }),
    )
  })

  /* The kernel of the chip compares the axes of data and updates one by one from the first picked one on, and ends where they differ. */
  it('as many axes count the tuples as a tuple has elements, where slices are replaced', () => {
    const constants = { i: { shape: [2, 2], data: [0, 3, 0, 1] } }
    const { node, graph } = lowered({ ...one, shape: [1, 4, 3], shapes: { u: [2, 3] }, constants })
    expect(node.inputs.map((name) => graph.values.get(name!)!.type.shape)).toEqual([
      [1, 4, 3],
      [1, 2, 2],
      [1, 2, 3],
    ])
    expect(graph.nodes.find(({ outputs }) => outputs[0] === 'y_updates')).toMatchObject({ op: 'Reshape', inputs: ['u_to_y'] })
  })

  it('constant updates are given the shape themselves', () => {
    const { node, graph } = lowered({
      ...one,
      shape: [1, 4, 3],
      constants: { i: { shape: [2, 2], data: [0, 3, 0, 1] }, u: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } },
    })
    expect(graph.values.get(node.inputs[2]!)!.constant!.shape).toEqual([1, 2, 3])
    expect(graph.nodes.some(({ op }) => op === 'Reshape')).toBe(false)
  })
})
