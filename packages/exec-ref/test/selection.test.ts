import { describe, expect, it } from 'vitest'
import { type Operand, runNode } from './run-node.ts'

const six: Operand = [
  [2, 3],
  [1, 2, 3, 4, 5, 6],
]

describe('selection', () => {
  it('ArgMax gives the first of equal elements, the last when asked, and the element', async () => {
    const x: Operand = [
      [2, 3],
      [7, 1, 7, 2, 9, 9],
    ]
    expect(await runNode('ArgMax', [x], { axis: 1, keepdims: false }, [[2], [2]])).toEqual([
      [0, 1],
      [7, 9],
    ])
    expect(await runNode('ArgMax', [x], { axis: 1, select_last_index: true }, [[2, 1]])).toEqual([[2, 2]])
    expect(await runNode('ArgMin', [x], { axis: 0, keepdims: false }, [[3]])).toEqual([[1, 0, 0]])
  })

  it('TopK gives elements in order, equal ones by place', async () => {
    const x: Operand = [
      [1, 5],
      [3, 8, 3, 8, 1],
    ]
    expect(
      await runNode('TopK', [x], { k: 3 }, [
        [1, 3],
        [1, 3],
      ]),
    ).toEqual([
      [8, 8, 3],
      [1, 3, 0],
    ])
    expect(
      await runNode('TopK', [x], { k: 2, largest: false }, [
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([
      [1, 3],
      [4, 0],
    ])
  })

  it('TopK takes no number for infinity', async () => {
    const order = (largest: boolean) =>
      runNode('TopK', [[[5], [1, Number.NaN, 3, Number.NEGATIVE_INFINITY, 2]]], { axis: 0, k: 5, largest }, [[5], [5]])
    expect((await order(true))[1]).toEqual([1, 2, 4, 0, 3])
    expect((await order(false))[1]).toEqual([3, 0, 4, 2, 1])
  })

  it('Gather picks slices, from the end too, and may drop the axis', async () => {
    expect(await runNode('Gather', [six, [[2], [-1, 0]]], { axis: 1 }, [[2, 2]])).toEqual([[3, 1, 6, 4]])
    expect(await runNode('Gather', [six, [[1], [1]]], { axis: 0, keepdims: false }, [[3]])).toEqual([[4, 5, 6]])
  })

  it('GatherElements and GatherND pick elements and slices', async () => {
    expect(
      await runNode(
        'GatherElements',
        [
          six,
          [
            [2, 2],
            [2, 0, 1, -1],
          ],
        ],
        { axis: 1 },
        [[2, 2]],
      ),
    ).toEqual([[3, 1, 5, 6]])
    expect(
      await runNode(
        'GatherND',
        [
          six,
          [
            [2, 2],
            [1, 0, 0, 2],
          ],
        ],
        {},
        [[2]],
      ),
    ).toEqual([[4, 3]])
    expect(
      await runNode(
        'GatherND',
        [
          six,
          [
            [2, 1],
            [1, 0],
          ],
        ],
        {},
        [[2, 3]],
      ),
    ).toEqual([[4, 5, 6, 1, 2, 3]])
    expect(
      await runNode(
        'GatherND',
        [
          six,
          [
            [2, 1],
            [2, 0],
          ],
        ],
        { batch_dims: 1 },
        [[2]],
      ),
    ).toEqual([[3, 4]])
  })

  it('ScatterND and ScatterElements replace a copy', async () => {
    expect(
      await runNode(
        'ScatterND',
        [
          six,
          [[1, 1], [1]],
          [
            [1, 3],
            [7, 8, 9],
          ],
        ],
        {},
        [[2, 3]],
      ),
    ).toEqual([[1, 2, 3, 7, 8, 9]])
    expect(
      await runNode(
        'ScatterElements',
        [
          six,
          [
            [1, 2],
            [1, 0],
          ],
          [
            [1, 2],
            [8, 9],
          ],
        ],
        { axis: 0 },
        [[2, 3]],
      ),
    ).toEqual([[1, 9, 3, 8, 5, 6]])
  })

  it('Where chooses, operands broadcast', async () => {
    expect(await runNode('Where', [[[3], [1, 0, 2]], six, [[1], [-1]]], {}, [[2, 3]])).toEqual([[1, -1, 3, 4, -1, 6]])
  })

  it('comparisons give ones and zeros', async () => {
    const [a, b]: readonly Operand[] = [
      [[3], [1, 2, 0]],
      [[3], [1, 0, 3]],
    ] as const
    const results = await Promise.all(
      ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor'].map(async (op) => [
        op,
        ...(await runNode(op, [a!, b!], {}, [[3]])),
      ]),
    )
    expect(Object.fromEntries(results as [string, number[]][])).toEqual({
      Equal: [1, 0, 0],
      NotEqual: [0, 1, 1],
      Greater: [0, 1, 0],
      GreaterOrEqual: [1, 1, 0],
      Less: [0, 0, 1],
      LessOrEqual: [1, 0, 1],
      And: [1, 0, 0],
      Or: [1, 1, 1],
      Xor: [0, 1, 1],
    })
    expect(await runNode('Not', [[[2], [0, 3]]], {}, [[2]])).toEqual([[1, 0]])
  })
})
