import { describe, expect, it } from 'vitest'
import { type Operand, runNode } from './run-node.ts'

const six: Operand = [
  [2, 3],
  [1, 2, 3, 4, 5, 6],
]

describe('rearrangement', () => {
  it('ShuffleChannel interleaves groups of channels', async () => {
    expect(
      await runNode(
        'ShuffleChannel',
        [
          [
            [1, 6, 1],
            [1, 2, 3, 4, 5, 6],
          ],
        ],
        { group: 2 },
        [[1, 6, 1]],
      ),
    ).toEqual([[1, 4, 2, 5, 3, 6]])
  })

  it('SwapDimInner brings the part from the offset on to the front', async () => {
    expect(await runNode('SwapDimInner', [six], { offsets: [1, 2] }, [[2, 3]])).toEqual([[6, 4, 5, 3, 1, 2]])
  })

  it('Reverse, Tile, Squeeze, Unsqueeze', async () => {
    expect(await runNode('Reverse', [six], { axis: -1 }, [[2, 3]])).toEqual([[3, 2, 1, 6, 5, 4]])
    expect(
      await runNode(
        'Tile',
        [
          [
            [1, 2],
            [1, 2],
          ],
        ],
        { repeats: [2, 2] },
        [[2, 4]],
      ),
    ).toEqual([[1, 2, 1, 2, 1, 2, 1, 2]])
    expect(
      await runNode(
        'Squeeze',
        [
          [
            [1, 2],
            [1, 2],
          ],
        ],
        { axes: [0] },
        [[2]],
      ),
    ).toEqual([[1, 2]])
    expect(await runNode('Unsqueeze', [[[2], [1, 2]]], { axes: [1] }, [[2, 1]])).toEqual([[1, 2]])
  })

  it('Pad may cut off, and may mirror the border itself', async () => {
    expect(await runNode('Pad', [six], { pads: [0, -1, 1, 0], value: 9 }, [[3, 2]])).toEqual([[2, 3, 5, 6, 9, 9]])
    expect(await runNode('Pad', [[[3], [1, 2, 3]]], { pads: [2, 2], mode: 'symmetric' }, [[7]])).toEqual([[2, 1, 1, 2, 3, 3, 2]])
  })

  it('a matrix product of heads: axes 1 and 2 of four are read swapped', async () => {
    // Two heads of one row: [1, 2] and [3, 4] times [1, 1] and [2, 2].
    const a: Operand = [
      [1, 1, 2, 2],
      [1, 2, 3, 4],
    ]
    const b: Operand = [
      [1, 2, 2, 1],
      [1, 2, 1, 2],
    ]
    expect(await runNode('MatMul', [a, b], { headsAsBatch: true }, [[1, 1, 2, 1]])).toEqual([[3, 14]])
  })

  it('a matrix product written transposed, or flattened', async () => {
    expect(
      await runNode(
        'MatMul',
        [
          six,
          [
            [3, 1],
            [1, 0, -1],
          ],
        ],
        { transY: true },
        [[1, 2]],
      ),
    ).toEqual([[-2, -2]])
    expect(
      await runNode(
        'MatMul',
        [
          [
            [2, 1, 1],
            [1, 2],
          ],
          [
            [1, 2],
            [3, 4],
          ],
        ],
        { keepdims: false },
        [[2, 2]],
      ),
    ).toEqual([[3, 4, 6, 8]])
    expect(
      await runNode(
        'MatMul',
        [
          [
            [2, 2],
            [1, 2, 3, 4],
          ],
          [
            [2, 1],
            [1, 10],
          ],
        ],
        { transA: true },
        [[2, 1]],
      ),
    ).toEqual([[31, 42]])
  })
})
