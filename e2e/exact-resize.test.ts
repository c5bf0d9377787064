import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { expect, it } from 'vitest'

const exact = createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1 })
const reference = createReferenceExecutor()
const feeds = new Map([
  [
    'x',
    { dtype: 'f32' as const, shape: [1, 3, 6, 5], data: Float32Array.from({ length: 90 }, (_, i) => Math.fround(Math.sin(1.7 * i) * 3)) },
  ],
])

// What is rounded to codes behind it must not depend on the order in which a runtime blends neighbours.
it.each([
  ['half_pixel', 12, 10],
  ['half_pixel', 9, 13],
  ['half_pixel', 4, 2],
  ['align_corners', 12, 10],
  ['align_corners', 7, 13],
  ['align_corners', 1, 3],
])('a linear Resize is that of the reference to the last bit: %s to %i x %i', async (coordinates, h, w) => {
  for (const dtype of ['f16', 'bf16', 'f32']) {
    const graph = parseGraph(
      `x: f32[1,3,6,5]; n: ${dtype}[1,3,6,5] = Cast(x) {to = "${dtype}", rounding = "half-to-even"}; y: ${dtype}[1,3,${h},${w}] = Resize(n) {mode = "linear", coordinate_transformation_mode = "${coordinates}", scale_h = ${h / 6}, scale_w = ${w / 5}, sizes = [${h},${w}]}`,
    )
    const run = async (executor: Executor) => {
      const session = await executor.load(graph)
      const results = await session.run(feeds)
      await session.close()
      return results.get('y')!.data
    }
    expect(await run(exact)).toEqual(await run(reference))
  }
})
