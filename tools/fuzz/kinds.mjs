import { chip, resume, search } from './commands.mjs'
import { mutateBytes } from './mutate-bytes.mjs'
import { mutateModel, mutateModelBytes } from './mutate-model.mjs'
import { mutateText } from './mutate-text.mjs'
import { decodeModel, encodeModel } from './onnx-message.mjs'
import { oddNames, oddNumbers } from './random.mjs'
import { randomModel } from './random-models.mjs'
import { names } from './seeds.mjs'

const transform = (file, ...more) => [
  'model_transform',
  '--model_name',
  'm',
  '--model_def',
  file,
  '--mlir',
  'm.mlir',
  '--channel_format',
  'none',
  ...more,
]
const run = (model, input) => ['model_runner', '--model', model, '--input', input, '--output', 'out.npz']
const calibrate = ['run_calibration', 'digits.mlir', '--dataset', 'imgs', '--tune_num', '0', '-o', 'again']
const deploy = (...more) => [
  'model_deploy',
  '--mlir',
  'digits.mlir',
  ...chip,
  '--quantize',
  'INT8',
  '--calibration_table',
  'table',
  '--model',
  'again.qbmodel',
  '--not_gen_bmodel',
  ...more,
]
const inspect = (file) => [
  ['npz_tool', 'dump', file],
  ['npz_tool', 'check_nan_inf', file],
  ['npz_tool', 'statistic', file],
  ['npz_tool', 'compare', file, 'x.npz', '-vv'],
  ['npz_tool', 'merge', file, 'x.npz', 'both.npz'],
]

/** A picture, a table, … that is damaged, and one of the commands that read it. `to`: the name it has, where that is another one. */
const damaged =
  (file, mutate, ...commands) =>
  (random, read) => ({ files: { [file]: mutate(read(file), random) }, commands: [random.pick(commands)] })

/** One of these pictures, damaged. */
const picture =
  (...files) =>
  (random, read) => {
    const file = random.pick(files)
    return damaged(file, mutateBytes, run('digits.mlir', file))(random, read)
  }

/** The location, the offset or the length of weights that lie in another file. */
function external(random, read) {
  const model = decodeModel(read('external.onnx'))
  const [stored] = model.graph.initializer
  const places = [
    '../../secret.bin',
    '../w.bin',
    '/etc/passwd',
    './w.bin',
    'imgs/../w.bin',
    'imgs/../../../secret.bin',
    'none.bin',
    '.',
    'w.bin\u0000',
    ...oddNames,
  ]
  const change = random.pick([
    () => ({ key: 'location', value: random.pick(places) }),
    () => ({ key: random.pick(['offset', 'length']), value: String(random.pick([...oddNumbers, 'x', '', '1e3', ' 4', '0x10'])) }),
    () => ({ key: random.pick(['checksum', ...oddNames]), value: 'x' }),
  ])()
  stored.externalData = [...stored.externalData.filter(({ key }) => key !== change.key), change]
  const leaves = /^\/|\.\.\/w|secret/.test(change.key === 'location' ? change.value : '')
  return {
    files: { 'external.onnx': encodeModel(model), 'w.bin': random.chance(0.2) ? mutateBytes(read('w.bin'), random) : read('w.bin') },
    commands: [transform('external.onnx')],
    refused: leaves,
  }
}

/** What an earlier run has left: whatever it holds, the result is that of a run without it. */
const leftover = (kept, command, result) => (random, read) => ({
  files: { [kept]: mutateBytes(read(kept), random) },
  commands: [command],
  equal: result,
})

/** Options as no one writes them. */
function options(random) {
  const value = () =>
    random.pick([
      ...oddNames.filter((name) => !name.includes('\u0000')),
      ...oddNumbers.map(String),
      '[[1,3,32,32]]',
      '[]',
      '{"a":1}',
      '1,2,3',
      'nan',
      'x.npz',
      'digits.onnx',
      'table',
      '.',
    ])
  const flags = [
    '--input_shapes',
    '--mean',
    '--scale',
    '--resize_dims',
    '--output_names',
    '--tolerance',
    '--excepts',
    '--test_input',
    '--test_result',
    '--mlir',
    '--model_name',
    '--model_def',
    '--pixel_format',
    '--max-memory',
    '--keep_aspect_ratio',
    '--channel_format',
  ]
  const command = random.pick([
    ['model_transform', '--model_name', 'm', '--model_def', 'digits.onnx', '--mlir', 'm.mlir'],
    run('digits.mlir', 'p.png'),
    calibrate,
    deploy(),
    ['npz_tool', random.pick(['extract', 'reshape', 'permute', 'insert', 'rename', 'remove', 'to_bin', 'compare', 'get_shape']), 'x.npz'],
  ])
  const more = random
    .list(1 + random.below(3), () => [
      random.pick([
        ...flags,
        ...command.filter((word) => word.startsWith('-')),
        '--chip_options',
        '--custom_operator',
        '--data_list',
        '--input_num',
      ]),
      value(),
    ])
    .flat()
  return { files: {}, commands: [[...command, ...more]] }
}

