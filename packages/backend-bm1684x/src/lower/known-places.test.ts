import { describe, expect, it } from 'vitest'
import { lowered, type One } from '../../test/lowered-one.ts'

/* The chip simulator of TPU-MLIR 1.30.2 reads other memory, or writes nothing, for a negative place of these operators. */
describe('known places that count from the back', () => {
  const ranges = { x: { min: -3, max: 3 }, u: { min: -3, max: 3 }, y: { min: -3, max: 3 } }
  const placesOf = (one: Omit<One, 'ranges'>, name: string): readonly number[] => lowered({ ranges, ...one }).constant(name)

  it('GatherElements counts them along its axis', () => {
    const i = { shape: [2, 2], data: [-1, 0, 1, -3] }
    expect(
      placesOf({ op: 'GatherElements', inputs: ['x', 'i'], attrs: { axis: 1 }, shape: [2, 3], result: [2, 2], constants: { i } }, 'i_int'),
    ).toEqual([2, 0, 1, 0])
  })

  it('GatherND counts each element of a tuple along an axis of its own, behind the batch axes', () => {
    const i = { shape: [2, 1, 2], data: [-1, -1, 0, -4] }
    const one = { op: 'GatherND', inputs: ['x', 'i'], attrs: { batch_dims: 1 }, shape: [2, 3, 4], result: [2, 1], constants: { i } }
    expect(placesOf(one, 'i_int')).toEqual([2, 3, 0, 0])
  })

  it('ScatterND and ScatterElements count those they write to', () => {
    const i = { shape: [1, 2], data: [-2, -1] }
    expect(
      placesOf({ op: 'ScatterND', inputs: ['x', 'i', 'u'], shape: [2, 3], shapes: { u: [1] }, constants: { i } }, 'y_indices_int32'),
    ).toEqual([0, 2])
    const j = { shape: [2, 1], data: [-1, 0] }
    const elements = {
      op: 'ScatterElements',
      inputs: ['x', 'j', 'u'],
      attrs: { axis: 1 },
      shape: [2, 3],
      shapes: { u: [2, 1] },
      constants: { j },
    }
    expect(placesOf(elements, 'j_int')).toEqual([2, 0])
  })

  it('Gather hands them on: the chip counts them itself', () => {
    const i = { shape: [2], data: [-1, 0] }
    expect(
      placesOf({ op: 'Gather', inputs: ['x', 'i'], attrs: { axis: 1 }, shape: [2, 3], result: [2, 2], constants: { i } }, 'i_int'),
    ).toEqual([-1, 0])
  })
})
