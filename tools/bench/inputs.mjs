import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const shared = process.env.Q_SHARED ?? join(root, '../shared')

/**
 * A network and its samples.
 *
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} onnx
 * @property {readonly string[]} preprocess options of `model_transform`
 * @property {string} dataset folder of images
 */

const imagenet = ['--pixel_format', 'rgb', '--mean', '123.675,116.28,103.53', '--scale', '0.0171,0.0175,0.0174']

/** The network the repository ships. @type {Subject} */
export const digits = {
  name: 'digits',
  onnx: join(root, 'examples/quickstart/digits.onnx'),
  preprocess: imagenet,
  dataset: join(root, 'examples/quickstart/calibration'),
}

/** MobileNet v2 and 100 photographs where the shared folder is there, else the shipped network. @type {Subject} */
export const subject = existsSync(join(shared, 'models/mobilenet_v2_tv_rec.onnx'))
  ? {
      name: 'mobilenet_v2_tv_rec',
      onnx: join(shared, 'models/mobilenet_v2_tv_rec.onnx'),
      preprocess: ['--resize_dims', '256,256', ...imagenet],
      dataset: join(shared, 'images/ILSVRC2012'),
    }
  : digits

/** How many seconds TPU-MLIR's own search of this network took, as its log tells; nothing where there is no such log. */
export function recordedSearchSeconds() {
  const log = join(shared, 'reference/tpu-mlir-search', subject.name, 'search_qtable_kl_mse_30.Search_Qtable.log')
  const [, seconds] = existsSync(log) ? (/total time:([\d.]+)/.exec(readFileSync(log, 'utf8')) ?? []) : []
  return seconds === undefined ? undefined : Number(seconds)
}

/** A new folder for what a run writes. */
export function newFolder() {
  return mkdtempSync(join(tmpdir(), 'q-bench-'))
}

/**
 * A list of so many images of a folder, which come round again when there are too few.
 *
 * @param {string} folder
 * @param {number} count
 * @param {string} file
 */
export function writeList(folder, count, file) {
  const images = readdirSync(folder)
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
  writeFileSync(file, Array.from({ length: count }, (_, i) => `${join(folder, images[i % images.length])}\n`).join(''))
}
