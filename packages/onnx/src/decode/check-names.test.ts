import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../import-onnx.ts'

type NodeSpec = readonly [op: string, inputs: readonly string[], outputs: readonly string[], attribute?: proto.onnx.IAttributeProto[]]
const info = (name: string, dims: readonly number[] = [1, 4], elemType = 1): proto.onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
})
const nodeOf = ([opType, input, output, attribute = []]: NodeSpec): proto.onnx.INodeProto => ({
  opType,
  input: [...input],
  output: [...output],
  attribute,
})
const floats = (name: string, data: number[]): proto.onnx.ITensorProto => ({ name, dims: [data.length], dataType: 1, floatData: data })

function file(nodes: readonly NodeSpec[], graph: proto.onnx.IGraphProto = {}): Uint8Array {
  const parts = { name: 'g', node: nodes.map(nodeOf), input: [info('x')], output: [{ name: 'y' }], ...graph }
  return proto.onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph: parts }).finish()
}

const relu: readonly NodeSpec[] = [['Relu', ['x'], ['y']]]
const sum: readonly NodeSpec[] = [['Add', ['x', 'w'], ['y']]]
const w = floats('w', [1, 2, 3, 4])

describe('a file in which a name does not stand for one tensor is refused', () => {
  it.each<readonly [string, Uint8Array, RegExp]>([
    ['two nodes make it', file([...relu, ['Abs', ['x'], ['y']]]), /^two tensors are called y$/],
    ['a node makes an input', file([['Relu', ['x'], ['x']]], { output: [{ name: 'x' }] }), /^two tensors are called x$/],
    ['a node makes a stored tensor', file([['Relu', ['x'], ['w']], ...sum], { initializer: [w] }), /^two tensors are called w$/],
    ['an input is declared twice', file(relu, { input: [info('x'), info('x')] }), /^two tensors are called x$/],
    ['a tensor is stored twice', file(sum, { initializer: [w, w] }), /^two tensors are called w$/],
    [
      'a tensor is stored twice for one input',
      file(sum, { input: [info('x'), info('w', [4])], initializer: [w, w] }),
      /^two tensors are called w$/,
    ],
    ['an input is stored in another shape', file(sum, { input: [info('x'), info('w', [9])], initializer: [w] }), /input w is not/],
    ['an input is stored in another type', file(sum, { input: [info('x'), info('w', [4], 11)], initializer: [w] }), /input w is not/],
    ['an output has none', file([['Relu', ['x'], ['']]], { output: [{ name: '' }] }), /no name/],
    ['a zero byte is in it', file([['Relu', ['x'], ['a\0']]], { output: [{ name: 'a\0' }] }), /no line of text/],
    ['a line break is in it', file([['Relu', ['x'], ['a\nb']]], { output: [{ name: 'a\nb' }] }), /no line of text/],
  ])('%s', async (_, bytes, message) => {
    await expect(importOnnx(bytes)).rejects.toMatchObject({ code: 'ONNX_BAD_NODE', message: expect.stringMatching(message) })
  })

  it('and one without outputs, unless they are named', async () => {
    const bytes = file(relu, { output: [] })
    await expect(importOnnx(bytes)).rejects.toMatchObject({ code: 'ONNX_NO_GRAPH' })
    expect((await importOnnx(bytes, { outputNames: ['y'] })).outputs).toEqual(['y_Relu'])
  })

  it('but not an input whose open size is that of the tensor stored for it', async () => {
    const input = [info('x'), { ...info('w', [0]), type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }] } } } }]
    expect((await importOnnx(file(sum, { input, initializer: [w] }))).inputs.map(({ name }) => name)).toEqual(['x'])
  })

  it('nor tensors of two branches that are both taken', async () => {
    const branch = (by: number): proto.onnx.IAttributeProto => ({
      name: 'then_branch',
      type: 5,
      g: {
        node: [nodeOf(['Mul', ['x', 'by'], ['t']]), nodeOf(['Add', ['t', 'x'], ['r']])],
        initializer: [floats('by', [by])],
        output: [{ name: 'r' }],
      },
    })
    const otherwise = { ...branch(9), name: 'else_branch' }
    const always = { name: 'always', dims: [], dataType: 9, int32Data: [1] }
    const graph = await importOnnx(
      file(
        [
          ['If', ['always'], ['a'], [branch(2), otherwise]],
          ['If', ['always'], ['b'], [branch(3), otherwise]],
          ['Mul', ['a', 'b'], ['y']],
        ],
        { initializer: [always] },
      ),
    )
    const factors = graph.nodes.flatMap(({ op, inputs }) =>
      op === 'Mul' ? inputs.flatMap((name) => Array.from(graph.values.get(name!)?.constant?.data ?? [], Number)) : [],
    )
    expect(graph.nodes.map(({ op }) => op).sort()).toEqual(['Add', 'Add', 'Mul', 'Mul', 'Mul'])
    expect(factors.sort()).toEqual([2, 3])
  })
})
