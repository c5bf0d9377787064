import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeNpy, encodeNpz } from '@q/npz'
import sharp from 'sharp'
import { call } from './call.mjs'
import { chip, secondChip } from './commands.mjs'
import { attribute, declared, encodeModel } from './onnx-message.mjs'

const quickstart = fileURLToPath(new URL('../../examples/quickstart/', import.meta.url))

/** Names of the files that {@link makeSeeds} leaves, by what they are. */
export const names = {
  deployed: 'digits_bm1684x_int8_sym_tpu.mlir',
  weights: 'digits_top_f32_all_weight.npz',
  lowered: 'digits_bm1684x_int8_sym_tpu_weights.npz',
  secondDeployed: 'digits_cv181x_int8_sym_tpu.mlir',
}

/** Makes one whole file of each kind that the commands read, in the working directory. */
export async function makeSeeds() {
  copyFileSync(join(quickstart, 'digits.onnx'), 'digits.onnx')
  copyFileSync(join(quickstart, 'images/3_003.png'), 'p.png')
  mkdirSync('imgs')
  for (const name of readdirSync(join(quickstart, 'calibration')).slice(0, 3))
    copyFileSync(join(quickstart, 'calibration', name), join('imgs', name))
  const pictures = readdirSync('imgs')
    .map((name) => `imgs/${name}\n`)
    .join('')
  const pixels = await sharp('p.png').resize(32, 32).removeAlpha().toColourspace('srgb').raw().toBuffer()
  writeFileSync('p.jpg', await sharp('p.png').jpeg().toBuffer())
  writeFileSync('scans.jpg', await sharp('p.png').jpeg({ progressive: true }).toBuffer())
  writeFileSync('rows.png', await sharp('p.png').png({ progressive: true, palette: true }).toBuffer())
  // What a picture is, its bytes say, not its name.
  writeFileSync('web.png', await sharp('p.png').webp().toBuffer())
  writeFileSync('gif.png', await sharp('p.png').gif().toBuffer())
  writeFileSync('tiff.jpg', await sharp('p.png').tiff().toBuffer())
  writeFileSync('p.bmp', bitmap(pixels, 32))
  const sample = { dtype: 'f32', shape: [1, 3, 32, 32], data: Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i)) }
  writeFileSync('x.npy', encodeNpy(sample))
  writeFileSync('x.npz', encodeNpz([['image', sample]]))
  writeFileSync('external.onnx', externalModel())
  writeFileSync('w.bin', Buffer.alloc(4096, 1))
  writeFileSync('../../secret.bin', Buffer.alloc(4096, 1))
  writeFileSync('patterns.json', JSON.stringify(pattern))
  writeFileSync('list.txt', pictures)
  writeFileSync('long.txt', pictures.repeat(400))
  const must = async (...args) => {
    const { code, err } = await call(args)
    if (code !== 0) throw new Error(`q ${args.join(' ')}: ${err}`)
  }
  await must(
    'model_transform',
    '--model_name',
    'digits',
    '--model_def',
    'digits.onnx',
    '--mlir',
    'digits.mlir',
    '--mean',
    '123,116,103',
    '--scale',
    '0.017,0.017,0.017',
  )
  await must('run_calibration', 'digits.mlir', '--dataset', 'imgs', '--tune_num', '0', '-o', 'table')
  for (const [options, model] of [
    [chip, 'digits.qbmodel'],
    [secondChip, 'digits.qcvimodel'],
  ])
    await must('model_deploy', '--mlir', 'digits.mlir', ...options, '--quantize', 'INT8', '--calibration_table', 'table', '--model', model)
  await must(
    'export_onnx',
    'digits.mlir',
    '--output',
    'int8.onnx',
    '--chip',
    'bm1684x',
    '--quantize',
    'INT8',
    '--calibration_table',
    'table',
  )
  const layer = readFileSync('table', 'utf8').trim().split('\n').at(-1).split(' ')[0]
  writeFileSync('plan', `# op_name quantize_mode\n${layer} F16\n`)
}

/** A family whose block the digit classifier has. */
const pattern = {
  name: 'mine',
  knownBy: [{ block: { first: 'Conv+relu', second: 'MaxPool|Conv(first~)' }, least: 1 }],
  keep: [{ where: { first: 'Conv+relu', second: 'MaxPool|Conv(first~)' }, keep: ['second'] }],
}

/** A model whose weights lie in `w.bin` beside it. */
function externalModel() {
  const entry = (key, value) => ({ key, value })
  const weights = { name: 'W', dims: [4, 3, 3, 3], dataType: 1, dataLocation: 1 }
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'g',
      node: [{ opType: 'Conv', name: 'n', input: ['x', 'W'], output: ['y'], attribute: [attribute('kernel_shape', [3, 3])] }],
      initializer: [{ ...weights, externalData: [entry('location', 'w.bin'), entry('offset', '0'), entry('length', '432')] }],
      input: [declared('x', [1, 3, 8, 8])],
      output: [{ name: 'y', type: { tensorType: { elemType: 1 } } }],
    },
  })
}

/** An uncompressed picture of 24 bits a pixel. */
function bitmap(pixels, side) {
  const header = Buffer.alloc(54)
  header.write('BM')
  header.writeUInt32LE(54 + pixels.length, 2)
  header.writeUInt32LE(54, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(side, 18)
  header.writeInt32LE(side, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(24, 28)
  return Buffer.concat([header, pixels])
}
