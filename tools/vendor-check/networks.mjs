import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { operatorNetworks, writeOperatorNetwork } from './operators.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const shared = process.env.Q_SHARED ?? join(root, '../shared')
const digits = join(root, 'examples/quickstart')

/**
 * A network to check, and what is needed to calibrate and to run it.
 *
 * @typedef {object} Network
 * @property {string} name
 * @property {string} onnx a file; empty where the network is made
 * @property {readonly string[]} preprocess options of `model_transform`
 * @property {string} input one sample
 * @property {string} [dataset] folder of samples; the one sample when absent
 * @property {readonly Mode[]} modes
 * @property {Readonly<Record<string, readonly [min: number, max: number]>>} [ranges] of tensors, in the place of calibrated ones
 * @property {boolean} [isRefused] whether the vendor's compiler ends on its own lowering
 * @property {boolean} [isWrong] whether its own lowering is wrong, so that ours is another
 * @property {(folder: string) => { onnx: string, input: string }} [make] writes `onnx` and `input`
 */

/**
 * `MIXED` is INT8 with every third layer in F16.
 *
 * @typedef {'INT8' | 'F16' | 'MIXED'} Mode
 */

/** @type {readonly Network[]} */
const known = [
  {
    name: 'digits',
    onnx: join(digits, 'digits.onnx'),
    preprocess: ['--pixel_format', 'rgb', '--mean', '123.675,116.28,103.53', '--scale', '0.0171,0.0175,0.0174'],
    input: join(digits, 'images/7_017.png'),
    dataset: join(digits, 'calibration'),
    modes: ['INT8', 'F16', 'MIXED'],
  },
  {
    name: 'mnist-8',
    onnx: join(shared, 'models/mnist-8.onnx'),
    preprocess: ['--pixel_format', 'gray', '--mean', '0', '--scale', '0.003922'],
    input: join(shared, 'images/MNIST/1.jpg'),
    dataset: join(shared, 'images/MNIST'),
    modes: ['INT8', 'F16', 'MIXED'],
  },
  {
    name: 'resnet8_cifar10',
    onnx: join(shared, 'models/resnet8_cifar10.onnx'),
    preprocess: [],
    input: join(shared, 'reference/tpu-mlir/resnet8_cifar10/input.npz'),
    modes: ['INT8', 'F16', 'MIXED'],
  },
  {
    name: 'mobilenet_v1_0.25_128',
    onnx: join(shared, 'models/mobilenet_v1_0.25_128.onnx'),
    preprocess: ['--pixel_format', 'rgb', '--mean', '127.5,127.5,127.5', '--scale', '0.00784314,0.00784314,0.00784314'],
    input: join(shared, 'reference/tpu-mlir/mobilenet_v1_0.25_128/input.npz'),
    dataset: join(shared, 'images/ILSVRC2012'),
    modes: ['INT8'],
  },
  {
    name: 'blazeface',
    onnx: join(shared, 'models/blazeface.onnx'),
    preprocess: ['--pixel_format', 'rgb', '--mean', '1,1,1', '--scale', '0.0078,0.0078,0.0078'],
    input: join(shared, 'reference/tpu-mlir/blazeface/input.npz'),
    dataset: join(shared, 'images/WIDER'),
    modes: ['INT8'],
  },
  {
    name: 'mobilenet_v2_tv_rec',
    onnx: join(shared, 'models/mobilenet_v2_tv_rec.onnx'),
    preprocess: ['--resize_dims', '256,256', '--pixel_format', 'rgb', '--mean', '123.675,116.28,103.53', '--scale', '0.0171,0.0175,0.0174'],
    input: join(shared, 'reference/tpu-mlir/mobilenet_v2_tv_rec/input.npz'),
    dataset: join(shared, 'images/ILSVRC2012'),
    modes: ['INT8'],
  },
  ...Object.entries(operatorNetworks).map(([name, { ranges, isRefused, isWrong }]) => ({
    name,
    onnx: '',
    preprocess: [],
    input: '',
    modes: /** @type {readonly Mode[]} */ (['INT8']),
    ranges,
    isRefused,
    isWrong,
    make: (/** @type {string} */ folder) => writeOperatorNetwork(/** @type {keyof typeof operatorNetworks} */ (name), folder),
  })),
]

/** Names of all networks. */
export const networkNames = known.map(({ name }) => name)

/**
 * The networks asked for, all of them when none is named; those whose files are not here are told and left out.
 *
 * @param {readonly string[]} names
 * @param {(line: string) => void} tell
 * @returns {readonly Network[]}
 */
export function chooseNetworks(names, tell) {
  const unknown = names.find((name) => !networkNames.includes(name))
  if (unknown !== undefined) throw new Error(`there is no network ${unknown}; choose from ${networkNames.join(', ')}`)
  return known.filter(({ name, onnx, input, make }) => {
    if (names.length > 0 && !names.includes(name)) return false
    if (make !== undefined) return true
    const missing = [onnx, input].find((path) => !existsSync(path))
    if (missing !== undefined) tell(`skip  ${name}: there is no ${missing}`)
    return missing === undefined
  })
}
