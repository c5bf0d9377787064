import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProgram } from '../tools/cli/src/program.ts'
import { isLong } from './long-tests.ts'
import { chipInFloats, digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

interface Case {
  readonly args: readonly string[]
  /** Files that the command writes, under these names where `args` name them. */
  readonly outputs: readonly string[]
  /** Outputs whose names are known only after some work. */
  readonly late?: readonly string[]
  /** Files that it reads, named in `args` or found by what these hold. */
  readonly inputs: readonly string[]
}

const model = ['digits.mlir', 'digits_top_f32_all_weight.npz']
const weights = ['--weights', 'digits_top_f32_all_weight.npz']
const quantized = ['--chip', './nova.mjs', '--quantize', 'F32', '--calibration_table', 'table', '--quantize_table', 'plan']
const families = ['--patterns', 'families.json']
const quantizing = ['nova.mjs', 'table', 'plan']
const npz = (action: string, ...more: readonly string[]): Case => ({
  args: ['npz_tool', action, 'in.npz', ...more],
  outputs: ['out'],
  inputs: ['in.npz', 'other.npz'].filter((file) => file === 'in.npz' || more.includes(file)),
})

const imported = ['--model', 'd.json', '--model-data', 'd.data']
const typed = ['--dtype', 'quantized', '--model-quantize', 'd.quantize']
const fed = ['--with-input-meta', 'd.yml']
const ofTable = ['d.json', 'd.data', 'd.quantize']
const ofMeta = ['d.yml', 'dataset.txt', 'samples/0.png']

/** Every command that writes files, by its words; a command is here, or among those below. */
const cases: Readonly<Record<string, Case>> = {
  quantize: {
    args: [
      ...['quantize', 'digits.onnx', '--data', 'list', '--compare_data', 'other_list', '--tune_num', '0'],
      ...['--chip', './nova.mjs', '--quantize', 'F32', '--quantize_table', 'plan', '--name', 'net', ...families],
      // Of a search, which there is none of here.
      ...['--post_process', './post.mjs'],
    ],
    outputs: ['net.mlir', 'net_top_f32_all_weight.npz', 'net_cali_table'],
    late: ['net.one', 'net.two'],
    inputs: ['digits.onnx', 'list', 'other_list', 'samples/0.png', 'samples/1.png', 'plan', 'nova.mjs', 'families.json'],
  },
  model_transform: {
    args: [
      ...['model_transform', '--model_name', 'net', '--model_def', 'digits.onnx', '--mlir', 'out'],
      ...['--test_input', 'in.npz', '--test_result', 'out.npz'],
    ],
    outputs: ['out', 'net_top_f32_all_weight.npz', 'out.npz'],
    inputs: ['digits.onnx', 'in.npz'],
  },
  run_calibration: {
    args: [
      ...['run_calibration', 'digits.mlir', '--data_list', 'list', '--dataset', 'samples', '--tune_list', 'other_list'],
      ...['--chip', './nova.mjs', '--input_num', '1', '--calibration_table', 'out', ...weights, '--tune_num', '1'],
      ...['--search', 'search_qtable', '--quantize_table', 'qtable', '--pre_qtable', 'plan', '--post_process', './post.mjs', ...families],
    ],
    outputs: ['out', 'qtable', 'out_mse.1', 'out_mse_tune', 'new_cali_table.txt', 'Search_Qtable', 'search_qtable_result'],
    inputs: [...model, 'list', 'other_list', 'samples/0.png', 'samples/1.png', 'nova.mjs', 'plan', 'post.mjs', 'families.json'],
  },
  search: {
    args: [
      ...[
        'search',
        'digits.mlir',
        '--data',
        'list',
        '--chip',
        './nova.mjs',
        '--calibration_table',
        'table',
        '--pre_qtable',
        'plan',
        ...weights,
        ...families,
      ],
      ...['--quantize_table', 'out', '--new_calibration_table', 'thresholds', '--post_process', './post.mjs'],
    ],
    outputs: ['out', 'thresholds'],
    inputs: [...model, 'list', 'samples/0.png', 'nova.mjs', 'table', 'plan', 'post.mjs', 'families.json'],
  },
  run_sensitive_layer: {
    args: [
      ...['run_sensitive_layer', 'digits.mlir', '--data_list', 'list', '--dataset', 'samples', '--tune_list', 'other_list', ...weights],
      ...['--chip', './nova.mjs', '--calibration_table', 'table', '--quantize_table', 'out', '--post_process', './post.mjs'],
      ...['--pre_qtable', 'plan'],
    ],
    outputs: ['out', 'table_MAX.1', 'table_KL_tune', 'new_cali_table.txt', 'SensitiveLayerSearcher', 'sensitive_layer_search_result'],
    inputs: [...model, 'list', 'other_list', 'samples/0.png', 'samples/1.png', 'nova.mjs', 'table', 'post.mjs', 'plan'],
  },
  run_qtable: {
    args: [
      ...['run_qtable', 'digits.mlir', '--data_list', 'list', '--dataset', 'samples', ...weights, '--chip', './nova.mjs'],
      ...['--calibration_table', 'table', '--quantize_table', 'out', '--loss_table', 'losses', '--pre_qtable', 'plan'],
    ],
    outputs: ['out', 'losses', 'MixPrecSearcher', 'mix_prec_result'],
    inputs: [...model, 'list', 'samples/0.png', 'nova.mjs', 'table', 'plan'],
  },
  fp_forward: {
    args: ['fp_forward', 'digits.mlir', '--chip', './nova.mjs', '--fpfwd_inputs', 'image', ...weights, '--quantize_free_table', 'out'],
    outputs: ['out'],
    inputs: [...model, 'nova.mjs'],
  },
  model_deploy: {
    args: [
      ...['model_deploy', '--mlir', 'digits.mlir', ...quantized, ...weights],
      ...['--test_input', 'in.npz', '--test_reference', 'other.npz', '--model', 'out', '--data_list', 'list', '--dataset', 'samples'],
    ],
    outputs: ['out'],
    late: ['out.one', 'out.two'],
    inputs: [...model, ...quantizing, 'in.npz', 'other.npz', 'list', 'samples/0.png'],
  },
  model_runner: {
    args: ['model_runner', '--model', 'digits.mlir', '--input', 'samples/0.png', ...quantized, '--output', 'out', ...weights],
    outputs: ['out'],
    inputs: [...model, 'samples/0.png', ...quantizing],
  },
  export_onnx: {
    args: ['export_onnx', 'digits.mlir', ...quantized, ...weights, '--output', 'out'],
    outputs: ['out'],
    inputs: [...model, ...quantizing],
  },
  print: {
    args: ['print', 'digits.mlir', ...quantized, ...weights, '--output', 'out'],
    outputs: ['out'],
    inputs: [...model, ...quantizing],
  },
  graph: {
    args: [
      ...['graph', 'digits.mlir', '--chip', './nova.mjs', '--calibration_table', 'table', '--quantize_table', 'plan', ...weights],
      ...['--dot', 'out', '--svg', 'out.svg', ...families],
    ],
    outputs: ['out', 'out.svg'],
    inputs: [...model, ...quantizing, 'families.json'],
  },
  'pegasus import onnx': {
    args: ['pegasus', 'import', 'onnx', '--model', 'digits.onnx', '--output-model', 'out', '--output-data', 'out.data'],
    outputs: ['out', 'out.data'],
    inputs: ['digits.onnx'],
  },
  'pegasus generate inputmeta': {
    args: ['pegasus', 'generate', 'inputmeta', '--model', 'd.json', '--input-meta-output', 'out', '--source-file', 'dataset.txt'],
    outputs: ['out'],
    inputs: ['d.json'],
  },
  'pegasus generate postprocess-file': {
    args: ['pegasus', 'generate', 'postprocess-file', '--model', 'd.json', '--postprocess-file-output', 'out'],
    outputs: ['out'],
    inputs: ['d.json'],
  },
  'pegasus quantize': {
    args: ['pegasus', 'quantize', ...imported, ...fed, '--rebuild', '--model-quantize', 'out', '--compute-entropy', '--output-dir', '.'],
    outputs: ['out', 'entropy.txt'],
    inputs: ['d.json', 'd.data', ...ofMeta],
  },
  'pegasus inference': {
    args: [
      ...['pegasus', 'inference', ...imported, ...typed, ...fed, '--postprocess-file', 'post.yml'],
      ...['--nbg-meta', 'nbg_meta.json', '--output-dir', '.'],
    ],
    outputs: ['iter_0_attach_scores_Gemm_out0_0_out0_1_10.tensor', 'iter_0_image_30_out0_1_3_32_32.qnt.tensor'],
    inputs: [...ofTable, ...ofMeta, 'post.yml', 'nbg_meta.json'],
  },
  'pegasus dump': {
    args: ['pegasus', 'dump', ...imported, ...typed, ...fed, '--output-dir', '.'],
    outputs: ['image_30_out0_nchw_1_3_32_32.tensor', 'scores_Gemm_1_out0_nchw_1_10.qnt.tensor'],
    inputs: [...ofTable, ...ofMeta],
  },
  'pegasus export ovxlib': {
    args: [
      ...['pegasus', 'export', 'ovxlib', ...imported, ...typed, ...fed, '--postprocess-file', 'post.yml'],
      ...['--output-path', 'project/d', '--viv-sdk', 'sdk'],
    ],
    outputs: ['project/main.c', 'project/vnn_pre_process.c', 'project/d.export.data'],
    inputs: [...ofTable, 'd.yml'],
  },
  'npz_tool compare': npz('compare', 'other.npz', '--save', 'out'),
  'npz_tool cali_test': { ...npz('cali_test', '--calibration_table', 'table'), outputs: ['requant.npz'], inputs: ['in.npz', 'table'] },
  'npz_tool extract': npz('extract', 'out', 'image'),
  'npz_tool merge': npz('merge', 'other.npz', 'out'),
  'npz_tool to_npy': { ...npz('to_npy', 'image'), outputs: ['image.npy'] },
  'npz_tool to_dat': npz('to_dat', 'out'),
  'npz_tool to_bin': npz('to_bin', 'image', 'out'),
  'npz_tool bf16_to_fp32': npz('bf16_to_fp32', 'out'),
  'npz_tool fp16_to_fp32': npz('fp16_to_fp32', 'out'),
  'npz_tool fp32_to_bf16': npz('fp32_to_bf16', 'out'),
  'npz_tool fp32_to_fp16': npz('fp32_to_fp16', 'out'),
}

const printing = [
  ...['visualize_diff', 'dump', 'get_shape', 'statistic', 'check_nan_inf', 'print_diff'].map((name) => `npz_tool ${name}`),
  ...['measure', 'compute_tensor_similarity'].map((name) => `pegasus ${name}`),
]
const changingInPlace = ['rename', 'remove', 'insert', 'reshape', 'permute'].map((name) => `npz_tool ${name}`)

/** A table that is there is changed in place; the model file beside it is an output. */
const hybrid: Case = {
  args: ['pegasus', 'quantize', ...imported, ...fed, '--hybrid', '--model-quantize', 'd.quantize'],
  outputs: ['d.quantize.json'],
  inputs: [...ofTable, ...ofMeta],
}

type Command = ReturnType<typeof createProgram>

function commandsOf(command: Command, path: readonly string[] = []): readonly (readonly [name: string, command: Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]]
  return command.commands.flatMap((each) => commandsOf(each, [...path, each.name()]))
}

