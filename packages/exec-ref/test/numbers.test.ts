import { describe, expect, it } from 'vitest'
import { type Operand, runNode } from './run-node.ts'

describe('numbers', () => {
  it('Cast in a float graph cuts off toward zero', async () => {
    expect(await runNode('Cast', [[[3], [1.9, -1.9, 0.5]]], { to: 'i32' }, [[3]])).toEqual([[1, -1, 0]])
  })

  it('Mod has the sign of the divisor', async () => {
    expect(
      await runNode(
        'Mod',
        [
          [[4], [5, -5, 5, -5]],
          [[4], [3, 3, -3, -3]],
        ],
        {},
        [[4]],
      ),
    ).toEqual([[2, 1, -1, -2]])
  })

  it('Affine scales and shifts each channel', async () => {
    expect(
      await runNode(
        'Affine',
        [
          [
            [1, 2, 2],
            [1, 2, 3, 4],
          ],
          [[2], [2, -1]],
          [[2], [10, 0]],
        ],
        { relu: true },
        [[1, 2, 2]],
      ),
    ).toEqual([[12, 14, 0, 0]])
  })

  it('RMSNormalization divides by the root of the mean square', async () => {
    const [found] = await runNode(
      'RMSNormalization',
      [
        [
          [1, 4],
          [1, -1, 7, -7],
        ],
        [[4], [5, 5, 5, 10]],
      ],
      { epsilon: 0 },
      [[1, 4]],
    )
    expect(found!.map((v) => Math.round(v * 1e5) / 1e5)).toEqual([1, -1, 7, -14])
  })

  it('PixelNormalization takes the channels of each place', async () => {
    const [found] = await runNode(
      'PixelNormalization',
      [
        [
          [1, 2, 2],
          [1, 10, 3, 20],
        ],
      ],
      { epsilon: 1e-12 },
      [[1, 2, 2]],
    )
    expect(found).toEqual([-1, -1, 1, 1])
  })

  it('Rsqrt, Swish and the logarithm of Sigmoid', async () => {
    expect(await runNode('Rsqrt', [[[2], [4, 0.25]]], {}, [[2]])).toEqual([[0.5, 2]])
    expect(await runNode('Swish', [[[2], [0, 40]]], { alpha: 1.5 }, [[2]])).toEqual([[0, 40]])
    expect((await runNode('Sigmoid', [[[1], [0]]], { log: true }, [[1]]))[0]![0]).toBeCloseTo(-Math.LN2, 6)
  })

  it('attention over two heads is the sum of its heads', async () => {
    // One key only: the softmax is 1, so each head passes its values on; Wo adds them up.
    const x: Operand = [
      [1, 1, 2],
      [1, 2],
    ]
    const identity: Operand = [
      [2, 2],
      [1, 0, 0, 1],
    ]
    const graphOperands = [
      x,
      x,
      x,
      identity,
      [[2], [0, 0]],
      identity,
      [[2], [0, 0]],
      identity,
      [[2], [5, 7]],
      [
        [2, 2],
        [1, 10, 100, 1000],
      ],
      [[2], [0.5, 0.5]],
    ]
    expect(
      await runNode('Attention', graphOperands as unknown as readonly Operand[], { heads: 2, headSize: 1, scale: 1 }, [[1, 1, 2]]),
    ).toEqual([[6 + 900 + 0.5, 60 + 9000 + 0.5]])
  })
})
