import { type Case, describeCanonical } from './canonical-case.ts'
import { numbers } from './onnx-file.ts'

describeCanonical('matrix products by an equation', [
  ...[
    { equation: 'bij,bjd->bid', ops: 'Relu MatMul' },
    { equation: 'bid,bjd->bij', ops: 'Relu Transpose MatMul' },
    { equation: '...id, ...jd', ops: 'Relu Transpose MatMul' },
  ].map(
    ({ equation, ops }): Case => ({
      title: equation,
      x: [2, 4, 4],
      nodes: [
        ['Relu', 'x', 'r'],
        ['Einsum', 'x r', 'y', { equation: equation.includes('->') ? equation : `${equation} -> ...ij` }],
      ],
      ops,
    }),
  ),
  {
    title: 'of rows of several axes',
    x: [2, 4, 4],
    nodes: [
      ['ReduceMax', 'x', 'r', { axes: [0], keepdims: 0 }],
      ['Einsum', 'x r', 'y', { equation: 'bij,jd->bid' }],
    ],
    opset: 13,
    ops: 'ReduceMax MatMul',
  },
  {
    title: 'a constant that is the same along an axis',
    x: [2, 3, 5, 4],
    nodes: [['Einsum', 'x w', 'y', { equation: 'bhwc,hkc->bhwk' }]],
    constants: { w: numbers([3, 2, 4]) },
    ops: 'MatMul',
  },
  {
    title: 'a constant is turned at once',
    x: [2, 3, 4],
    nodes: [['Einsum', 'x w', 'y', { equation: 'bid,bjd->bij' }]],
    constants: { w: numbers([2, 5, 4]) },
    ops: 'MatMul',
  },
])