it('every command is known here, with every option that names a file', () => {
  const commands = commandsOf(createProgram('1', () => {}))
  expect(commands.map(([name]) => name).sort()).toEqual([...Object.keys(cases), ...printing, ...changingInPlace].sort())
  for (const [name, { options }] of commands) {
    const naming = options
      .filter(({ flags, description }) => /<(?:files?|path|folder|table)>/.test(flags) && !/not supported|without effect/.test(description))
      .map(({ long }) => long!)
      // The folder of a toolchain is not read but run.
      .filter((long) => long !== '--vendor')
    const { args = [] } = cases[name] ?? {}
    if (name in cases)
      expect(
        naming.filter((long) => !args.includes(long)),
        name,
      ).toEqual([])
  }
})

/** The description of a binary of a model file: pictures in bytes. */
function binaryOf(model: string): string {
  const { Layers } = JSON.parse(model) as {
    readonly Layers: Readonly<Record<string, { readonly op: string; readonly parameters?: object }>>
  }
  const inputs = Object.entries(Layers).filter(([, { op }]) => op === 'input')
  const quantize = { qtype: 'u8', min_value: 0, max_value: 255, scale: 1, zero_point: 0 }
  const ports = inputs.map(([lid, { parameters }]) => [
    lid,
    { name: lid, format: 'nchw', quantizer: 'asymmetric_affine', quantize, ...parameters },
  ])
  return JSON.stringify({ Inputs: Object.fromEntries(ports), Outputs: {} })
}

