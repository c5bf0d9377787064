import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { elementCount, parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { expect, it } from 'vitest'
import { inEmptyFolder, q } from './run-command.ts'

inEmptyFolder()

const chip = ['--chip', 'bm1684x'] as const
const arrays = ['--channel_format', 'none'] as const
const waves = (count: number, step: number) => Array.from({ length: count }, (_, i) => Math.fround(Math.sin(step * (i + 1))))
const numbers = (shape: readonly number[], scale: number) =>
  `[${waves(elementCount(shape), 1.7)
    .map((each) => each * scale)
    .join(', ')}]`

/** A network of these nodes as an ONNX file, and three samples of its input. */
function given(nodes: string): void {
  const shape = [1, 3, 4, 4]
  const model = `x: f32[${shape}]; w: f32[3,3,1,1] = ${numbers([3, 3, 1, 1], 1)}; b: f32[3] = [0, 0, 0]; ${nodes}`.replaceAll(
    /Conv\([^)]*\)/g,
    (each) => `${each} {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], group = 1}`,
  )
  writeFileSync('m.onnx', exportOnnx(parseGraph(model)))
  mkdirSync('data')
  for (const i of [0, 1, 2]) {
    const sample = { dtype: 'f32', shape, data: Float32Array.from(waves(48, 0.3 + i)) } as const
    writeFileSync(`data/${i}.npz`, encodeNpz([['x', sample]]))
  }
}

/** What `quantize` and the three commands end with, and what they say. */
async function verdicts(
  mode: string,
): Promise<{ readonly whole: string; readonly parts: readonly string[]; readonly codes: readonly number[] }> {
  const whole = await q('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays, '--quantize', mode, '--name', 'a')
  const runs = [
    await q('model_transform', '--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'm.mlir', ...arrays, '--test_input', 'data/0.npz'),
    ...(mode === 'INT8' ? [await q('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')] : []),
    await q(
      ...['model_deploy', '--mlir', 'm.mlir', ...chip, '--quantize', mode, '--model', 'o.bmodel', '--test_input', 'data/0.npz'],
      ...(mode === 'INT8' ? ['--calibration_table', 't'] : []),
    ),
  ]
  expect([existsSync('a_bm1684x_int8.qbmodel'), existsSync('o.qbmodel')]).toEqual([false, false])
  return {
    whole: whole.out + whole.err,
    parts: runs.map(({ out, err }) => out + err),
    codes: [whole, ...runs].map(({ code }) => code),
  }
}

it('numbers beyond what half precision holds: the layer where they stop being finite', async () => {
  given('a = Conv(x, w, b); k: f32[1] = [100000]; c = Mul(a, k); y = Relu(c); z = Conv(y, w, b)')
  const { whole, parts, codes } = await verdicts('F16')
  expect(codes).toEqual([1, 0, 1])
  for (const text of [whole, parts.at(-1)]) expect(text).toMatch(/NaN or infinite first in layer y_Relu \(Conv, F16\): \d+ numbers/)
})

it('infinity inside that codes hold back: the layer, its type, and the table that keeps it, from both commands', async () => {
  given(
    `big: f32[3,3,1,1] = ${numbers([3, 3, 1, 1], 6e4)}; a = Conv(x, w, b); c = Conv(a, big, b); s = Add(c, a); y = Relu(s); z = Conv(y, w, b)`,
  )
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 0, 1])
  for (const text of [whole, parts.at(-1)]) {
    expect(text).toMatch(
      /missed: \d+ numbers of layer c_Conv \(Conv\) are NaN or infinite in f16 on data\/\d\.npz, as some are on \d of \d samples?;/,
    )
    expect(text).toMatch(/do: --quantize_table y_Relu:F32 keeps what overflows in F32: cosine 0\.9\d+ then/)
  }
})

it('a bias that no code of 32 bits holds: the layer that loses it', async () => {
  given(
    `t: f32[3,3,1,1] = ${numbers([3, 3, 1, 1], 3e-5)}; big: f32[3] = [100, 90, 80]; a = Conv(x, t, big); y = Relu(a); z = Conv(y, w, b)`,
  )
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 0, 1])
  for (const text of [whole, parts.at(-1)])
    expect(text).toContain('layer y_Relu (Conv) of the quantized model makes the same of every input')
})

it('a dead network: the layer behind which nothing depends on the input, in the calibration too', async () => {
  given(
    'a = Conv(x, w, b); o: f32[3,3,1,1] = [0,0,0, 0,0,0, 0,0,0]; k: f32[3] = [1, 2, 3]; c = Conv(a, o, k); y = Relu(c); z = Conv(y, w, b)',
  )
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 1, 1])
  for (const text of [whole, parts[2]]) expect(text).toMatch(/layer y_Relu \(Conv\) of the float model makes the same of every input/)
  expect(parts[1]).toMatch(/nothing depends on the input behind layer y_Relu \(Conv\)/)
})

