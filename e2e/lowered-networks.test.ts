import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import type { TensorData } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { arraysIn, inEmptyFolder, mustRun, q, shared, sharedFile } from './run-command.ts'

/** Networks that TPU-MLIR 1.30.2 transformed, lowered and ran; the same commands here must make the same integers. */
const networks = [
  { name: 'mnist-8', options: ['--input_shapes', '[[1,1,28,28]]', '--pixel_format', 'gray', '--mean', '0', '--scale', '0.003922'] },
  { name: 'resnet8_cifar10', options: ['--input_shapes', '[[1,3,32,32]]'] },
] as const

inEmptyFolder()

async function transformed(name: string, options: readonly string[]): Promise<string> {
  const input = sharedFile(`reference/tpu-mlir/${name}/input.npz`)
  const model = sharedFile(`models/${name}.onnx`)
  await mustRun(
    'model_transform',
    '--model_name',
    name,
    '--model_def',
    model,
    '--mlir',
    `${name}.mlir`,
    '--test_input',
    input,
    '--test_result',
    'top.npz',
    ...options,
  )
  return input
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/** The names that the original's runner writes for the same files, in its order. */
const outputsOf = { 'mnist-8': { onnx: ['Plus214_Output_0'], lowered: ['Plus214_Output_0_Gemm_f32', 'Plus214_Output_0_Gemm'] } } as const

describe.skipIf(shared === undefined)(
  `networks of the reference${shared === undefined ? ' (skipped: no ../shared/reference)' : ''}`,
  () => {
    it.each(networks)(
      '$name INT8: every tensor in its own type, from the lowered file and from the container',
      async ({ name, options }) => {
        const input = await transformed(name, options)
        const reference = sharedFile(`reference/tpu-mlir/${name}`)
        await mustRun(
          'model_deploy',
          '--mlir',
          `${name}.mlir`,
          '--quantize',
          'INT8',
          '--calibration_table',
          `${reference}/cali_table`,
          '--processor',
          'BM1684X',
          '--model',
          'out.qbmodel',
          '--test_input',
          input,
          '--test_reference',
          'top.npz',
          '--compare_all',
        )
        const run = ['model_runner', '--input', input, '--dump_all_tensors', '--codes', '--output']
        await mustRun(...run, 'lowered.npz', '--model', `${name}_bm1684x_int8_sym_tpu.mlir`)
        await mustRun(...run, 'container.npz', '--model', 'out.qbmodel')
        await mustRun(...run, 'slow.npz', '--model', 'out.qbmodel', '--executor', 'reference')
        expect(readFileSync('container.npz').equals(readFileSync('lowered.npz'))).toBe(true)
        expect(readFileSync('slow.npz').equals(readFileSync('lowered.npz'))).toBe(true)
        const wanted = arraysIn(`${reference}/bm1684x_int8_sym_tensors.npz`)
        const found = arraysIn('lowered.npz')
        expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort())
        for (const [tensor, { dtype, shape, data }] of wanted) {
          expect({ tensor, dtype: found.get(tensor)!.dtype, shape: found.get(tensor)!.shape }).toEqual({ tensor, dtype, shape })
          expect(bytesOf(found.get(tensor)!.data).equals(bytesOf(data)), tensor).toBe(true)
        }
      },
    )

    it.each(networks.flatMap((network) => ['F16', 'F32'].map((mode) => ({ ...network, mode }))))(
      '$name $mode: as the reference',
      async ({ name, options, mode }) => {
        const input = await transformed(name, options)
        const prefix = `${name}_bm1684x_${mode.toLowerCase()}`
        await mustRun(
          'model_deploy',
          '--mlir',
          `${name}.mlir`,
          '--quantize',
          mode,
          '--chip',
          'bm1684x',
          '--model',
          'out.qbmodel',
          '--test_input',
          input,
          '--test_reference',
          'top.npz',
        )
        await mustRun(
          'model_runner',
          '--input',
          input,
          '--dump_all_tensors',
          '--codes',
          '--output',
          'found.npz',
          '--model',
          `${prefix}_tpu.mlir`,
        )
        const all = sharedFile(`reference/tpu-mlir/${name}/bm1684x_${mode.toLowerCase()}_tensors.npz`)
        const reference = existsSync(all) ? all : all.replace('_tensors', '_outputs')
        // Sums of float products depend on their order; in half precision that is one unit of the last place, now and then.
        await mustRun('npz_tool', 'compare', 'found.npz', reference, '--tolerance', '0.9999,0.999')
      },
    )

    it.each(networks)('$name with a quantization table: as the original lowers it', async ({ name, options }) => {
      const folder = sharedFile(`reference/top-mlir/${name}`)
      await transformed(name, options)
      copyFileSync(`${folder}/cali_table`, 'table')
      const { code, err } = await q(
        'model_deploy',
        '--mlir',
        `${name}.mlir`,
        '--quantize',
        'INT8',
        '--calibration_table',
        'table',
        '--quantize_table',
        `${folder}/qtable`,
        '--chip',
        'bm1684x',
        '--model',
        'out.qbmodel',
        '--test_input',
        `${folder}/input0.npz`,
      )
      expect(code, err).toBe(0)
      await mustRun(
        'model_runner',
        '--input',
        `${folder}/input0.npz`,
        '--dump_all_tensors',
        '--output',
        'ours.npz',
        '--model',
        `${name}_bm1684x_int8_sym_tpu.mlir`,
      )
      const theirs = `${folder}/${name === 'mnist-8' ? 'mnist' : 'resnet8'}_bm1684x_mixed_tpu.mlir`
      await mustRun('model_runner', '--input', `${folder}/input0.npz`, '--dump_all_tensors', '--output', 'theirs.npz', '--model', theirs)
      expect([...arraysIn('ours.npz').keys()]).toEqual([...arraysIn('theirs.npz').keys()])
      await mustRun('npz_tool', 'compare', 'ours.npz', 'theirs.npz', '--tolerance', '0.99999,0.9999')
    })

    it("without --dump_all_tensors: outputs under the file's names, those of a lowered file also before their cast", async () => {
      const input = await transformed('mnist-8', networks[0].options)
      const table = sharedFile('reference/tpu-mlir/mnist-8/cali_table')
      const deploy = ['model_deploy', '--mlir', 'mnist-8.mlir', '--chip', 'bm1684x', '--model', 'out.bmodel', '--quantize', 'INT8']
      await mustRun(...deploy, '--calibration_table', table, '--not_gen_bmodel')
      await mustRun('model_runner', '--input', input, '--model', 'mnist-8_bm1684x_int8_sym_tpu.mlir', '--output', 'lowered.npz')
      expect([...arraysIn('lowered.npz').keys()]).toEqual(outputsOf['mnist-8'].lowered)
      await mustRun('model_runner', '--input', input, '--model', sharedFile('models/mnist-8.onnx'), '--output', 'onnx.npz')
      expect([...arraysIn('onnx.npz').keys()]).toEqual(outputsOf['mnist-8'].onnx)
    })
  },
)
