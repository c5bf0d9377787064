import proto from 'onnx-proto'
import { expect, it } from 'vitest'
import { decodeOnnx } from '../src/index.ts'
import { onnxFile } from './onnx-file.ts'

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
