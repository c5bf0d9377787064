import type { Tensor } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { type ComputeModel, importOnnx } from '../src/index.ts'
import { numbers, onnxFile, type SmallNode, whole } from './onnx-file.ts'

const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' } as const

const compute: ComputeModel = async (model) => {
  const results = await (await ort.InferenceSession.create(model, options)).run({})
  return Object.values(results).map(
    ({ data, dims, type }): Tensor => ({ dtype: type === 'int64' ? 'i64' : 'f32', shape: dims, data: data as Float32Array }),
  )
}

const resized = (mode: string, sizes: readonly number[]): Uint8Array =>
  onnxFile({
    inputs: { x: [1, 2, 4, 6] },
    constants: { k: numbers([1, 2, 3, 3]), sizes: { data: sizes, dtype: 'i64' } },
    nodes: [
      ['Resize', 'k - - sizes', 'z', { mode, coordinate_transformation_mode: 'pytorch_half_pixel', cubic_coeff_a: -0.75 }],
      ['Add', 'x z', 'y'],
    ],
    outputs: 'y',
  })

describe('operators of constants that are not computed here', () => {
  it('are folded by what computes models, in forms too that no layer has', async () => {
    const file = resized('cubic', [1, 2, 4, 6])
    const graph = await importOnnx(file, { compute })
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add'])
    const x = new ort.Tensor('float32', new Float32Array(48), [1, 2, 4, 6])
    const wanted = (await (await ort.InferenceSession.create(file, options)).run({ x }))['y']!.data
    const [, term] = graph.nodes[0]!.inputs
    expect(graph.values.get(term!)!.constant!.data).toEqual(wanted)
  })

  it('filters that are standardized by a BatchNormalization that trains among them', async () => {
    const file = onnxFile({
      inputs: { x: [1, 4, 5] },
      constants: { w: numbers([1, 3, 4]), g: numbers([3]), b: numbers([3]), mean: numbers([3]), variance: { data: [1, 2, 3] } },
      nodes: [
        ['BatchNormalization', 'w g b mean variance', 'n means variances', { training_mode: 1, epsilon: 1e-6 }],
        ['MatMul', 'n x', 'y'],
      ],
      outputs: 'y',
      opset: 15,
    })
    await expect(importOnnx(file)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'training_mode 1' })
    const graph = await importOnnx(file, { compute })
    expect(graph.nodes.map(({ op }) => op)).toEqual(['MatMul'])
    const [rows] = graph.nodes[0]!.inputs
    const row = Array.from(graph.values.get(rows!)!.constant!.data as Float32Array).slice(0, 4)
    const mean = row.reduce((sum, each) => sum + each, 0) / 4
    expect(mean).toBeCloseTo(numbers([3]).data[0]!, 5)
  })

  it('but nothing random', async () => {
    const file = onnxFile({
      inputs: { x: [4] },
      constants: { k: numbers([4]), ratio: { data: [0.5], shape: [] }, yes: { data: [1], shape: [], dtype: 'bool' } },
      nodes: [
        ['Dropout', 'k ratio yes', 'd'],
        ['Add', 'x d', 'y'],
      ],
      outputs: 'y',
      opset: 13,
    })
    await expect(importOnnx(file, { compute })).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'training_mode true' })
  })

  it('integers that doubles do not hold among them', async () => {
    const cases = [
      ['Add', [2 ** 53, 2 ** 53 + 2], [1, 2], [993, 996]],
      ['Mul', [2 ** 52 + 1], [3], [491]],
    ] as const
    for (const [op, a, b, rests] of cases) {
      const file = onnxFile({
        inputs: { x: [a.length] },
        constants: { a: whole(...a), b: whole(...b), k: whole(1000), s: whole(-1) },
        nodes: [
          [op, 'a b', 'c'],
          ['Reshape', 'c s', 'r'],
          ['Mod', 'r k', 'm'],
          ['Cast', 'm', 'f', { to: 1 }],
          ['Mul', 'x f', 'y'],
        ],
        outputs: 'y',
      })
      const { nodes, values } = await importOnnx(file, { compute })
      expect(Array.from(values.get(nodes[0]!.inputs[1]!)!.constant!.data as Float32Array)).toEqual(rests)
    }
  })

  it('are folded node by node, whatever they make', async () => {
    const file = onnxFile({
      inputs: { x: [1, 4, 5, 5] },
      constants: { k: numbers([1, 3, 7, 7]), w: numbers([4, 3, 3, 3]), b: numbers([4]) },
      nodes: [
        ['Conv', 'k w b', 'c', { kernel_shape: [3, 3] }],
        ['Softmax', 'c', 's', { axis: 1 }],
        ['MaxPool', 's', 'm', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
        ['Mul', 'x m', 'y'],
      ],
      outputs: 'y',
    })
    expect((await importOnnx(file, { compute })).nodes.map(({ op }) => op)).toEqual(['Mul'])
    expect((await importOnnx(file)).nodes.map(({ op }) => op)).toEqual(['Conv', 'Softmax', 'MaxPool', 'Mul'])
  })

  it('stay layers where they cannot be run', async () => {
    const refuse: ComputeModel = async () => Promise.reject(new Error('no kernel'))
    expect((await importOnnx(resized('linear', [1, 2, 4, 6]), { compute: refuse })).nodes.map(({ op }) => op)).toEqual(['Resize', 'Add'])
  })

  it('stay for the checks of layers where they would fill the memory', async () => {
    await expect(importOnnx(resized('linear', [1, 2, 1e5, 1e5]), { compute })).rejects.toMatchObject({ code: 'ONNX_TENSOR_SIZE' })
  })
})

