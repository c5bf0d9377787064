import proto from 'onnx-proto'
import { expect, it } from 'vitest'
import { decodeOnnx } from '../src/index.ts'
import { onnxFile, type SmallNode } from './onnx-file.ts'

const { ModelProto } = proto.onnx

it('an operator that the file defines as a function is told as that', async () => {
  const file = ModelProto.decode(onnxFile({ inputs: { x: [2] }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }))
  Object.assign(file.graph!.node![0]!, { opType: 'Foo', domain: 'my' })
  file.opsetImport.push({ domain: 'my', version: 1 })
  file.functions = [{ name: 'Foo', domain: 'my', input: ['a'], output: ['b'], node: [{ opType: 'Relu', input: ['a'], output: ['b'] }] }]
  await expect(decodeOnnx(ModelProto.encode(file).finish())).rejects.toMatchObject({
    found: expect.stringMatching(/^my\.Foo x1 \(.*\), which the file defines as a function$/),
    hint: expect.stringContaining('functions of a file are not read'),
  })
})

it.each<[string, readonly (number | string)[], string]>([
  ['pictures', ['N', 3, 'H', 'W'], '[[1,3,224,224]]'],
  ['pictures whose channels come last', ['N', 'H', 'W', 3], '[[1,224,224,3]]'],
  ['texts', ['batch', 'words'], '[[1,128]]'],
  ['what has one open axis', ['N', 10], '[[1,10]]'],
])('sizes that are open are proposed as networks have them: %s', async (_, shape, example) => {
  const file = ModelProto.decode(onnxFile({ inputs: { x: [1] }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }))
  file.graph!.input![0]!.type!.tensorType!.shape = {
    dim: shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })),
  }
  await expect(decodeOnnx(ModelProto.encode(file).finish())).rejects.toMatchObject({
    code: 'ONNX_DYNAMIC_SHAPE',
    hint: expect.stringContaining(`--input_shapes ${example}`),
  })
})

it('operands that do not fit where input shapes were given: these are named', async () => {
  const file = onnxFile({ inputs: { x: [1, 4], z: [1, 4] }, nodes: [['Add', 'x z', 'y']], outputs: 'y' })
  const shapes = [
    [1, 4],
    [1, 5],
  ]
  await expect(decodeOnnx(file, { inputShapes: shapes })).rejects.toMatchObject({
    code: 'SHAPE_MISMATCH',
    hint: expect.stringMatching(/^check --input_shapes, \[\[1,4\],\[1,5\]\]:/),
  })
})

it('results that nothing uses are no reason to refuse an operator; those that something uses are', async () => {
  const attrs = { kernel_shape: [2, 2], strides: [2, 2] }
  const pooled = (outputs: string, more: readonly SmallNode[] = [], other = {}) =>
    decodeOnnx(onnxFile({ inputs: { x: [1, 2, 8, 8] }, nodes: [['MaxPool', 'x', 'y i', { ...attrs, ...other }], ...more], outputs }))
  expect((await pooled('y')).nodes.map(({ op, outputs }) => [op, outputs])).toEqual([['MaxPool', ['y']]])
  expect((await pooled('y', [['Cast', 'i', 'j', { to: 1 }]])).outputs).toEqual(['y'])
  expect((await pooled('y', [], { dilations: [2, 2] })).outputs).toEqual(['y'])
  for (const outputs of ['y i', 'j'])
    await expect(pooled(outputs, [['Cast', 'i', 'j', { to: 1 }]])).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' })
  const factors = { s: { data: [1, 2] }, b: { data: [0, 1] }, m: { data: [0, 0] }, v: { data: [1, 1] } }
  const others: readonly SmallNode[] = [
    ['BatchNormalization', 'x s b m v', 'y mo vo sm sv'],
    ['Dropout', 'x', 'y mask'],
  ]
  for (const node of others)
    expect(
      (await decodeOnnx(onnxFile({ inputs: { x: [1, 2, 8, 8] }, constants: factors, nodes: [node], outputs: 'y', opset: 9 }))).outputs,
    ).toHaveLength(1)
})
