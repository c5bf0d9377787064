import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { onnxLayerTensors, onnxOutputNames } from '@q/onnx'
import { expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

const quantize = (...more: readonly string[]) =>
  q('quantize', digits.model, '--data', digits.calibration, '--tune_num', '0', '--input_num', '4', ...digits.preprocess, ...more)

it('a result that misses the tolerance ends with 1 and no container, names outputs, the worst layers and what to try', async () => {
  const { code, out, err } = await quantize('--chip', 'bm1684x', '--tolerance', '1,1')
  expect(code).toBe(1)
  expect(err).toMatch(/^missed the tolerance \(cosine 1, euclidean 1\): \S+ \(cosine 0\.99\d{4}, euclidean 0\.\d{6}\)$/m)
  expect(err).toMatch(
    /^worst layers, by what each loses itself .*\n( {2}\S+ \(\w+, INT8\): \d+\.\d dB, accumulated \d+\.\d dB\n){5}do: .*q quantize /m,
  )
  expect(out).not.toContain('qbmodel')
  expect(readdirSync('.').filter((name) => /\.qbmodel$|\.sh$/.test(name))).toEqual([])
})

it('--force writes the container all the same, and the verdict stays', async () => {
  const { code, out, err } = await quantize('--chip', 'bm1684x', '--tolerance', '1,1', '--force')
  expect(code).toBe(1)
  expect(err).toContain('the model is written all the same (--force)')
  expect(readdirSync('.')).toContain(/^files: .*?([^ ]*\.qbmodel)$/m.exec(out)![1])
})

it('--budget bounds the comparison too: one sample is compared, what is left out is told, and by how much the time was too short', async () => {
  const compared = ['--compare_data', digits.calibration, '--compare_num', '5', '--tolerance', '1,1']
  const { code, out, err } = await quantize('--chip', 'bm1684x', ...compared, '--expected_cos', '0.9', '--budget', '1ms')
  expect(code, err).toBe(4)
  expect(out).toMatch(/^agreement with the float model on 1 sample: /m)
  expect(err).toContain('note: the budget left time to compare 1 of 5 samples\n')
  expect(err).toContain('note: the budget left no time to look for the layers that lose most\n')
  expect(err).toMatch(/^note: --budget was too short by \d+\.\d s: the import and its check, thresholds of one sample, /m)
  expect(err).not.toContain('worst layers')
  const inTime = await quantize('--chip', 'bm1684x', ...compared, '--expected_cos', '0.9', '--budget', '10m')
  expect(inTime.err).toContain('worst layers, by what each loses itself')
  expect(inTime.err).not.toContain('note: the budget left')
  expect(inTime.err).not.toContain('too short')
})

it("the preprocessing, the samples that were compared and whether they are the calibration's are told; pictures that are fed as they are bring a warning", async () => {
  const told = await quantize('--chip', 'bm1684x')
  expect(told.out).toMatch(
    /^input image: f32 \[1, 3, 32, 32\]; pictures: rgb nchw, resized to 32x32, mean 123\.675,116\.28,103\.53, scale 0\.0171,0\.0175,0\.0174$/m,
  )
  expect(told.out).toMatch(/^compared with .*digits\.onnx run by ONNX Runtime on 4 samples, all of them calibrated on$/m)
  expect(told.out).toMatch(/^ {2}worst of them: cosine 0\.99\d{4}, SQNR \d+\.\d dB: .*\.png$/m)
  expect(told.err).not.toContain('unscaled')
  const raw = await q('quantize', digits.model, '--data', digits.calibration, '--input_num', '2', '--chip', 'bm1684x', '--compare_num', '0')
  expect(raw.err).toMatch(/^warning: pictures are fed to image unscaled, bgr from 0 to 255; /m)
  expect(raw.err).toContain('nothing was compared: --compare_num is 0')
  const stated = await q(
    'quantize',
    digits.model,
    '--data',
    digits.calibration,
    '--input_num',
    '2',
    '--chip',
    'bm1684x',
    '--compare_num',
    '0',
    '--scale',
    '1,1,1',
  )
  expect(stated.err).not.toContain('unscaled')
  const transform = [
    'model_transform',
    '--model_name',
    'd',
    '--model_def',
    digits.model,
    '--mlir',
    'd.mlir',
    '--test_input',
    digits.picture,
  ] as const
  expect((await q(...transform, '--test_result', 'top.npz')).err).toContain('warning: pictures are fed to image unscaled')
  const calibrated = await q(
    'run_calibration',
    'd.mlir',
    '--dataset',
    digits.calibration,
    '--input_num',
    '2',
    '--tune_num',
    '0',
    '-o',
    'table',
  )
  expect(calibrated.out).toContain('input image: f32 [1, 3, 32, 32]; pictures: bgr nchw, resized to 32x32, mean 0,0,0, scale 1,1,1\n')
})

it('a cut network is compared with the tensors where it is cut', async () => {
  const tensors = onnxLayerTensors(readFileSync(digits.model))
  const [layer, [tensor]] = [...tensors].find(([name]) => name.endsWith('_MaxPool') || name.endsWith('_Relu'))! as [string, [string]]
  const { code, out } = await quantize('--chip', 'bm1684x', '--output_names', `scores,${tensor}`)
  for (const name of ['scores_Gemm', layer]) expect(out).toContain(`on 4 samples: ${name}: cosine 0.99`)
  expect(code).toBe(0)
})

it('a network whose output says nothing any more misses the tolerance of its chip, with noise as large as that', async () => {
  const deaf = `${chipInFloats}
const { Add } = chip.lower
chip.lower.Add = (node, context) => Add({ ...node, op: 'Sub', inputs: [node.inputs[0], node.inputs[0]] }, context)
`
  writeFileSync('deaf.mjs', deaf)
  const { code, out, err } = await quantize('--chip', './deaf.mjs')
  expect(err).toMatch(/^missed the tolerance \(cosine 0\.999, euclidean 0\.99\): /m)
  expect(code).toBe(1)
  const decibels = /SQNR (-?\d+\.\d) dB$/m.exec(out)![1]
  expect(Number(decibels)).toBeLessThan(10)
})

it('operators that the chip does not have are all named before anything is calibrated or searched', async () => {
  writeFileSync('small.mjs', `${chipInFloats}\ndelete chip.target.ops.Add\ndelete chip.target.ops.Conv\n`)
  await mustRun('model_transform', '--model_name', 'd', '--model_def', digits.model, '--mlir', 'd.mlir', ...digits.preprocess)
  const chip = ['--chip', './small.mjs']
  const samples = ['--dataset', digits.calibration, '--input_num', '2', '--tune_num', '0', '-o', 'table']
  const runs = [
    await quantize(...chip),
    await quantize(...chip, '--strategy', 'race', '--expected_cos', '0.9'),
    await q('search', 'd.mlir', '--data', digits.calibration, ...chip),
    await q('run_calibration', 'd.mlir', ...samples, ...chip),
  ]
  for (const { code, err } of runs) {
    expect(code, err).toBe(3)
    expect(err).toContain('OP_UNSUPPORTED')
    expect(err).toMatch(/found: .*\bConv \(.*\bAdd \(|found: .*\bAdd \(.*\bConv \(/)
    expect(err).not.toContain('observe')
  }
  expect(readdirSync('.')).not.toContain('digits_cali_table')
  expect(readdirSync('.')).not.toContain('table')
})

it('layers in float alone need no calibration, one picture is a sample, and the chip takes the table that was just written', async () => {
  const half = await quantize('--chip', 'bm1684x', '--quantize', 'F16', '--name', 'half')
  expect(half.err).toContain('note: nothing is calibrated: no layer is computed on codes in F16')
  expect([half.code, half.out.includes('cali_table'), half.err.includes('observe')]).toEqual([0, false, false])
  await mustRun('quantize', digits.model, '--data', digits.picture, '--chip', 'bm1684x', ...digits.preprocess)
  const deploy = ['--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'digits_cali_table', '--model', 'd.bmodel']
  await mustRun('model_deploy', '--mlir', 'digits.mlir', ...deploy)
  await mustRun('model_transform', '--model_name', 'raw', '--model_def', digits.model, '--mlir', 'raw.mlir')
  const other = await q('model_deploy', '--mlir', 'raw.mlir', ...deploy)
  expect(other.code).toBe(3)
  expect(other.err).toMatch(/^CALIBRATION_TABLE_STALE: .*preprocessing/m)
})

it('the commands say the same as quantize of the same model: what it is, what was compared, and which layers lose', async () => {
  const input = ['--test_input', digits.picture]
  const transform = ['--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess]
  const transformed = await mustRun('model_transform', ...transform, ...input)
  expect(transformed.out).toMatch(/^digits: \d+ layers: .*Conv \d+/m)
  expect(transformed.out).toMatch(/^output scores_Gemm: f32 \[1, 10\]$/m)
  expect(Number(/^(\d+) compared$/m.exec(transformed.out)![1])).toBeGreaterThan(5)
  expect((await mustRun('model_transform', ...transform)).err).toContain('nothing was compared: there is no --test_input')
  await mustRun('run_calibration', 'digits.mlir', '--dataset', digits.calibration, '--input_num', '2', '--tune_num', '0', '-o', 'table')
  const deploy = ['--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'table', '--model', 'd.bmodel']
  expect((await mustRun('model_deploy', ...deploy)).err).toContain('nothing was compared: there is no --test_input')
  writeFileSync('d.qbmodel', '')
  const missed = await q('model_deploy', ...deploy, ...input, '--tolerance', '1,1')
  expect(missed.code).toBe(1)
  for (const line of [/^worst layers, by what each loses itself/m, /^do: q search digits\.mlir /m, /^no model file is written/m])
    expect(missed.err).toMatch(line)
  expect(readFileSync('d.qbmodel', 'utf8')).toBe('')
})

it('an output that is wanted twice is compared twice', async () => {
  const [end] = onnxOutputNames(readFileSync(digits.model), digits.model)
  const { code, out, err } = await quantize('--chip', 'bm1684x', '--output_names', `${end},${end}`)
  expect(code, err).toBe(0)
  expect(out).toMatch(/^agreement with the float model on 4 samples: /m)
})
