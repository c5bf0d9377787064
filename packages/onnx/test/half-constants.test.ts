import { valueOf } from '@q/ir'
import { expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { onnxFile, type SmallConstant } from './onnx-file.ts'

const f16 = (shape: readonly number[], ...data: readonly number[]): SmallConstant => ({ dtype: 'f16', shape, data })

it('constants of 16-bit floats that a Concat joins keep their numbers', async () => {
  const graph = await importOnnx(
    onnxFile({
      inputs: { x: [1, 2] },
      constants: { c: f16([1, 2], 0x3c00, 0xb800), d: f16([1, 1], 0x3555) },
      nodes: [
        ['Cast', 'x', 'h', { to: 10 }],
        ['Concat', 'c d h', 'y', { axis: 1 }],
      ],
      outputs: 'y',
      opset: 13,
    }),
  )
  const [joined] = graph.nodes.at(-1)!.inputs.flatMap((name) => valueOf(graph, name!).constant ?? [])
  expect([...(joined!.data as Float32Array)]).toEqual([1, -0.5, 0.333251953125])
})
