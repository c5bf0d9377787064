import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import { type Graph, layerOf, type Plan, parseCalibrationTable, type QuantMode, resolve, type Tensor } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { onnxNodeFile } from './onnx-node.ts'
import { floatNetwork, ortExecutor, quantizedNetwork, recordedInput } from './reference-network.ts'
import { arraysIn, digits, inEmptyFolder, mustRun, prepareDigits, q, shared, sharedFile } from './run-command.ts'

const heatmap = {
  model: join(import.meta.dirname, '../examples/assets/heatmap.onnx'),
  input: join(import.meta.dirname, '../examples/assets/heatmap-input.npz'),
}

const elementTypes: Readonly<Record<string, string>> = { f32: 'float32', i32: 'int32', u8: 'uint8', i8: 'int8' }

/** What ONNX Runtime makes of a file with its default settings. */
async function runFile(file: Uint8Array, inputs: ReadonlyMap<string, Tensor>): Promise<Readonly<Record<string, ort.Tensor>>> {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 })
  try {
    const feeds = [...inputs].map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor(elementTypes[dtype] as 'float32', data as Float32Array, [...shape]),
    ])
    return await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>)
  } finally {
    await session.release()
  }
}

const bits = (data: unknown): readonly number[] => Array.from(new Uint8Array(Float32Array.from(data as Float32Array).buffer))

/** The number of elements that are not the same to the bit, or by another measure. */
async function differences(
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  executor = ortExecutor('exact'),
  within = (a: number, b: number): boolean => Object.is(a, b),
): Promise<number> {
  const session = await executor.load(graph)
  const wanted = await session.run(inputs)
  await session.close()
  const found = await runFile(exportOnnx(graph), inputs)
  expect(Object.keys(found)).toEqual(graph.outputs)
  let count = 0
  for (const [name, { data }] of wanted) {
    const other = found[name]!.data as Float32Array
    expect(other.length).toBe(data.length)
    for (let i = 0; i < data.length; i++) if (!within(Number(data[i]), Number(other[i]))) count++
  }
  return count
}

