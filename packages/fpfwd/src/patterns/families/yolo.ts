import type { Family, KeepRule } from '../family.ts'

const tailOf = (head: string): Omit<KeepRule, 'beyondVendor'> => ({
  where: { features: head, scores: 'Conv(features)', joined: 'Concat|Reshape(scores)' },
  after: 'scores',
  oneUser: ['scores'],
  notUsedBy: { joined: ['Conv'] },
})

/**
 * YOLO from v5 on: known by three poolings in a row that are joined; the tails behind the last convolutions stay in float.
 *
 * TPU-MLIR 1.30.2 finds only the last convolutions behind SiLU and LeakyRelu; those behind a fused Relu have the same tails.
 */
export const yolo: Family = {
  name: 'yolo_block',
  block: { near: 'MaxPool', far: 'MaxPool(near)', farthest: 'MaxPool(far)', joined: 'Concat(near, far, farthest)' },
  keep: [tailOf('Silu|LeakyRelu'), { ...tailOf('Conv+relu'), beyondVendor: true }],
}
