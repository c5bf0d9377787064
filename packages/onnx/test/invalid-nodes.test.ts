import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { onnxFile, type SmallNode, whole } from './onnx-file.ts'

const importing = (node: SmallNode, opset: number) =>
  importOnnx(
    onnxFile({
      inputs: { x: [2, 4], z: [1, 2, 4, 4] },
      constants: {
        c: whole(2, 2),
        k: whole(9),
        i: whole(1, 2),
        scales: { data: [1, 1, 1, 1e9] },
        s: { data: [1, 1, 2, 2] },
        b: { data: [1, 0], dtype: 'bool' },
      },
      nodes: [node],
      outputs: node[2].split(' ')[0]!,
      opset,
    }),
  )

describe('models that are no ONNX are refused, as ONNX Runtime refuses them', () => {
  it.each<readonly [what: string, node: SmallNode, opset: number, code: string, found: string, wanted: string]>([
    ['an operator of a newer operator set', ['Mish', 'x', 'y'], 17, 'ONNX_UNSUPPORTED', 'Mish', 'version 18 or a newer one'],
    ['an operator that is no longer there', ['Upsample', 'z s', 'y'], 13, 'ONNX_UNSUPPORTED', 'Upsample', 'version 9 or an older one'],
    ['an operand that came later', ['Unsqueeze', 'x c', 'y'], 11, 'ONNX_BAD_NODE', '2 operands', 'version 13'],
    ['an operand that was needed before', ['Gemm', 'x x', 'y'], 9, 'ONNX_BAD_NODE', '2 operands', 'A, B, C'],
    ['a truth value of floats', ['Not', 'x', 'y'], 17, 'ONNX_BAD_NODE', 'float in X', 'bool'],
    ['the logarithm of integers', ['Log', 'i', 'y'], 17, 'ONNX_BAD_NODE', 'integers in X', 'float'],
    ['integers plus floats', ['Add', 'x i', 'y'], 17, 'ONNX_BAD_NODE', 'float and integers', 'one type'],
    ['a remainder of floats by the sign of the divisor', ['Mod', 'x x', 'y'], 17, 'ONNX_UNSUPPORTED', 'fmod 0', 'fmod 1'],
    ['a diagonal of four axes', ['EyeLike', 'z', 'y'], 17, 'ONNX_BAD_NODE', '[1, 2, 4, 4]', 'two axes'],
    ['more of the largest than there are', ['TopK', 'x k', 'y z_1'], 17, 'ONNX_UNSUPPORTED', '9', '4 at most'],
    ['an axis that is resized beyond memory', ['Resize', 'z - scales', 'y'], 17, 'ONNX_TENSOR_SIZE', '4000000000 elements', 'at most'],
    ['an operator set of the future', ['Relu', 'x', 'y'], 999, 'ONNX_UNSUPPORTED', 'version 999', 'version 1 to'],
  ])('%s', async (_, node, opset, code, found, wanted) => {
    await expect(importing(node, opset)).rejects.toMatchObject({
      code,
      found: expect.stringContaining(found),
      wanted: expect.stringContaining(wanted),
      hint: expect.any(String),
      at: expect.arrayContaining(['model']),
    })
  })

  it('a border around an axis that has no elements left', async () => {
    const file = onnxFile({
      inputs: { x: [2, 4] },
      constants: { p: whole(0, -4, 0, 1) },
      nodes: [['Pad', 'x p', 'y', { mode: 'edge' }]],
      outputs: 'y',
    })
    await expect(importOnnx(file)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'pads -4 and 1 of 4 elements' })
  })

  const changed = (change: (model: proto.onnx.ModelProto) => void, nodes: readonly SmallNode[] = [['Softmax', 'x', 'y', { axis: 1 }]]) => {
    const model = proto.onnx.ModelProto.decode(onnxFile({ inputs: { x: [2, 4] }, nodes, outputs: 'y' }))
    change(model)
    return importOnnx(proto.onnx.ModelProto.encode(model).finish())
  }

  it('an attribute that is given twice', async () => {
    const twice = changed(({ graph }) => {
      const { attribute } = graph!.node![0]!
      attribute!.push(attribute![0]!)
    })
    await expect(twice).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'axis twice' })
  })

  it('no version of the operator set', async () => {
    await expect(changed((model) => (model.opsetImport = [{ domain: 'ai.onnx.ml', version: 2 }]))).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      found: "no version of ONNX's own operator set",
    })
  })

  it('an output of another type than it has', async () => {
    const declared = (elemType: number) =>
      changed(
        ({ graph }) => {
          graph!.output = [{ name: 'y', type: { tensorType: { elemType } } }]
        },
        [['Greater', 'x x', 'y']],
      )
    await expect(declared(1)).rejects.toMatchObject({
      code: 'ONNX_TENSOR_TYPE',
      found: 'truth values',
      wanted: 'floats',
      at: ['model', 'y'],
    })
    await expect(declared(9)).resolves.toMatchObject({ outputs: ['y_Greater'] })
  })
})

it('tells the outputs that are left out because they are constants', async () => {
  const file = onnxFile({
    inputs: { x: [2, 4] },
    nodes: [
      ['Shape', 'x', 's'],
      ['Relu', 'x', 'y'],
    ],
    outputs: 's y',
  })
  const told: string[] = []
  const { outputs } = await importOnnx(file, { leftOut: (output) => told.push(output) })
  expect([told, outputs]).toEqual([['s'], ['y_Relu']])
})
