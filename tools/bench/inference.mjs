import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { bm1684x } from '@q/backend-bm1684x'
import { loadTestInput, withPreprocess } from '@q/data'
import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { parseCalibrationTable, resolve } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { importOnnx, onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'

/** @import { Subject } from './inputs.mjs' */

/**
 * Seconds of one inference, round by round: float, INT8 fast and INT8 exact in turn, on the same threads.
 *
 * @param {Subject} network
 * @param {string} table its calibration table
 * @param {string} image
 * @param {number} rounds
 */
export async function timeInference({ name, onnx }, table, image, rounds) {
  const threads = availableParallelism()
  const executor = (/** @type {'fast' | 'exact'} */ precision) =>
    createOrtExecutor({ ort, onnx: onnxTranslator, precision, threads, fallback: createReferenceExecutor() })
  const float = withPreprocess(await importOnnx(await readFile(onnx), { name, place: onnx }), { pixelFormat: 'rgb' })
  const rows = parseCalibrationTable(await readFile(table, 'utf8'), table).entries
  const quantized = resolve(float, rows, new Map(), bm1684x(), { mode: 'INT8' }).graph
  const inputs = await loadTestInput(image, sampleInputs(float))
  const contenders = [
    { title: 'float', session: await executor('fast').load(float), seconds: [] },
    { title: 'INT8 fast', session: await executor('fast').load(quantized), seconds: [] },
    { title: 'INT8 exact', session: await executor('exact').load(quantized), seconds: [] },
  ]
  const repeats = Math.max(1, Math.round(0.2 / (await once(contenders[0].session, inputs, 3))))
  for (const { session } of contenders) await once(session, inputs, 3)
  for (let round = 0; round < rounds; round++) {
    for (const { session, seconds } of contenders) seconds.push(await once(session, inputs, repeats))
  }
  for (const { session } of contenders) await session.close()
  return { threads, kernels: await executor('exact').kernels(), contenders: contenders.map(({ title, seconds }) => ({ title, seconds })) }
}

/** Seconds per run. */
async function once(session, inputs, repeats) {
  const begin = performance.now()
  for (let i = 0; i < repeats; i++) await session.run(inputs)
  return (performance.now() - begin) / 1000 / repeats
}