const prepared = mkdtempSync(join(tmpdir(), 'q-inputs-'))
beforeAll(async () => {
  const before = process.cwd()
  process.chdir(prepared)
  await prepareDigits()
  writeFileSync('nova.mjs', chipInFloats)
  copyFileSync(digits.model, 'digits.onnx')
  mkdirSync('samples')
  const pictures = readdirSync(digits.calibration).slice(0, 2)
  for (const [i, name] of pictures.entries()) copyFileSync(join(digits.calibration, name), `samples/${i}.png`)
  writeFileSync('list', 'samples/0.png\n')
  writeFileSync('other_list', 'samples/1.png\n')
  writeFileSync('plan', '')
  const block = { weights: 'Sigmoid', weighted: 'Mul(weights~)' }
  writeFileSync('families.json', JSON.stringify([{ name: 'gates', knownBy: [{ block }], keep: [{ where: block, keep: ['weights'] }] }]))
  writeFileSync('post.mjs', 'export const PostProcess = (outputs) => outputs')
  await mustRun('model_runner', '--model', 'digits.mlir', '--input', digits.picture, '--dump_all_tensors', '--output', 'all.npz')
  await mustRun('npz_tool', 'extract', 'all.npz', 'in.npz', 'image')
  copyFileSync('in.npz', 'other.npz')
  writeFileSync('dataset.txt', 'samples/0.png\n')
  mkdirSync('project')
  await mustRun('pegasus', 'import', 'onnx', '--model', 'digits.onnx', '--output-data', 'd.data', '--output-model', 'd.json')
  await mustRun('pegasus', 'generate', 'inputmeta', '--model', 'd.json', '--input-meta-output', 'd.yml')
  await mustRun('pegasus', 'generate', 'postprocess-file', '--model', 'd.json', '--postprocess-file-output', 'post.yml')
  await mustRun('pegasus', 'quantize', ...imported, ...fed, '--rebuild', '--model-quantize', 'd.quantize')
  writeFileSync('nbg_meta.json', binaryOf(readFileSync('d.json', 'utf8')))
  process.chdir(before)
})
afterAll(() => rmSync(prepared, { recursive: true, force: true }))
beforeEach(() => cpSync(prepared, '.', { recursive: true }))

