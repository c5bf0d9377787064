import { describe, expect, it } from 'vitest'
import { runNode } from '../../test/run-node.ts'

describe('a norm of planes', () => {
  it('adds every other element in a lane of its own, each divided before', async () => {
    const x = [
      -5.6702094078063965, 2.8756942749023438, -3.8061728477478027, -2.313149929046631, 1.156495213508606, -1.21868896484375,
      5.6290435791015625, -2.878570795059204, 1.8011525869369507,
    ]
    // What TPU-MLIR 1.30.2 makes of them in float32. Sums in one order, or divided behind, differ in the last digits.
    const y = [
      -3.272068500518799, 1.0327095985412598, -2.333108425140381, -1.5810366868972778, 0.16670751571655273, -1.029730200767517,
      2.419638156890869, -1.8658528327941895, 0.49143701791763306,
    ]
    const operands = [
      [[1, 1, 3, 3], x],
      [[1], [1.7133426666259766]],
      [[1], [-0.6634783148765564]],
    ] as const
    expect(await runNode('InstanceNormalization', operands, {}, [[1, 1, 3, 3]])).toEqual([y])
  })
})
