import { copyFileSync, mkdirSync } from 'node:fs'
import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import { parseGraph, resolve, type SampleSource, type Tensor } from '@q/ir'
import { createEvaluator } from '@q/mixprec'
import * as onnxruntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { measureAgreement } from '../tools/cli/src/pipeline/agreement.ts'
import { readyModel } from '../tools/cli/src/pipeline/run-sample.ts'
import { inEmptyFolder, q, shared, sharedFile } from './run-command.ts'

/** A network that looks rows up: its float form takes the numbers of a sample, the chip takes int32. */
const graph = parseGraph(
  'ids: f32[1,3] as {"sourceDtype": "i32"}; t: f32[4,2] = [1, 2, 3, 4, 5, 6, 7, 8]; rows = Gather(t, ids); w: f32[2,2] = [0.5, -0.25, 1, 0.75]; y = MatMul(rows, w)',
)
const table = new Map(graph.nodes.map(({ outputs: [name] }) => [name!, { threshold: 16, min: -16, max: 16 }]))
const ids: Tensor = { dtype: 'f32', shape: [1, 3], data: Float32Array.of(3, 0, 2) }
const samples: SampleSource = { count: 1, load: async () => new Map([['ids', ids]]) }
const backend = bm1684x()
const exact = createReferenceExecutor()

describe('samples of a network with integer inputs', () => {
  it('are compared', async () => {
    const quantized = resolve(graph, table, new Map(), backend, { mode: 'INT8' }).graph
    expect(quantized.values.get('ids')!.type.dtype).toBe('i32')
    const [float, codes] = [await readyModel(graph, exact), await readyModel(quantized, exact)]
    const { outputs } = await measureAgreement({
      graph,
      float: float.run,
      quantized: codes.run,
      samples,
      count: 1,
      tolerance: [0.9, 0.9],
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    expect(outputs[0]!.cosine).toBeGreaterThan(0.999)
  })

  it('are searched with', async () => {
    const evaluator = createEvaluator({ graph, table, backend, settings: { mode: 'INT8' }, samples, executors: { exact } })
    const [trial] = await evaluator.ask({ trials: [{ plan: new Map() }], metrics: ['cosine'] })
    await evaluator.close()
    expect(trial!.losses['cosine']!.mean).toBeLessThan(0.001)
  })
})

describe.skipIf(shared === undefined)('a network of ids (skipped: no ../shared)', () => {
  inEmptyFolder()
  it('is quantized and compared, and its table serves the file written beside it', async () => {
    mkdirSync('data')
    copyFileSync(sharedFile('images/stories260K_ids.npz'), 'data/ids.npz')
    const model = sharedFile('models/stories260K_s64.onnx')
    const options = ['--chip', 'bm1684x', '--quantize', 'INT8']
    const sampled = ['--data', 'data', '--input_num', '1', '--tune_num', '0', '--cali_method', 'max', '--compare_num', '1']
    const whole = await q('quantize', model, '--name', 'st', ...options, ...sampled, '--tolerance', '0.9,0.5')
    expect(whole.code, whole.err).toBe(0)
    expect(whole.out).toContain('agreement with the float model on 1 sample')
    const table = ['--calibration_table', 'st_cali_table']
    const steps = await q('model_deploy', '--mlir', 'st.mlir', ...options, ...table, '--model', 'again.qbmodel', '--not_gen_bmodel')
    expect(steps.code, steps.err).toBe(0)
  })

  it('is fed in an exported file what the original is fed', async () => {
    const model = sharedFile('models/stories260K_s64.onnx')
    const written = await q('export_onnx', model, '--output', 'float.onnx')
    expect(written.code, written.err).toBe(0)
    const types = await Promise.all(
      [model, 'float.onnx'].map(async (file) => {
        const session = await onnxruntime.InferenceSession.create(file)
        const metadata = session.inputMetadata.map((input) => (input.isTensor ? [input.name, input.type, input.shape] : []))
        await session.release()
        return metadata
      }),
    )
    expect(types[0]![0]![1]).toBe('int64')
    expect(types[1]!.map(([, type]) => type)).toEqual(types[0]!.map(([, type]) => type))
  })
})
