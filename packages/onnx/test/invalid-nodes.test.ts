import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { index, onnxFile, type SmallNode, whole } from './onnx-file.ts'

const importing = (node: SmallNode, opset: number) =>
  importOnnx(
    onnxFile({
      inputs: { x: [2, 4], z: [1, 2, 4, 4] },
      constants: {
        c: whole(2, 2),
        k: whole(9),
        zero: index(0),
        one: whole(1),
        twice: whole(1, 1),
        c1: { ...whole(1, 1), shape: [1, 2] },
        minus: index(-2),
        w: { shape: [1, 2, 1, 1], data: [1, 2] },
        t: { shape: [2, 1, 1, 1], data: [1, 2] },
        i: whole(1, 2),
        less: whole(-1, 5),
        wide: whole(0, 4, 0, 0),
        zero1: whole(0),
        minus1: whole(-2),
        none: { data: [1, 0] },
        scales: { data: [1, 1, 1, 1e9] },
        s: { data: [1, 1, 2, 2] },
        s1: { data: [1, 2] },
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
    ['the logarithm of integers', ['Log', 'i', 'y'], 17, 'ONNX_BAD_NODE', 'i64 in X', 'float'],
    ['places that are floats', ['Gather', 'x s', 'y'], 17, 'ONNX_BAD_NODE', 'float in indices', 'i32 or i64'],
    ['a shape of floats', ['Reshape', 'x s', 'y'], 17, 'ONNX_BAD_NODE', 'float in shape', 'i64'],
    ['a sum of truth values', ['Add', 'b b', 'y'], 17, 'ONNX_BAD_NODE', 'bool in A', 'float or integers'],
    ['integers plus floats', ['Add', 'x i', 'y'], 17, 'ONNX_BAD_NODE', 'f32 and i64', 'one type'],
    ['truth values beside integers', ['Equal', 'b i', 'y'], 17, 'ONNX_BAD_NODE', 'bool and i64', 'one type'],
    ['steps of nothing', ['Range', 'zero k zero', 'y'], 17, 'ONNX_TENSOR_SIZE', 'a size that is negative or no number', 'elements at most'],
    [
      'fewer than no places',
      ['OneHot', 'i minus s', 'y'],
      17,
      'ONNX_TENSOR_SIZE',
      'a size that is negative or no number',
      'elements at most',
    ],
    ['an axis beyond all', ['Flatten', 'x', 'y', { axis: 3 }], 17, 'ONNX_UNSUPPORTED', 'axis 3', '-2 to 2'],
    ['bounds without axes', ['Slice', 'x c i one', 'y'], 17, 'ONNX_UNSUPPORTED', 'lists of 2, 2, 1', 'one length'],
    ['an axis that is cut twice', ['Slice', 'x i c twice', 'y'], 17, 'ONNX_UNSUPPORTED', 'axes [1, 1]', 'each axis once'],
    ['two counts', ['TopK', 'x c', 'y z_1'], 17, 'ONNX_UNSUPPORTED', '2 numbers', '1 number'],
    ['bounds of several numbers', ['Clip', 'x s', 'y'], 17, 'ONNX_UNSUPPORTED', '[4]', '1 number'],
    ['a convolution with an axis of data left out', ['Conv', 'x z', 'y'], 17, 'ONNX_UNSUPPORTED', 'x [', '4 axes of x'],
    ['channels around that are none', ['LRN', 'z', 'y', { size: 0 }], 17, 'ONNX_UNSUPPORTED', 'size 0', '1 or more'],
    [
      'windows in the padding alone',
      ['MaxPool', 'z', 'y', { kernel_shape: [2, 2], pads: [0, 2, 0, 0] }],
      17,
      'ONNX_UNSUPPORTED',
      'pads [0, 2, 0, 0]',
      'less than the kernel',
    ],
    [
      'places that no element reaches',
      ['ConvTranspose', 'z t', 'y', { output_padding: [1, 0] }],
      17,
      'ONNX_UNSUPPORTED',
      'output_padding [1, 0]',
      'less than the strides',
    ],
    ['updates of other places', ['ScatterElements', 'x c1 s', 'y', { axis: 1 }], 17, 'SHAPE_MISMATCH', '[4] for [1, 2]', 'update'],
    ['updates of other slices', ['ScatterND', 'x c1 s', 'y'], 17, 'SHAPE_MISMATCH', '[4] for [1]', 'update'],
    ['a bias of other channels', ['Conv', 'z w s', 'y'], 17, 'ONNX_UNSUPPORTED', '[4]', '[1]'],
    ['a bias with axes', ['ConvTranspose', 'z t t', 'y'], 17, 'ONNX_UNSUPPORTED', '[2, 1, 1, 1]', '[1]'],
    [
      'pads beside a rule for them',
      ['Conv', 'z w', 'y', { auto_pad: 'SAME_UPPER', pads: [1, 1, 1, 1] }],
      17,
      'ONNX_UNSUPPORTED',
      'auto_pad SAME_UPPER and pads [1, 1, 1, 1]',
      'one of the two',
    ],
    [
      'pads beside a rule that there are none',
      ['ConvTranspose', 'z t', 'y', { auto_pad: 'VALID', pads: [0, 1, 0, 0] }],
      17,
      'ONNX_UNSUPPORTED',
      'auto_pad VALID and pads [0, 1, 0, 0]',
      'one of the two',
    ],
    ['a remainder of floats by the sign of the divisor', ['Mod', 'x x', 'y'], 17, 'ONNX_UNSUPPORTED', 'fmod 0', 'fmod 1'],
    ['a diagonal of four axes', ['EyeLike', 'z', 'y'], 17, 'ONNX_BAD_NODE', '[1, 2, 4, 4]', 'two axes'],
    ['more of the largest than there are', ['TopK', 'x k', 'y z_1'], 17, 'ONNX_UNSUPPORTED', '9', '4 at most'],
    ['an axis that is resized beyond memory', ['Resize', 'z - scales', 'y'], 17, 'ONNX_TENSOR_SIZE', '4000000000 elements', 'at most'],
    ['two arrows', ['Einsum', 'x', 'y', { equation: 'ab->a->b' }], 17, 'ONNX_UNSUPPORTED', 'ab->a->b', 'one result at most'],
    ['an axis without a letter', ['Einsum', 'x', 'y', { equation: 'a1->a' }], 17, 'ONNX_UNSUPPORTED', 'a1->a', 'terms of letters'],
    [
      'an axis made twice',
      ['Einsum', 'x', 'y', { equation: 'ab->aab' }],
      17,
      'ONNX_UNSUPPORTED',
      'ab->aab',
      'each letter of the result once',
    ],
    [
      'a batch normalization that trains',
      ['BatchNormalization', 'z s1 s1 s1 s1', 'y', { is_test: 0 }],
      6,
      'ONNX_UNSUPPORTED',
      'is_test 0',
      'is_test 1',
    ],
    ...(['BatchNormalization', 'Dropout'] as const).map(
      (op) =>
        [
          `a ${op} of an old version that does not say that it does not train`,
          [op, op === 'Dropout' ? 'z' : 'z s1 s1 s1 s1', 'y'],
          6,
          'ONNX_UNSUPPORTED',
          'no is_test, which stands for is_test 0 in version 6',
          'is_test 1',
        ] as const,
    ),
    ['a dropout that trains', ['Dropout', 'z', 'y', { is_test: 0 }], 6, 'ONNX_UNSUPPORTED', 'is_test 0', 'is_test 1'],
    [
      'a mean with gaps that counts windows behind the end',
      ['AveragePool', 'z', 'y', { kernel_shape: [2, 2], strides: [3, 3], dilations: [1, 2], ceil_mode: 1, count_include_pad: 1 }],
      19,
      'ONNX_UNSUPPORTED',
      'count_include_pad 1 and ceil_mode 1',
      'one of them',
    ],
    ['parts that are not even', ['Split', 'z', 'y z_1 z_2', { axis: 2 }], 13, 'ONNX_UNSUPPORTED', '3 even parts of 4', '4 together'],
    ['more parts than places', ['Split', 'z', 'y z_1 z_2', { axis: 1, num_outputs: 3 }], 18, 'ONNX_UNSUPPORTED', '3 even parts of 2', '2'],
    ['known parts that are not even', ['Split', 'k', 'y z_1', { axis: 0 }], 13, 'ONNX_UNSUPPORTED', '2 even parts of 1', '1 together'],
    ['a part of less than nothing', ['Split', 'x less', 'y z_1', { axis: 1 }], 13, 'ONNX_UNSUPPORTED', '[-1, 5]', '4 together'],
    [
      'a mirror of more than there is',
      ['Pad', 'x wide', 'y', { mode: 'reflect' }],
      13,
      'ONNX_UNSUPPORTED',
      'pads 4 and 0 of 4',
      'pads below 4',
    ],
    ['an axis of two that is squeezed', ['Squeeze', 'z one', 'y'], 17, 'ONNX_UNSUPPORTED', 'axis 1 of [1, 2, 4, 4]', 'size 1'],
    ['a known axis of two that is squeezed', ['Squeeze', 'c zero1', 'y'], 17, 'ONNX_UNSUPPORTED', 'axis 0 of [2]', 'size 1'],
    ['blocks that do not fill', ['SpaceToDepth', 'z', 'y', { blocksize: 3 }], 17, 'ONNX_UNSUPPORTED', 'blocksize 3', 'divisor'],
    ['pads below zero', ['Conv', 'z w', 'y', { pads: [-1, 0, 0, 0] }], 17, 'ONNX_UNSUPPORTED', 'pads [-1, 0, 0, 0]', 'pads from 0'],
    ['a word for pads that is none', ['Conv', 'z w', 'y', { auto_pad: 'SAME' }], 17, 'ONNX_UNSUPPORTED', 'auto_pad SAME', 'SAME_UPPER'],
    ['statistics of other channels', ['BatchNormalization', 'z s s s s', 'y'], 17, 'ONNX_UNSUPPORTED', '4 numbers', '2, one a channel'],
    ['the fewest of less than none', ['TopK', 'x minus1', 'y z_1'], 17, 'ONNX_UNSUPPORTED', '-2', '0 or more'],
    ['a product of no matrices', ['Gemm', 'z x', 'y'], 17, 'ONNX_UNSUPPORTED', '[1, 2, 4, 4]', 'two axes'],
    ['a running sum along two axes', ['CumSum', 'x i', 'y'], 17, 'ONNX_UNSUPPORTED', '2 numbers', '1 number'],
    ['a factor of nothing', ['Resize', 'x - none', 'y'], 17, 'ONNX_UNSUPPORTED', 'scales [1, 0]', 'factors above 0'],
    ['a way of resizing that is none', ['Resize', 'z - s', 'y', { mode: 'smooth' }], 17, 'ONNX_UNSUPPORTED', 'mode smooth', 'nearest'],
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

  it('an input without elements', async () => {
    const shaped = (shape: readonly number[]) => importOnnx(onnxFile({ inputs: { x: shape }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }))
    await expect(shaped([1, 0, 8])).rejects.toMatchObject({ code: 'ONNX_INPUT_SHAPE', message: 'an input is empty', found: '[1, 0, 8]' })
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

  it('an operator of its own domain under the name of one of ONNX; what ONNX Runtime has in both is read', async () => {
    const foreign = (node: SmallNode) =>
      changed(
        ({ graph }) => {
          graph!.node![0]!.domain = 'com.microsoft'
        },
        [node],
      )
    await expect(foreign(['Equal', 'x x', 'y'])).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED_OP',
      found: expect.stringContaining('com.microsoft.Equal x1 (y)'),
    })
    await expect(foreign(['Gelu', 'x', 'y'])).resolves.toMatchObject({ nodes: [{ op: 'Gelu' }] })
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
