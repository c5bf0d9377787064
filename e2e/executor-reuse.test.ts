import { createOrtExecutor } from '@q/exec-ort'
import type { OrtRuntime } from '@q/exec-ort'
import { floatOps } from '@q/ir'
import type { Graph, Tensor } from '@q/ir'
import { encodeModel } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'
import { expect, it } from 'vitest'

const type = { dtype: 'f32', shape: [1, 3] } as const
const graph: Graph = {
  name: 'abs',
  inputs: [{ name: 'x' }],
  outputs: ['y_Abs'],
  nodes: [{ op: 'Abs', inputs: ['x'], outputs: ['y_Abs'], attrs: {} }],
  values: new Map(['x', 'y_Abs'].map((name) => [name, { name, type }])),
  ops: floatOps,
  properties: {},
}
const fed = (...numbers: number[]) => new Map<string, Tensor>([['x', { ...type, data: Float32Array.from(numbers) }]])

it('writes over results that are no longer needed, and only over those', async () => {
  const session = await createOrtExecutor({ ort: onnxruntime as unknown as OrtRuntime, encode: encodeModel }).load(graph)
  const first = await session.run(fed(-1, 2, -3))
  const kept = await session.run(fed(-4, 5, -6))
  expect([...(first.get('y_Abs')!.data as Float32Array)]).toEqual([1, 2, 3])
  const second = await session.run(fed(-7, 8, -9), first)
  expect([...(second.get('y_Abs')!.data as Float32Array)]).toEqual([7, 8, 9])
  expect(second.get('y_Abs')!.data.buffer).toBe(first.get('y_Abs')!.data.buffer)
  expect([...(kept.get('y_Abs')!.data as Float32Array)]).toEqual([4, 5, 6])
  await session.close()
})
