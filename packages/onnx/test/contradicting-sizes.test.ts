import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/import-onnx.ts'
import { onnxFile, type SmallNode } from './onnx-file.ts'

describe('sizes that contradict each other', () => {
  it.each<readonly [what: string, node: SmallNode, found: string]>([
    ['a kernel that its weights are not', ['Conv', 'x w', 'y', { kernel_shape: [2, 3] }], 'kernel_shape [2, 3]'],
    ['parts that are not the whole', ['Split', 'x', 'y z', { axis: 1, split: [1, 3] }], '2 results, parts of [1, 3]'],
  ])('%s', async (_, node, found) => {
    const file = onnxFile({
      inputs: { x: [1, 3, 8, 8] },
      constants: { w: { shape: [4, 3, 3, 3], data: Array.from({ length: 108 }, () => 1) } },
      nodes: [node],
      outputs: 'y',
      opset: 11,
    })
    await expect(importOnnx(file)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', found })
  })
})
