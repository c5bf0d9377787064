import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { takenEquations } from '../src/convert/einsum-layers.ts'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { type Case, describeCanonical } from './canonical-case.ts'
import { numbers, onnxFile, type SmallNode } from './onnx-file.ts'

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
    title: 'a computed operand that is the same along an axis is repeated along it',
    x: [2, 4, 4, 4],
    nodes: [
      ['ReduceMax', 'x', 'r', { axes: [0], keepdims: 0 }],
      ['Einsum', 'x r', 'y', { equation: 'bhwc,hkc->bhwk' }],
    ],
    opset: 13,
    ops: 'ReduceMax Reshape Tile Transpose MatMul',
  },
  {
    title: 'axes that the layers of TPU-MLIR put beside each other wrongly are moved before',
    x: [2, 3, 4, 5],
    nodes: [['Einsum', 'x w', 'y', { equation: 'abcd,aecd->acbe' }]],
    constants: { w: numbers([2, 6, 4, 5]) },
    ops: 'Transpose Reshape MatMul Reshape',
  },
  {
    title: 'a constant is turned at once',
    x: [2, 3, 4],
    nodes: [['Einsum', 'x w', 'y', { equation: 'bid,bjd->bij' }]],
    constants: { w: numbers([2, 5, 4]) },
    ops: 'MatMul',
  },
])

const sizes: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4, d: 5, e: 6, f: 3, g: 2 }

describe("an Einsum has the layers that TPU-MLIR makes of it, and ONNX Runtime's numbers", () => {
  it.each(takenEquations.flatMap((equation) => [false, true].map((isBatch) => [equation, isBatch] as const)))(
    '%s, of one picture: %s',
    async (equation, isBatch) => {
      const terms = equation.split('->')[0]!.split(',')
      const shapes = terms.map((term) => [...term].map((letter) => (isBatch && letter === 'a' ? 1 : sizes[letter]!)))
      const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape]))
      const node: SmallNode = ['Einsum', Object.keys(inputs).join(' '), 'y', { equation }]
      const file = onnxFile({ inputs, nodes: [node], outputs: 'y' })
      const graph = await importOnnx(file)
      expect(graph.nodes.filter(({ outputs: [name] }) => !/^x\d(y_Einsum)?_[lr]_|^y_Einsum/.test(name!))).toEqual([])
      expect(graph.outputs).toEqual(['y_Einsum'])
      const feeds = Object.fromEntries(
        shapes.map((shape, i) => [`x${i}`, new ort.Tensor('float32', Float32Array.from(numbers(shape).data), shape)]),
      )
      const run = async (bytes: Uint8Array) =>
        Object.values(await (await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 })).run(feeds))[0]!
      const [wanted, found] = [await run(file), await run(exportOnnx(graph))]
      expect(found.dims).toEqual(wanted.dims)
      Array.from(found.data as Float32Array).forEach((each, i) => {
        expect(Math.abs(each - Number(wanted.data[i])), String(i)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(each)))
      })
    },
  )

  it.each([
    ['bhwc,hkc->bhwk', ['x1_r_reshape', 'x1_r_tile', 'x1_r_permute', 'y_Einsum']],
    ['bhwc,wkc->bhwk', ['x0_r_trans', 'x1_r_reshape', 'x1_r_tile', 'x1_r_permute', 'y_Einsum_r_matmul', 'y_Einsum']],
    ['i,j->ij', ['x0_r_to2dim', 'x1_r_to2dim', 'y_Einsum']],
  ])('%s, layer by layer', async (equation, names) => {
    const shapes = equation
      .split('->')[0]!
      .split(',')
      .map((term) => [...term].map((letter) => 2 + (letter.charCodeAt(0) % 3)))
    const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape]))
    const graph = await importOnnx(onnxFile({ inputs, nodes: [['Einsum', 'x0 x1', 'y', { equation }]], outputs: 'y' }))
    expect(graph.nodes.map(({ outputs: [name] }) => name)).toEqual(names)
  })
})
