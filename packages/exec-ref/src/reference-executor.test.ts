import { allOps, type Graph, type Tensor, type TensorType, type Value } from '@q/ir'
import { describe, expect, it } from 'vitest'

import type { Kernel } from './kernel.ts'
import { createReferenceExecutor } from './reference-executor.ts'
import { referenceKernels } from './reference-kernels.ts'

const f32 = (...shape: readonly number[]): TensorType => ({ dtype: 'f32', shape })

function graphOf(values: readonly Value[], nodes: Graph['nodes'], inputs: readonly string[], outputs: readonly string[]): Graph {
  return {
    name: 'net',
    inputs: inputs.map((name) => ({ name })),
    outputs,
    nodes,
    ops: allOps,
    properties: { stage: 'quantized' },
    values: new Map(values.map((value) => [value.name, value])),
  }
}

async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>, kernels?: ReadonlyMap<string, Kernel>) {
  const session = await createReferenceExecutor(kernels === undefined ? {} : { kernels }).load(graph)
  return session.run(new Map(Object.entries(feeds)))
}

describe('the reference executor', () => {
  it('has a kernel for every operator of @q/ir', () => {
    expect([...allOps.keys()].filter((op) => !referenceKernels.has(op))).toEqual([])
  })

  it('takes float16 as bits or as numbers, and gives numbers', async () => {
    const type: TensorType = { dtype: 'f16', shape: [2] }
    const graph = graphOf(
      [
        { name: 'x', type },
        { name: 'y', type },
      ],
      [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attrs: {} }],
      ['x'],
      ['y'],
    )
    const bits = await run(graph, { x: { ...type, data: Uint16Array.of(0x3c00, 0xc100) } })
    const numbers = await run(graph, { x: { ...type, data: Float32Array.of(1, -2.5) } })
    expect(bits.get('y')).toEqual({ ...type, data: Float32Array.of(2, -5) })
    expect(numbers).toEqual(bits)
  })

  it('takes and gives 64-bit integers', async () => {
    const type: TensorType = { dtype: 'i64', shape: [3] }
    const graph = graphOf(
      [
        { name: 'x', type },
        { name: 'y', type },
      ],
      [{ op: 'Reverse', inputs: ['x'], outputs: ['y'], attrs: { axis: 0 } }],
      ['x'],
      ['y'],
    )
    expect((await run(graph, { x: { ...type, data: BigInt64Array.of(1n, -2n, 3n) } })).get('y')!.data).toEqual(
      BigInt64Array.of(3n, -2n, 1n),
    )
  })

  it('keeps numbers that an integer type cannot hold', async () => {
    const type: TensorType = { dtype: 'i8', shape: [2], quant: { scale: 0.5, zeroPoint: 0, expressed: 'f32' } }
    const padded: TensorType = { ...type, shape: [3] }
    const graph = graphOf(
      [
        { name: 'x', type },
        { name: 'p', type: padded },
        { name: 'y', type: f32(3) },
      ],
      [
        { op: 'Pad', inputs: ['x'], outputs: ['p'], attrs: { pads: [1, 0], value: 1.5 } },
        { op: 'DequantizeLinear', inputs: ['p'], outputs: ['y'], attrs: {} },
      ],
      ['x'],
      ['p', 'y'],
    )
    const fetched = await run(graph, { x: { ...type, data: Int8Array.of(4, -7) } })
    expect(fetched.get('p')!.data).toEqual(Float32Array.of(1.5, 4, -7))
    expect(fetched.get('y')!.data).toEqual(Float32Array.of(0.75, 2, -3.5))
  })

  it('leaves operands and constants as they were', async () => {
    const held = Float32Array.of(-1, 2)
    const graph = graphOf(
      [
        { name: 'x', type: f32(2) },
        { name: 'c', type: f32(2), isConstant: true, constant: { ...f32(2), data: held } },
        { name: 'p', type: f32(2, 1) },
        { name: 'y', type: f32(2, 1) },
        { name: 'z', type: f32(4) },
      ],
      [
        { op: 'Reshape', inputs: ['x'], outputs: ['p'], attrs: { shape: [2, 1] } },
        { op: 'Relu', inputs: ['p'], outputs: ['y'], attrs: {} },
        { op: 'Concat', inputs: ['x', 'c'], outputs: ['z'], attrs: { axis: 0, relu: true } },
      ],
      ['x'],
      ['p', 'y', 'z', 'c'],
    )
    const x = Float32Array.of(-5, 6)
    const fetched = await run(graph, { x: { ...f32(2), data: x } })
    expect(fetched.get('y')!.data).toEqual(Float32Array.of(0, 6))
    expect(fetched.get('z')!.data).toEqual(Float32Array.of(0, 6, 0, 2))
    for (const each of fetched.values()) (each.data as Float32Array).fill(9)
    expect([x, held]).toEqual([Float32Array.of(-5, 6), Float32Array.of(-1, 2)])
  })

  it('runs operators it is given kernels for', async () => {
    const graph = graphOf(
      [
        { name: 'x', type: f32(2) },
        { name: 'y', type: f32(2) },
      ],
      [{ op: 'Halve', inputs: ['x'], outputs: ['y'], attrs: {} }],
      ['x'],
      ['y'],
    )
    const halve: Kernel = ({ inputs }) => [Float32Array.from(inputs[0]!.data, (v) => v / 2)]
    expect((await run(graph, { x: { ...f32(2), data: Float32Array.of(3, 4) } }, new Map([['Halve', halve]]))).get('y')!.data).toEqual(
      Float32Array.of(1.5, 2),
    )
    await expect(run(graph, {})).rejects.toMatchObject({ code: 'OP_UNSUPPORTED', at: ['net', 'y'], found: 'Halve' })
  })

  it('names what is wrong with a section', async () => {
    const graph = graphOf(
      [
        { name: 'x', type: f32(2) },
        { name: 'w', type: f32(2), isConstant: true },
        { name: 'y', type: f32(2) },
        { name: 'z', type: f32(2) },
      ],
      [
        { op: 'Relu', inputs: ['x'], outputs: ['y'], attrs: {} },
        { op: 'Add', inputs: ['y', 'w'], outputs: ['z'], attrs: {} },
      ],
      ['x'],
      ['z'],
    )
    const executor = createReferenceExecutor()
    await expect(executor.load(graph)).rejects.toMatchObject({ code: 'CONSTANT_MISSING', at: ['net', 'w'] })
    await expect(executor.load(graph, { fetches: ['yy'] })).rejects.toMatchObject({ code: 'VALUE_UNKNOWN', hint: 'did you mean y?' })
    await expect(executor.load(graph, { feeds: [], fetches: ['y'] })).rejects.toMatchObject({ code: 'FEED_MISSING', at: ['net', 'x'] })
  })

  it('refuses attributes that do not fit before it runs', async () => {
    const graph = graphOf(
      [
        { name: 'x', type: f32(2) },
        { name: 'y', type: f32(2) },
      ],
      [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attrs: { axes: 1 } }],
      ['x'],
      ['y'],
    )
    await expect(createReferenceExecutor().load(graph)).rejects.toMatchObject({ code: 'ATTR_UNKNOWN' })
  })

  it('refuses operands and results that do not fit before it runs', async () => {
    const matMul = (rows: number, result: readonly number[]) =>
      graphOf(
        [
          { name: 'x', type: f32(2, 3) },
          { name: 'w', type: f32(rows, 2) },
          { name: 'y', type: f32(...result) },
        ],
        [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }],
        ['x', 'w'],
        ['y'],
      )
    await expect(createReferenceExecutor().load(matMul(4, [2, 2]))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH', at: ['y'] })
    await expect(createReferenceExecutor().load(matMul(3, [2, 3]))).rejects.toMatchObject({ code: 'SHAPE_DECLARED', wanted: '[2, 2]' })
    await expect(createReferenceExecutor().load(matMul(3, [2, 2]))).resolves.toBeDefined()
  })

  it('refuses an index outside', async () => {
    const graph = graphOf(
      [
        { name: 'x', type: f32(2) },
        { name: 'i', type: f32(1) },
        { name: 'y', type: f32(1) },
      ],
      [{ op: 'Gather', inputs: ['x', 'i'], outputs: ['y'], attrs: { axis: 0 } }],
      ['x', 'i'],
      ['y'],
    )
    const x = { ...f32(2), data: Float32Array.of(3, 4) }
    expect((await run(graph, { x, i: { ...f32(1), data: Float32Array.of(-1) } })).get('y')!.data).toEqual(Float32Array.of(4))
    await expect(run(graph, { x, i: { ...f32(1), data: Float32Array.of(2) } })).rejects.toMatchObject({
      code: 'INDEX_OUT_OF_RANGE',
      at: ['y'],
    })
  })
})
