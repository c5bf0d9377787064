import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { shared } from '../../test/shared-files.ts'
import { decodeOnnx } from './decode-onnx.ts'
import { unsupportedOperators } from './unsupported.ts'

const { ModelProto } = proto.onnx

type NodeSpec = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attribute?: readonly proto.onnx.IAttributeProto[],
]

const dims = (shape: readonly (number | string)[]): proto.onnx.ITypeProto => ({
  tensorType: { elemType: 1, shape: { dim: shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })) } },
})

function model(
  nodes: readonly NodeSpec[],
  options: {
    readonly x?: readonly (number | string)[]
    readonly initializer?: readonly proto.onnx.ITensorProto[]
    readonly outputs?: readonly string[]
    readonly opset?: number
  } = {},
): Uint8Array {
  return ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: options.opset ?? 17 }],
    graph: {
      name: 'g',
      node: nodes.map(([opType, input, output, attribute]) => ({
        opType,
        input: [...input],
        output: [...output],
        attribute: [...(attribute ?? [])],
      })),
      input: [{ name: 'x', type: dims(options.x ?? [1, 4]) }],
      output: (options.outputs ?? ['y']).map((name) => ({ name })),
      initializer: [...(options.initializer ?? [])],
    },
  }).finish()
}

describe('decodeOnnx', () => {
  it.each([
    ['raw bytes', { dataType: 1, rawData: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) }],
    ['float fields', { dataType: 1, floatData: [1, 2, 3, 4] }],
    ['double fields', { dataType: 11, doubleData: [1, 2, 3, 4] }],
    ['half patterns in 32-bit fields', { dataType: 10, int32Data: [0x3c00, 0x4000, 0x4200, 0x4400] }],
    ['64-bit integers', { dataType: 7, int64Data: [1, 2, 3, 4] }],
    ['8-bit integers in raw bytes', { dataType: 3, rawData: Uint8Array.of(1, 2, 3, 4) }],
  ])('reads tensors stored as %s', async (_, stored) => {
    const graph = await decodeOnnx(
      model(
        [
          ['Concat', ['w', 'w'], ['y'], [{ name: 'axis', type: 2, i: 0 }]],
          ['Identity', ['x'], ['z']],
        ],
        { initializer: [{ name: 'w', dims: [4], ...stored }], outputs: ['z', 'w'] },
      ),
    )
    expect(Array.from(graph.values.get('w')!.constant!.data as ArrayLike<number>, Number)).toEqual([1, 2, 3, 4])
  })

  it('reads external data once for each file and checks its length', async () => {
    const external = (offset: number): proto.onnx.ITensorProto => ({
      name: 'w',
      dims: [2],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'w.bin' },
        { key: 'offset', value: `${offset}` },
        { key: 'length', value: '8' },
      ],
    })
    const file = new Uint8Array(Float32Array.of(7, 8, 9).buffer)
    const bytes = (offset: number) => model([['Add', ['x', 'w'], ['y']]], { x: [1, 2], initializer: [external(offset)] })
    const graph = await decodeOnnx(bytes(4), { readExternal: (_, { offset, length }) => file.subarray(offset, offset + length) })
    expect([...(graph.values.get('w')!.constant!.data as Float32Array)]).toEqual([8, 9])
    await expect(
      decodeOnnx(bytes(8), { readExternal: (_, { offset, length }) => file.subarray(offset, offset + length) }),
    ).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA' })
    await expect(decodeOnnx(bytes(0))).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA' })
  })

  it('computes what depends on shapes alone: Shape, Gather, Concat feeding a Reshape', async () => {
    const graph = await decodeOnnx(
      model(
        [
          ['Shape', ['x'], ['s']],
          ['Gather', ['s', 'zero'], ['n'], [{ name: 'axis', type: 2, i: 0 }]],
          ['Concat', ['n', 'rest'], ['t'], [{ name: 'axis', type: 2, i: 0 }]],
          ['Reshape', ['x', 't'], ['y']],
        ],
        {
          x: [2, 6],
          initializer: [
            { name: 'zero', dims: [1], dataType: 7, int64Data: [0] },
            { name: 'rest', dims: [2], dataType: 7, int64Data: [3, -1] },
          ],
        },
      ),
    )
    expect(graph.nodes).toEqual([{ op: 'Reshape', inputs: ['x'], outputs: ['y'], attrs: { shape: [2, 3, 2] } }])
  })

  it('asks for shapes that are open, with an example', async () => {
    const bytes = model([['Relu', ['x'], ['y']]], { x: ['batch', 4] })
    await expect(decodeOnnx(bytes)).rejects.toMatchObject({
      code: 'ONNX_DYNAMIC_SHAPE',
      found: 'x: [batch, 4]',
      hint: expect.stringContaining('--input_shapes [[1,4]]'),
    })
    expect((await decodeOnnx(bytes, { inputShapes: [[3, 4]] })).values.get('y')!.type.shape).toEqual([3, 4])
    expect((await decodeOnnx(bytes, { inputShapes: { x: [2, 4] } })).values.get('y')!.type.shape).toEqual([2, 4])
    await expect(decodeOnnx(bytes, { inputShapes: [[3]] })).rejects.toMatchObject({
      code: 'ONNX_INPUT_SHAPE',
      found: '1 axis: [3]',
      wanted: '2 axes: [batch, 4]',
    })
    await expect(decodeOnnx(bytes, { inputShapes: { z: [3] } })).rejects.toMatchObject({ code: 'ONNX_INPUT_SHAPE' })
    for (const size of [1e22, 2 ** 31]) {
      await expect(decodeOnnx(bytes, { inputShapes: { x: [size] } }), String(size)).rejects.toMatchObject({ code: 'ONNX_INPUT_SHAPE' })
    }
  })

  it('lists every unsupported operator at once, with near names', async () => {
    const bytes = model([
      ['Sofmax', ['x'], ['a']],
      ['Relu', ['a'], ['b']],
      ['LSTM', ['b'], ['c']],
      ['Sofmax', ['c'], ['y']],
    ])
    await expect(decodeOnnx(bytes)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED_OP',
      found: expect.stringMatching(/Sofmax x2 \(a, y\), near Softmax.*; LSTM x1 \(c\)/),
    })
  })

  it('tells which domains are read where an operator is of another', () => {
    const hint = (domain: string) =>
      unsupportedOperators([{ domain, op: 'Wobble', name: 'y' }], { known: [], isFunction: () => false }, 'model').hint
    expect(hint('acme')).toContain('com.microsoft')
    expect(hint('')).not.toContain('com.microsoft')
  })

  it('cuts the network at the named outputs', async () => {
    const bytes = model([
      ['Relu', ['x'], ['a']],
      ['Exp', ['a'], ['y']],
    ])
    expect((await decodeOnnx(bytes, { outputNames: ['a'] })).nodes.map(({ op }) => op)).toEqual(['Relu'])
    await expect(decodeOnnx(bytes, { outputNames: ['aa'] })).rejects.toMatchObject({
      code: 'ONNX_OUTPUT_NAME',
      hint: 'did you mean a?',
    })
    await expect(decodeOnnx(bytes, { outputNames: ['nothing_near'] })).rejects.toMatchObject({
      code: 'ONNX_OUTPUT_NAME',
      wanted: 'the name of a tensor: a, y, x',
    })
  })

  it('refuses bytes that are no model, and models without a graph', async () => {
    await expect(decodeOnnx(new Uint8Array())).rejects.toMatchObject({ code: 'ONNX_NO_GRAPH' })
    await expect(decodeOnnx(new TextEncoder().encode('this is no model at all'))).rejects.toMatchObject({
      code: expect.stringMatching(/^ONNX_NO/),
    })
    const whole = model([['Relu', ['x'], ['y']]])
    await expect(decodeOnnx(whole.subarray(0, whole.length - 9))).rejects.toMatchObject({ code: expect.stringMatching(/^ONNX_/) })
  })

  it('refuses what stands behind the end of a model, and two models one behind the other', async () => {
    const whole = model([['Relu', ['x'], ['y']]])
    const joined = (more: Uint8Array) => Uint8Array.from([...whole, ...more])
    const wrong = (found: string) => ({ code: 'ONNX_NOT_A_MODEL', found: expect.stringContaining(found) })
    await expect(decodeOnnx(joined(new Uint8Array(16)))).rejects.toMatchObject(wrong(`a field of number 0 from byte ${whole.length} on`))
    await expect(decodeOnnx(joined(whole))).rejects.toMatchObject(wrong('2 graphs'))
    // A field that the schema does not know, number 200 with a fixed 64-bit value, is what a newer writer may add.
    await expect(decodeOnnx(joined(Uint8Array.from([193, 12, 1, 2, 3, 4, 5, 6, 7, 8])))).resolves.toMatchObject({ outputs: ['y'] })
  })

  it.each([7, 13])('opset %i: Clip bounds and Squeeze axes become attributes', async (opset) => {
    const old = opset < 11
    const bytes = model(
      old
        ? [
            [
              'Clip',
              ['x'],
              ['a'],
              [
                { name: 'min', type: 1, f: 0 },
                { name: 'max', type: 1, f: 6 },
              ],
            ],
            ['Squeeze', ['a'], ['y'], [{ name: 'axes', type: 7, ints: [0] }]],
          ]
        : [
            ['Clip', ['x', 'lo', 'hi'], ['a']],
            ['Squeeze', ['a', 'ax'], ['y']],
          ],
      {
        opset,
        initializer: old
          ? []
          : [
              { name: 'lo', dims: [], dataType: 1, floatData: [0] },
              { name: 'hi', dims: [], dataType: 1, floatData: [6] },
              { name: 'ax', dims: [1], dataType: 7, int64Data: [0] },
            ],
      },
    )
    expect((await decodeOnnx(bytes)).nodes.map(({ op, attrs }) => [op, attrs])).toEqual([
      ['Clip', { min: 0, max: 6 }],
      ['Squeeze', { axes: [0] }],
    ])
  })
})

describe.skipIf(shared === undefined)('decodeOnnx on real files (skipped: no ../shared)', () => {
  it('refuses a file cut anywhere with a QError', async () => {
    const bytes = readFileSync(join(shared!, 'models/mnist-8.onnx'))
    for (let size = 0; size < bytes.length; size += 997) {
      await expect(decodeOnnx(bytes.subarray(0, size)), `${size} bytes`).rejects.toMatchObject({
        code: expect.stringMatching(/^[A-Z_]+$/),
        at: expect.any(Array),
      })
    }
  })
})
