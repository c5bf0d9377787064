import { bm1684x } from '@q/backend-bm1684x'
import { createSampleSource, selectSamples, withPreprocess } from '@q/data'
import { floatPatterns, floatShapes } from '@q/fpfwd'
import { type Graph, type Plan, parseCalibrationTable, resolve, type Tensor } from '@q/ir'
import { feedsOf, sampleInputs } from '@q/ir/graph'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { exactExecutor, floatExecutor } from '../tools/cli/src/wiring/executors.ts'
import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

/** What the 85 numbers of a place are. */
const groups = { centre: [0, 2], size: [2, 4], object: [4, 5], classes: [5, 85] } as const

/** Energy of the float result over that of the difference, for each group, in dB. */
function decibels(float: Tensor, quantized: Tensor): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, [from, to]]) => {
      let [signal, noise] = [0, 0]
      for (let i = 0; i < float.data.length; i++) {
        const channel = i % 85
        if (channel < from || channel >= to) continue
        signal += Number(float.data[i]) ** 2
        noise += (Number(float.data[i]) - Number(quantized.data[i])) ** 2
      }
      return [name, 10 * Math.log10(signal / noise)]
    }),
  )
}

describe.skipIf(!hasShared)(sharedTitle('yolov5n in INT8'), () => {
  it('keeps what the head says with the layers of its family in float, and loses the boxes without', async () => {
    const net = withPreprocess(
      await importOnnx(sharedBytes('models/yolov5n.onnx'), { name: 'yolov5n', place: 'yolov5n.onnx', inputShapes: [[1, 3, 640, 640]] }),
      { scale: [1 / 255, 1 / 255, 1 / 255], mean: [0, 0, 0], pixelFormat: 'rgb', keepAspectRatio: true },
    )
    const table = parseCalibrationTable(sharedText('reference/tpu-mlir-search/yolov5n/kl_tune0_5.cali_table')).entries
    const { entries } = await selectSamples({ dataset: sharedPath('images/COCO2017'), inputNum: 1 })
    const samples = await createSampleSource(entries, sampleInputs(net))
    const kept: Plan = new Map([...floatPatterns(net)!.layers, ...floatShapes(net)].map(({ layer }) => [layer, 'F16']))
    const quantized = [kept, new Map() as Plan].map((plan) => resolve(net, table, plan, bm1684x(), { mode: 'INT8' }).graph)
    const run = async (graph: Graph, executor: ReturnType<typeof exactExecutor>, index: number): Promise<Tensor> => {
      const session = await executor.load(graph)
      const found = await session.run(feedsOf(graph, await samples.load(index)))
      await session.close()
      return found.get(graph.outputs[0]!)!
    }
    const float = await run(net, floatExecutor(), 0)
    const [withFamily, without] = [await run(quantized[0]!, exactExecutor(), 0), await run(quantized[1]!, exactExecutor(), 0)]
    // What is left is the noise of the layers in front of the head: thresholds of five samples, not tuned.
    const least = { centre: 40, size: 15, object: 10, classes: 10 }
    const found = decibels(float, withFamily)
    for (const [group, db] of Object.entries(least)) expect(found[group], group).toBeGreaterThan(db)
    expect(decibels(float, without)['centre']).toBeLessThan(3)
    for (const [group, db] of Object.entries(decibels(float, without))) expect(found[group], group).toBeGreaterThan(db + 3)
  })
})
