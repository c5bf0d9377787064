import { type Case, describeCanonical } from './canonical-case.ts'

/** A shape, an order of its axes, the axes reduced then, and what TPU-MLIR 1.30.2 makes of it. */
const orders: readonly (readonly [x: readonly number[], perm: readonly number[], axes: readonly number[], op: string, ops: string])[] = [
  [[1, 4, 6], [0, 2, 1], [1], 'ReduceMean', 'ReduceMean'],
  [[1, 4, 6], [0, 2, 1], [2], 'ReduceMean', 'ReduceMean'],
  [[1, 4, 6], [0, 2, 1], [1, 2], 'ReduceMean', 'ReduceMean'],
  [[2, 3, 4], [0, 2, 1], [0, 2], 'ReduceMax', 'ReduceMax'],
  [[2, 4, 6], [1, 0, 2], [0], 'ReduceMean', 'ReduceMean'],
  [[1, 4, 5, 6], [0, 2, 3, 1], [1, 2], 'ReduceMax', 'MaxPool'],
  [[1, 4, 5, 6], [0, 2, 3, 1], [1, 2], 'ReduceL2', 'ReduceL2'],
  [[1, 4, 5, 6], [0, 2, 3, 1], [1, 3], 'ReduceSum', 'ReduceSum'],
  [[2, 4, 5, 6], [0, 3, 1, 2], [2, 3], 'ReduceSum', 'ReduceSum'],
  [[1, 4, 5, 6], [0, 3, 1, 2], [1, 3], 'ReduceMean', 'AveragePool'],
  [[1, 4, 5, 6], [0, 1, 3, 2], [1, 2], 'ReduceMin', 'ReduceMin'],
  [[1, 2, 3, 4, 5], [0, 3, 4, 1, 2], [1, 2, 3], 'ReduceSum', 'ReduceSum'],
  [[1, 2, 3, 4, 5], [0, 2, 3, 4, 1], [1, 2, 3], 'ReduceProd', 'ReduceProd'],
  // Two moved axes are left.
  [[1, 4, 5, 6], [0, 2, 3, 1], [3], 'ReduceMean', 'Transpose ReduceMean'],
  [[1, 4, 5, 6], [0, 3, 1, 2], [1], 'ReduceSum', 'Transpose ReduceSum'],
  [[1, 4, 5, 6], [0, 2, 1, 3], [3], 'ReduceMean', 'Transpose ReduceMean'],
  [[2, 3, 4, 5, 6], [0, 4, 1, 2, 3], [2, 3], 'ReduceMean', 'Transpose ReduceMean'],
  // No two blocks side by side have changed places.
  [[1, 4, 5, 6], [0, 3, 2, 1], [1, 2], 'ReduceMax', 'Transpose ReduceMax'],
  [[1, 4, 5, 6], [0, 3, 2, 1], [1, 2, 3], 'ReduceSum', 'Transpose ReduceSum'],
  [[2, 4, 5, 6], [1, 0, 3, 2], [0, 2], 'ReduceMean', 'Transpose ReduceMean'],
  // A pool over the last two axes comes first.
  [[1, 4, 5, 6], [0, 3, 1, 2], [2, 3], 'ReduceMean', 'Transpose AveragePool'],
]
const reducing = (op: string, axes: readonly number[], keepdims: number) => [op, 't', 'y', { axes, keepdims }] as const

describeCanonical('reductions behind a Transpose', [
  ...orders.map(
    ([x, perm, axes, op, ops]): Case => ({
      title: `${op} of ${axes} behind ${perm} of [${x}]`,
      x,
      opset: op === 'ReduceSum' ? 12 : 13,
      nodes: [['Relu', 'x', 'r'], ['Transpose', 'r', 't', { perm }], reducing(op, axes, 0)],
      ops: `Relu ${ops}`,
    }),
  ),
  {
    title: 'axes that are kept stand where the Transpose has put them',
    x: [1, 4, 6],
    nodes: [['Transpose', 'x', 't', { perm: [0, 2, 1] }], reducing('ReduceMean', [1], 1)],
    ops: 'Transpose ReduceMean',
  },
  {
    title: 'a Transpose that something else uses',
    x: [1, 4, 6],
    nodes: [
      ['Transpose', 'x', 't', { perm: [0, 2, 1] }],
      ['ReduceMean', 't', 'm', { axes: [1], keepdims: 0 }],
      ['Add', 't m', 'y'],
    ],
    ops: 'Transpose ReduceMean Add',
  },
])
