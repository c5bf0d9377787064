import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bm1684x } from '@q/backend-bm1684x'
import { calibrate } from '@q/calib'
import { createSampleSource, selectSamples, withPreprocess } from '@q/data'
import type { OrtRuntime } from '@q/exec-ort'
import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { resolve } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { writeTpu } from '@q/mlir'
import { importOnnx, onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { expect, it } from 'vitest'

const quickstart = (path: string) => fileURLToPath(new URL(`../examples/quickstart/${path}`, import.meta.url))
const preprocess = { pixelFormat: 'rgb', mean: [123.675, 116.28, 103.53], scale: [0.0171, 0.0175, 0.0174] } as const

it('does the main job in ten lines of library calls', async () => {
  const graph = withPreprocess(await importOnnx(await readFile(quickstart('digits.onnx')), { name: 'digits' }), preprocess)
  const { entries: files } = await selectSamples({ dataset: quickstart('calibration') })
  const samples = await createSampleSource(files, sampleInputs(graph))
  const executor = createOrtExecutor({ ort: ort as unknown as OrtRuntime, onnx: onnxTranslator, fallback: createReferenceExecutor() })
  const { entries: table } = await calibrate({ graph, executor, samples, workers: 0 })
  const { graph: quantized } = resolve(graph, table, new Map(), bm1684x(), { mode: 'INT8' })
  const session = await executor.load(quantized)
  const [scores] = (await session.run(await samples.load(0))).values()
  const { text, weights } = writeTpu(quantized, { weightFile: 'digits_weights.npz' })
  await session.close()

  const digit = Number(files[0]!.split('/').at(-1)![0])
  expect([...(scores!.data as Float32Array)].indexOf(Math.max(...(scores!.data as Float32Array)))).toBe(digit)
  expect(text).toContain('module.state = "TPU_LOWERED"')
  expect([...weights.values()].some(({ dtype }) => dtype === 'i8')).toBe(true)
})