describe('integers that doubles do not hold are computed by bits', () => {
  const big = [2 ** 53, 2 ** 53 - 1, -(2 ** 53)]
  it.each<readonly [string, readonly SmallNode[]]>([
    ['a product', [['Mul', 'a a', 'c']]],
    ['a sum', [['Add', 'a b', 'c']]],
    [
      'a difference that is moved',
      [
        ['Sub', 'a b', 'd'],
        ['Concat', 'd d', 'e', { axis: 0 }],
        ['Slice', 'e s0 s3', 'c'],
      ],
    ],
    [
      'a negative one',
      [
        ['Neg', 'a', 'd'],
        ['Sub', 'd b', 'c'],
      ],
    ],
    [
      'a quotient',
      [
        ['Mul', 'a b', 'd'],
        ['Div', 'd b', 'c'],
      ],
    ],
  ])('%s', async (_, nodes) => {
    const file = onnxFile({
      inputs: { x: [3] },
      constants: { a: whole(...big), b: whole(2, 3, 5), k: whole(1000), s0: whole(0), s3: whole(3) },
      nodes: [...nodes, ['Mod', 'c k', 'm'], ['Cast', 'm', 'f', { to: 1 }], ['Mul', 'x f', 'y']],
      outputs: 'y',
    })
    const session = await ort.InferenceSession.create(file, options)
    const found = (await session.run({ x: new ort.Tensor('float32', new Float32Array([1, 1, 1])) }))['y']!.data
    const { nodes: left, values } = await importOnnx(file)
    expect(values.get(left[0]!.inputs[1]!)!.constant!.data).toEqual(found)
  })

  it('or refused where they are added up', async () => {
    const file = onnxFile({
      inputs: { x: [1] },
      constants: { a: whole(2 ** 53, 2 ** 53), k: whole(1000) },
      nodes: [
        ['ReduceSum', 'a', 'c', { keepdims: 1 }],
        ['Mod', 'c k', 'm'],
        ['Cast', 'm', 'f', { to: 1 }],
        ['Mul', 'x f', 'y'],
      ],
      outputs: 'y',
    })
    await expect(importOnnx(file)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found: 'integers beyond 2^53' })
  })

  it('products of 32 bits too', async () => {
    const file = onnxFile({
      inputs: { x: [1] },
      constants: { a: { data: [4294967295], dtype: 'u32' } },
      nodes: [
        ['Mul', 'a a', 'c'],
        ['Cast', 'c', 'f', { to: 1 }],
        ['Add', 'x f', 'y'],
      ],
      outputs: 'y',
    })
    const { nodes, values } = await importOnnx(file)
    expect(Array.from(values.get(nodes[0]!.inputs[1]!)!.constant!.data as Float32Array)).toEqual([1])
  })
})