describe('q export_onnx', () => {
  inEmptyFolder()
  const chip = ['--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'table']

  it('digits: the float file has the model’s own names, and computes what the imported model does', async () => {
    await mustRun('model_transform', '--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess)
    const { out } = await mustRun('export_onnx', digits.model, '--output', 'float.onnx')
    expect(out).toContain('float.onnx: float model')
    const original = await ort.InferenceSession.create(digits.model)
    const written = await ort.InferenceSession.create('float.onnx')
    expect(written.inputNames).toEqual(original.inputNames)
    expect(written.outputNames).toEqual(original.outputNames)
    await mustRun('model_runner', '--model', 'digits.mlir', '--input', digits.picture, '--output', 'ours.npz')
  })

  it('digits in INT8, from the float model with its tables, from the lowered file and from the container: the runner’s bits', async () => {
    await prepareDigits()
    await mustRun('model_deploy', '--mlir', 'digits.mlir', ...chip, '--model', 'digits.bmodel', '--test_input', digits.picture)
    const lowered = 'digits_bm1684x_int8_sym_tpu.mlir'
    await mustRun('model_runner', '--model', lowered, '--input', digits.picture, '--output', 'ours.npz')
    await mustRun('export_onnx', 'digits.mlir', '--output', 'tables.onnx', ...chip)
    await mustRun('export_onnx', lowered, '--output', 'lowered.onnx')
    await mustRun('export_onnx', 'digits.qbmodel', '--output', 'container.onnx')
    const inputs = arraysIn('digits_in_f32.npz')
    const ours = bits([...arraysIn('ours.npz').values()][0]!.data)
    for (const file of ['tables.onnx', 'lowered.onnx', 'container.onnx']) {
      const results = Object.values(await runFile(new Uint8Array(readFileSync(file)), inputs))
      expect(bits(results[0]!.data), file).toEqual(ours)
    }
  })

  it('digits in INT8: model_runner imports the exported file as any other, and gives the same bits', async () => {
    await prepareDigits()
    await mustRun('export_onnx', 'digits.mlir', '--output', 'int8.onnx', ...chip)
    await mustRun('model_deploy', '--mlir', 'digits.mlir', ...chip, '--model', 'digits.bmodel', '--test_input', digits.picture)
    await mustRun('model_runner', '--model', 'digits.qbmodel', '--input', 'digits_in_f32.npz', '--output', 'ours.npz')
    await mustRun('model_runner', '--model', 'int8.onnx', '--input', 'digits_in_f32.npz', '--output', 'file.npz')
    const [[name, { data }]] = [...arraysIn('file.npz')] as [[string, Tensor]]
    expect(name).toBe('scores_Gemm')
    expect(bits(data)).toEqual(bits(arraysIn('ours.npz').get('scores_Gemm')!.data))
  })

  it('a file with an operator that is not imported: model_runner runs it as it stands, and says what needs the graph', async () => {
    writeFileSync('one.onnx', onnxNodeFile('Det', [{ shape: [1, 2, 2], floats: [3, 1, 2, 4] }], {}))
    writeFileSync('in.npz', encodeNpz([['x0', { dtype: 'f32', shape: [1, 2, 2], data: Float32Array.of(3, 1, 2, 4) }]]))
    const run = (...more: readonly string[]) => q('model_runner', '--model', 'one.onnx', '--input', 'in.npz', ...more)
    const { code, err } = await run('--output', 'file.npz')
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/Det.*ONNX Runtime runs it as it stands/) })
    expect([...arraysIn('file.npz')].map(([name, { data }]) => [name, ...data])).toEqual([['y', 10]])
    for (const wish of [['--dump_all_tensors'], ['--executor', 'reference'], ['--chip', 'bm1684x', '--quantize', 'F16']]) {
      const refused = await run(...wish, '--output', 'none.npz')
      expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/^ONNX_UNSUPPORTED_OP: /) })
      expect(refused.err).toMatch(new RegExp(`do: +leave ${wish[0] === '--chip' ? '--quantize' : wish.join(' ')}`))
    }
  })

  it('digits: a table that no layer reads is no way to ask for integers', async () => {
    await prepareDigits()
    const [mode, table] = [chip.slice(0, 2), chip.slice(4)]
    const { code, err } = await q('export_onnx', 'digits.mlir', '--output', 'b.onnx', ...mode, ...table)
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('OPTION_WITHOUT_EFFECT') })
    expect(err).toContain('--quantize INT8')
    expect(existsSync('b.onnx')).toBe(false)
    const named = await q('export_onnx', 'digits.mlir', '--output', 'b.onnx', ...mode, '--quantize', 'F16', ...table)
    expect(named).toMatchObject({ code: 0, err: expect.stringContaining('--calibration_table has no effect') })
  })

  it('digits with layers in other modes', async () => {
    await prepareDigits()
    const layers = parseCalibrationTable(readFileSync('table', 'utf8')).entries
    const plan = [...layers.keys()].slice(1, 4).map((name, i) => `${name}:${i === 1 ? 'F32' : 'F16'}`)
    await mustRun(
      'model_deploy',
      '--mlir',
      'digits.mlir',
      ...chip,
      '--quantize_table',
      plan.join(),
      '--model',
      'm.bmodel',
      '--skip_validation',
    )
    await mustRun('export_onnx', 'digits.mlir', '--output', 'mixed.onnx', ...chip, '--quantize_table', plan.join())
    await mustRun('model_runner', '--model', 'm.qbmodel', '--input', digits.picture, '--output', 'ours.npz')
    await mustRun(
      'model_transform',
      '--model_name',
      'digits',
      '--model_def',
      digits.model,
      '--mlir',
      'digits.mlir',
      '--test_input',
      digits.picture,
      '--test_result',
      'top.npz',
      ...digits.preprocess,
    )
    const [result] = Object.values(await runFile(new Uint8Array(readFileSync('mixed.onnx')), arraysIn('digits_in_f32.npz')))
    expect(bits(result!.data)).toEqual(bits([...arraysIn('ours.npz').values()][0]!.data))
  })

  it.each(['F32', 'F16', 'INT8'])('heatmap in %s', async (mode) => {
    await mustRun('model_transform', '--model_name', 'heatmap', '--model_def', heatmap.model, '--mlir', 'heatmap.mlir')
    await mustRun(
      'run_calibration',
      'heatmap.mlir',
      '--data_list',
      listOf(heatmap.input),
      '--input_num',
      '1',
      '--tune_num',
      '0',
      '-o',
      'table',
    )
    const options = ['--chip', 'bm1684x', '--quantize', mode, '--calibration_table', 'table']
    await mustRun('model_deploy', '--mlir', 'heatmap.mlir', ...options, '--model', 'heatmap.bmodel', '--skip_validation')
    await mustRun('model_runner', '--model', 'heatmap.qbmodel', '--input', heatmap.input, '--output', 'ours.npz')
    await mustRun('export_onnx', 'heatmap.mlir', '--output', 'heatmap.onnx', ...options)
    const [result] = Object.values(await runFile(new Uint8Array(readFileSync('heatmap.onnx')), arraysIn(heatmap.input)))
    expect(bits(result!.data)).toEqual(bits([...arraysIn('ours.npz').values()][0]!.data))
  })

  it('says what is missing', async () => {
    await mustRun('model_transform', '--model_name', 'heatmap', '--model_def', heatmap.model, '--mlir', 'heatmap.mlir')
    const without = await q('export_onnx', 'heatmap.mlir', '--output', 'a.onnx', '--quantize', 'INT8')
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('CHIP_NEEDED') })
    const untabled = await q('export_onnx', 'heatmap.mlir', '--output', 'a.onnx', '--quantize', 'INT8', '--chip', 'bm1684x')
    expect(untabled).toMatchObject({ code: 2, err: expect.stringContaining('TABLE_NEEDED') })
  })
})