/** A random model, as it is or with its structure changed, beside ONNX Runtime. */
function structure(random) {
  const model = randomModel(random)
  const changed = random.chance(0.45) ? mutateModel(model, random) : model
  let bytes
  try {
    bytes = encodeModel(changed)
  } catch {
    bytes = encodeModel(randomModel(random))
  }
  return { files: { 'm.onnx': bytes }, commands: [transform('m.onnx')], model: 'm.onnx' }
}

/** Every kind of case, and how often it is tried among the others. */
export const kinds = {
  structure: { share: 0, make: structure },
  onnx: {
    share: 3,
    make: damaged(
      'digits.onnx',
      mutateBytes,
      transform('digits.onnx'),
      transform('digits.onnx', '--test_input', 'x.npz'),
      ['print', 'digits.onnx'],
      run('digits.onnx', 'x.npz'),
    ),
  },
  'onnx-structure': {
    share: 2,
    make: damaged('digits.onnx', mutateModelBytes, transform('digits.onnx'), transform('digits.onnx', '--test_input', 'x.npz'), [
      'graph',
      'digits.onnx',
    ]),
  },
  'onnx-quantized': { share: 1, make: damaged('int8.onnx', mutateModelBytes, run('int8.onnx', 'x.npz')) },
  external: { share: 2, make: external },
  weights: { share: 2, make: damaged(names.weights, mutateBytes, run('digits.mlir', 'x.npz'), deploy(), ...inspect(names.weights)) },
  npz: {
    share: 2,
    make: damaged(
      'x.npz',
      mutateBytes,
      run('digits.mlir', 'x.npz'),
      deploy('--test_input', 'x.npz'),
      deploy('--test_input', 'p.png', '--test_reference', 'x.npz'),
      ...inspect('x.npz'),
    ),
  },
  npy: { share: 1, make: damaged('x.npy', mutateBytes, run('digits.mlir', 'x.npy')) },
  png: { share: 1, make: picture('p.png', 'rows.png', 'web.png', 'gif.png') },
  jpg: { share: 1, make: picture('p.jpg', 'scans.jpg', 'tiff.jpg') },
  bmp: { share: 1, make: damaged('p.bmp', mutateBytes, run('digits.mlir', 'p.bmp')) },
  top: {
    share: 3,
    make: damaged(
      'digits.mlir',
      mutateText,
      run('digits.mlir', 'x.npz'),
      deploy(),
      ['print', 'digits.mlir'],
      ['graph', 'digits.mlir'],
      calibrate,
      ['export_onnx', 'digits.mlir', '--output', 'o.onnx'],
    ),
  },
  tpu: {
    share: 3,
    make: damaged(
      names.deployed,
      mutateText,
      run(names.deployed, 'x.npz'),
      ['print', names.deployed],
      ['export_onnx', names.deployed, '--output', 'o.onnx'],
    ),
  },
  lowered: { share: 1, make: damaged(names.lowered, mutateBytes, run(names.deployed, 'x.npz')) },
  container: { share: 2, make: damaged('digits.qbmodel', mutateBytes, run('digits.qbmodel', 'x.npz')) },
  'container-second': {
    share: 2,
    make: damaged('digits.qcvimodel', mutateBytes, run('digits.qcvimodel', 'x.npz'), ['print', 'digits.qcvimodel', '--stage', 'stored']),
  },
  'tpu-second': {
    share: 1,
    make: damaged(names.secondDeployed, mutateText, run(names.secondDeployed, 'x.npz'), ['print', names.secondDeployed]),
  },
  table: { share: 2, make: damaged('table', mutateText, deploy(), ['graph', 'digits.mlir', '--calibration_table', 'table']) },
  plan: {
    share: 1,
    make: damaged('plan', mutateText, deploy('--quantize_table', 'plan'), ['graph', 'digits.mlir', '--quantize_table', 'plan']),
  },
  patterns: {
    share: 1,
    make: damaged(
      'patterns.json',
      mutateText,
      ['graph', 'digits.mlir', '--patterns', 'patterns.json'],
      [...calibrate, '--patterns', 'patterns.json'],
    ),
  },
  list: {
    share: 1,
    make: damaged('list.txt', mutateText, ['run_calibration', 'digits.mlir', '--data_list', 'list.txt', '--tune_num', '0', '-o', 'again']),
  },
  checkpoint: { share: 1, make: leftover('.again.unfinished', resume, 'again') },
  journal: { share: 1, make: leftover('.found.journal', search, 'found') },
  options: { share: 2, make: options },
}