const contents = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync('.', { withFileTypes: true, recursive: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => [resolve(parentPath, name), readFileSync(resolve(parentPath, name), 'base64')]),
  )

async function refused(args: readonly string[], late = false): Promise<void> {
  const before = contents()
  const { code, err } = await q(...args)
  expect(
    err.split('\n').filter((line) => /^[A-Z_]+: /.test(line)),
    args.join(' '),
  ).toEqual([expect.stringMatching(/^FILE_TAKEN: the output /)])
  expect(code).toBe(2)
  const after = contents()
  for (const [path, content] of before) expect(after.get(path) === content, `${args.join(' ')}: ${path}`).toBe(true)
  if (!late) expect([...after.keys()]).toEqual([...before.keys()])
}

describe.each([...Object.entries(cases), ['pegasus quantize --hybrid', hybrid] as const])(
  '%s: no output is one of its inputs, nothing is touched',
  (_, { args, outputs, late = [], inputs }) => {
    // Every output with one input and every input with one output; long tests, every output with every input.
    const written = [...outputs, ...late]
    it.each(
      written.flatMap((output, i) =>
        inputs.filter((_, k) => isLong || i === 0 || k === i % inputs.length).map((input) => [output, input] as const),
      ),
    )('%s by %s', async (output, input) => {
      if (args.includes(output)) await refused(args.map((word) => (word === output ? input : word)))
      linkSync(input, output)
      await refused(args, late.includes(output))
    })

    it('by a link', async () => {
      symlinkSync(resolve(inputs[0]!), outputs[0]!)
      await refused(args)
    })

    const pairs = outputs.flatMap((one, i) => outputs.slice(i + 1).map((other) => [one, other] as const))
    it.skipIf(pairs.length === 0).each(pairs)('%s is not %s', async (one, other) => {
      writeFileSync(one, 'before')
      linkSync(one, other)
      await refused(args)
    })
  },
)
