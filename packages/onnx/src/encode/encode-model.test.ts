import { floatOps, type Graph, opSet, type TensorType, type Value } from '@q/ir'
import { defineOp, int, ints, like, none, one, own } from '@q/ir/ops'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { encodeModel } from './encode-model.ts'

const f32 = (shape: readonly number[]) => ({ dtype: 'f32' as const, shape })

describe('encodeModel', () => {
  it('writes a file that onnxruntime runs: Conv with initializers, attributes and a missing operand in the middle', async () => {
    const graph: Graph = {
      name: 'g',
      inputs: [{ name: 'x' }],
      outputs: ['y'],
      nodes: [{ op: 'Conv', inputs: ['x', 'w', undefined], outputs: ['y'], attrs: { strides: [2, 2], pads: [0, 0, 0, 0] } }],
      values: new Map([
        ['x', { name: 'x', type: f32([1, 1, 3, 3]) }],
        ['w', { name: 'w', type: f32([1, 1, 1, 1]), isConstant: true, constant: { ...f32([1, 1, 1, 1]), data: Float32Array.of(2) } }],
        ['y', { name: 'y', type: f32([1, 1, 2, 2]) }],
      ]),
      ops: opSet([
        defineOp({
          name: 'Conv',
          inputs: { x: one(own()), w: one(own()) },
          outputs: { y: own() },
          attrs: { strides: ints(), pads: ints() },
          infer: ({ x }) => ({ y: like(x) }),
        }),
      ]),
      properties: {},
    }
    const session = await ort.InferenceSession.create(encodeModel(graph, { opset: 21 }))
    const { y } = await session.run({
      x: new ort.Tensor(
        'float32',
        Float32Array.from({ length: 9 }, (_, i) => i),
        [1, 1, 3, 3],
      ),
    })
    expect([...(y!.data as Float32Array)]).toEqual([0, 4, 12, 16])
    expect(y!.dims).toEqual([1, 1, 2, 2])
  })

  it('writes operators of another domain and integer types', async () => {
    const u8 = { dtype: 'u8' as const, shape: [4] }
    const scalar = (name: string, value: number) => ({
      name,
      type: f32([]),
      isConstant: true,
      constant: { ...f32([]), data: Float32Array.of(value) },
    })
    const graph: Graph = {
      name: 'g',
      inputs: [{ name: 'a' }],
      outputs: ['y'],
      nodes: [{ op: 'com.microsoft.QLinearAdd', inputs: ['a', 's', 'z', 'a', 's', 'z', 's2', 'z'], outputs: ['y'], attrs: {} }],
      values: new Map<string, Value>([
        ['a', { name: 'a', type: u8 }],
        ['s', scalar('s', 0.5)],
        ['s2', scalar('s2', 1)],
        [
          'z',
          { name: 'z', type: { dtype: 'u8', shape: [] }, isConstant: true, constant: { dtype: 'u8', shape: [], data: Uint8Array.of(0) } },
        ],
        ['y', { name: 'y', type: u8 }],
      ]),
      ops: opSet([
        defineOp({
          name: 'com.microsoft.QLinearAdd',
          inputs: { a: one(none()) },
          outputs: { y: none() },
          attrs: {},
          infer: ({ a }: { readonly a: TensorType }) => ({ y: like(a) }),
        }),
      ]),
      properties: {},
    }
    const session = await ort.InferenceSession.create(encodeModel(graph, { opset: 21 }))
    const { y } = await session.run({ a: new ort.Tensor('uint8', Uint8Array.of(0, 3, 10, 255), [4]) })
    expect([...(y!.data as Uint8Array)]).toEqual([0, 3, 10, 255])
  })

  it('refuses an attribute the operator does not have, naming a near one', () => {
    const graph: Graph = {
      name: 'g',
      inputs: [{ name: 'x' }],
      outputs: ['y'],
      nodes: [{ op: 'Take', inputs: ['x'], outputs: ['y'], attrs: { axes: 1 } }],
      values: new Map([
        ['x', { name: 'x', type: f32([1]) }],
        ['y', { name: 'y', type: f32([1]) }],
      ]),
      ops: opSet([
        defineOp({
          name: 'Take',
          inputs: { x: one(own()) },
          outputs: { y: own() },
          attrs: { axis: int(0) },
          infer: ({ x }) => ({ y: like(x) }),
        }),
      ]),
      properties: {},
    }
    expect(() => encodeModel(graph, { opset: 21 })).toThrow(expect.objectContaining({ code: 'ATTR_UNKNOWN', hint: 'did you mean axis?' }))
    expect(() => encodeModel({ ...graph, ops: floatOps }, { opset: 21 })).toThrow(expect.objectContaining({ code: 'OP_UNKNOWN' }))
  })
})
