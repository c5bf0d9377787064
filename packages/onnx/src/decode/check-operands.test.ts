import { describe, expect, it } from 'vitest'
import { onnxFile, type SmallNode, whole } from '../../test/onnx-file.ts'
import { importOnnx } from '../import-onnx.ts'

const importing = (nodes: readonly SmallNode[]) =>
  importOnnx(onnxFile({ inputs: { x: [1, 4] }, constants: { c: whole(2, 2), w: { shape: [4], data: [1, 2, 3, 4] } }, nodes, outputs: 'y' }))

describe('the operands of a node', () => {
  it.each<readonly [what: string, node: SmallNode, message: string, wanted: string]>([
    ['none where one is needed', ['Identity', '', 'y'], 'Identity lacks its operand input', 'input'],
    ['a second one that is needed', ['MatMul', 'x', 'y'], 'MatMul lacks its operand B', 'A, B'],
    ['one that is left out in between', ['Gemm', 'x - w', 'y'], 'Gemm lacks its operand B', 'A, B, C (may be left out)'],
    [
      'one without a name among any number',
      ['Concat', 'x - x', 'y', { axis: 1 }],
      'Concat has an operand without a name',
      'inputs (any number)',
    ],
    ['more than there are', ['Relu', 'x w', 'y'], 'Relu has more operands than it takes', 'X'],
  ])('%s', async (_, node, message, wanted) => {
    await expect(importing([node])).rejects.toMatchObject({
      code: 'ONNX_BAD_NODE',
      message,
      wanted,
      found: expect.stringMatching(/^(no|\d) operands?/),
    })
  })

  it('a Cast whose type the file does not tell is refused', async () => {
    await expect(importing([['Cast', 'x', 'y']])).rejects.toMatchObject({ code: 'ONNX_BAD_NODE' })
  })

  it('names of results that nobody wants may be empty, but for the first', async () => {
    const graph = await importing([['Softplus', 'x', 'y']])
    expect(graph.outputs).toHaveLength(1)
  })
})

it.each(['__proto__', 'constructor', 'valueOf', 'toString', 'hasOwnProperty'])(
  'an operator called %s is one that is not supported',
  async (op) => {
    await expect(importing([[op, 'c', 'y']])).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED_OP', found: expect.stringContaining(op) })
    await expect(
      importing([
        ['LSTM', 'x', 'a'],
        [op, 'a', 'y'],
      ]),
    ).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED_OP', found: expect.stringContaining(op) })
  },
)