/** A list of one sample. */
function listOf(sample: string): string {
  writeFileSync('list.txt', `${sample}\n`)
  return 'list.txt'
}

/** Every second layer in F16, the rest in INT8. */
async function mixedNetwork(name: string): Promise<Graph> {
  const graph = await floatNetwork(name)
  const table = parseCalibrationTable(readFileSync(sharedFile(`reference/tpu-mlir/${name}/cali_table`), 'utf8')).entries
  const plan: Plan = new Map(graph.nodes.flatMap((node, i): [string, QuantMode][] => (i % 2 === 0 ? [[layerOf(node), 'F16']] : [])))
  return resolve(graph, table, plan, bm1684x(), { mode: 'INT8' }).graph
}

describe.skipIf(shared === undefined)(
  `networks of the reference${shared === undefined ? ' (skipped: no ../shared/reference)' : ''}`,
  () => {
    const networks = ['mnist-8', 'resnet8_cifar10', 'mobilenet_v2_tv_rec', 'blazeface', 'vit_pgd_2_3_16_cifar10']

    it.each(networks)(
      '%s: INT8, F16 and mixed files give the exact executor’s bits, the float one its numbers with the runtime’s own Softmax',
      async (name) => {
        const graphs = [await quantizedNetwork(name, 'INT8'), await quantizedNetwork(name, 'F16'), await mixedNetwork(name)]
        for (const graph of graphs) expect(await differences(graph, recordedInput(name, graph))).toBe(0)
        const float = await floatNetwork(name)
        const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b))
        expect(await differences(float, recordedInput(name, float), ortExecutor('exact'), isNear)).toBe(0)
      },
    )

    it.each(['mnist-8', 'resnet8_cifar10'])('%s in INT8: the reference executor’s bits', async (name) => {
      const graph = await quantizedNetwork(name, 'INT8')
      expect(await differences(graph, recordedInput(name, graph), createReferenceExecutor())).toBe(0)
    })

    it('codes that leave their type are refused by name', async () => {
      const graph = await quantizedNetwork('zoo_act', 'INT8')
      expect(() => exportOnnx(graph)).toThrow(expect.objectContaining({ code: 'ONNX_EXPORT', found: 'Abs' }))
    })
  },
)