it('a network that is fine is told to be, and a calibration that it compared nothing', async () => {
  given('a = Conv(x, w, b); y = Relu(a); z = Conv(y, w, b)')
  const whole = await q('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays)
  expect(whole.code, whole.err).toBe(0)
  const { code, err } = await q('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')
  expect(code, err).toBe(0)
  expect(err).toContain('nothing was compared: ')
  expect(err).not.toContain('warning')
})

it('an output that is the same for every input is left out by name, and the others are compared with their own', async () => {
  given('a = Conv(x, w, b); s: f32[2] = [4, 5]; y = Relu(a); return s, y')
  const transformed = await q(
    'model_transform',
    '--model_name',
    'm',
    '--model_def',
    'm.onnx',
    '--mlir',
    'm.mlir',
    ...arrays,
    '--test_input',
    'data/0.npz',
  )
  expect(transformed.err).toContain('note: the output s is left out: it is the same for every input')
  expect(transformed.code, transformed.err + transformed.out).toBe(0)
  const whole = await q('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays)
  expect(whole.code, whole.err).toBe(0)
})

it('a mask that hides nothing but takes all codes: the layer that loses by itself, and the table that keeps it', async () => {
  given(
    'a = Conv(x, w, b); k: f32[1] = [100]; c = Greater(a, k); m: f32[1] = [-10000]; s = Where(c, m, a); y = Softmax(s) {axis = -1}; z = Conv(y, w, b)',
  )
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 0, 1])
  const tableIn = (text = '') => /^do: --quantize_table (\S+) keeps what loses nearly all in F16: cosine 0\.9\d+ then$/m.exec(text)?.[1]
  expect(tableIn(whole)).toContain('s_Where:F16')
  expect(tableIn(parts.at(-1))).toContain('s_Where:F16')
  const kept = await q('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays, '--quantize_table', tableIn(whole)!)
  expect(kept.code, kept.err).toBe(0)
})

const chosen = 'high: f32[3] = [0, 90, 0]; c = Conv(a, w, high); y = ArgMax(c) {axis = 1, keepdims = true}'

it('choices that are the same for every input are no dead network', async () => {
  given(`a = Conv(x, w, b); ${chosen}`)
  const { code, out, err } = await q('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays)
  expect(code, err).toBe(0)
  expect(out).toContain('the float model chooses the same on all of them')
  await q('model_transform', '--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'n.mlir', ...arrays)
  expect((await q('run_calibration', 'n.mlir', '--dataset', 'data', '-o', 't')).code).toBe(0)
})

it('choices of a dead network are told as one: the layer behind which nothing depends on the input', async () => {
  given(`o: f32[3,3,1,1] = [0,0,0, 0,0,0, 0,0,0]; k: f32[3] = [1, 2, 3]; d = Conv(x, o, k); a = Relu(d); ${chosen}`)
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 1, 1])
  for (const text of [whole, parts.at(-1)]) {
    expect(text).toContain('missed: every output is the same for every input')
    expect(text).toContain('layer a_Relu (Conv) of the float model makes the same of every input')
  }
})

it.each([
  ['are equal', waves(48, 0.3)],
  ['are zeros', new Array<number>(48).fill(0)],
])('a sound network passes in all commands where the samples %s', async (_, sample) => {
  given('k: f32[3] = [1, 2, 3]; a = Conv(x, w, k); y = Relu(a); z = Conv(y, w, b)')
  for (const i of [0, 1, 2])
    writeFileSync(`data/${i}.npz`, encodeNpz([['x', { dtype: 'f32', shape: [1, 3, 4, 4], data: Float32Array.from(sample) }]]))
  const run = async (...args: readonly string[]) => expect((await q(...args)).code, args[0]).toBe(0)
  await run('quantize', 'm.onnx', '--data', 'data', ...chip, ...arrays, '--name', 'a')
  await run('model_transform', '--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'm.mlir', ...arrays, '--test_input', 'data/0.npz')
  await run('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')
  const test = ['--calibration_table', 't', '--test_input', 'data/0.npz']
  await run('model_deploy', '--mlir', 'm.mlir', ...chip, '--quantize', 'INT8', '--model', 'o.bmodel', ...test)
})

it('a comparison that answers the same everywhere: no input is told from another, in all commands', async () => {
  given('a = Conv(x, w, b); k: f32[1] = [1000]; y = Greater(a, k)')
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 1, 1])
  for (const text of [whole, parts.at(-1)]) {
    expect(text).toMatch(/layer \S+ \(Greater\) of the float model makes the same of every input/)
    expect(text).toContain("do: give samples on which the float model's outputs differ")
    expect(text).not.toContain('--expected_cos')
  }
})

it('outputs that are constants: named as such, by all commands, without advice that cannot help', async () => {
  given('c: f32[1,3] = [1, -2, 3]; y = Relu(c)')
  const { whole, parts, codes } = await verdicts('INT8')
  expect(codes).toEqual([1, 0, 1, 1])
  for (const text of [whole, parts[1], parts.at(-1)]) {
    expect(text).toMatch(/no input leads to layer \S+ \(\w+\)/)
    expect(text).toContain('--output_names')
  }
  expect(whole).not.toMatch(/--mean|--expected_cos/)
})

it('infinity made of finite samples: the layer, and that the model is not right', async () => {
  given('a = Conv(x, w, b); k: f32[1] = [1000]; c = Mul(a, k); e = Exp(c); z = Conv(e, w, b)')
  const { whole, codes } = await verdicts('INT8')
  expect(codes.slice(0, 3)).toEqual([1, 0, 1])
  expect(whole).toMatch(/ACTIVATION_NOT_FINITE: layer e_Exp has elements that are not finite/)
})
