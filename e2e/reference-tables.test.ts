import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { calibrate } from '@q/calib'
import { createSampleSource, type PreprocessOptions, selectSamples, withPreprocess } from '@q/data'
import { type Graph, parseCalibrationTable } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { decodeNpz, encodeNpz } from '@q/npz'
import { afterAll, describe, expect, it } from 'vitest'

import { symmetricLayers } from '../tools/cli/src/pipeline/symmetric-layers.ts'
import { floatNetwork, ortExecutor } from './reference-network.ts'
import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

/**
 * Calibration tables from ONNX files and images, compared with those TPU-MLIR 1.30.2 made from the same. The float results they
 * rest on come from another library, so numbers agree to 5 digits, not to the last one.
 */
interface Case {
  readonly network: string
  readonly preprocess?: PreprocessOptions
  /** A folder of images, or how the CIFAR images became network inputs. */
  readonly samples: string | ((pixel: number, channel: number) => number)
  /** The recorded runs: file, method, samples to tune on. */
  readonly runs: readonly (readonly [file: string, method: 'kl' | 'max', tune: number])[]
}

const f = Math.fround
const [means, deviations] = [
  [0.4914, 0.4822, 0.4465],
  [0.2023, 0.1994, 0.201],
]

const cases: readonly Case[] = [
  {
    network: 'mnist-8',
    preprocess: { pixelFormat: 'gray', mean: [0], scale: [0.003922] },
    samples: 'images/MNIST',
    runs: [
      ['kl_tune0', 'kl', 0],
      ['kl_tune5', 'kl', 5],
      ['max_tune5', 'max', 0],
    ],
  },
  {
    network: 'resnet8_cifar10',
    samples: (pixel) => f(pixel * 255),
    runs: [
      ['kl_tune0', 'kl', 0],
      ['kl_tune5', 'kl', 5],
      ['max_tune5', 'max', 0],
    ],
  },
  {
    network: 'vit_pgd_2_3_16_cifar10',
    samples: (pixel, channel) => f(f(pixel - f(means![channel]!)) / f(deviations![channel]!)),
    runs: [
      ['kl_tune5', 'kl', 5],
      ['max_tune5', 'max', 0],
    ],
  },
  {
    network: 'blazeface',
    preprocess: { pixelFormat: 'rgb', mean: [1, 1, 1], scale: [0.0078, 0.0078, 0.0078] },
    samples: 'images/WIDER',
    runs: [['kl_tune5', 'kl', 5]],
  },
  {
    network: 'mobilenet_v2_tv_rec',
    preprocess: { resizeDims: [256, 256], pixelFormat: 'rgb', mean: [123.675, 116.28, 103.53], scale: [0.0171, 0.0175, 0.0174] },
    samples: 'images/ILSVRC2012',
    runs: [['kl_tune5', 'kl', 5]],
  },
]

const runs = cases.flatMap((each) => each.runs.map(([file, method, tune]) => [each.network, file, { ...each, method, tune }] as const))

/** Five significant digits; tables are printed with seven decimals. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.abs(b) + 5e-8
const folder = hasShared ? mkdtempSync(join(tmpdir(), 'q-tables-')) : undefined
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!hasShared)(sharedTitle('calibration tables, compared with TPU-MLIR'), () => {
  it.each(runs)('%s: %s', async (network, file, { preprocess, samples, method, tune }) => {
    const float = await floatNetwork(network)
    const graph = preprocess === undefined ? float : withPreprocess(float, preprocess)
    const wanted = parseCalibrationTable(sharedText('reference/tpu-mlir-search', network, `${file}.cali_table`)).entries
    const entries =
      typeof samples === 'string'
        ? (await selectSamples({ dataset: sharedPath(samples), inputNum: 100 })).entries
        : cifarSamples(graph, samples)
    const { entries: rows } = await calibrate({
      graph,
      executor: ortExecutor('fast'),
      samples: await createSampleSource(entries, sampleInputs(graph)),
      method,
      tune: { count: tune },
      symmetric: symmetricLayers(graph),
      workers: 1,
    })

    expect([...rows.keys()]).toEqual([...wanted.keys()])
    const differing = [...rows].flatMap(([name, row]) => {
      const other = wanted.get(name)!
      const numbers = [
        [row.threshold, other.threshold],
        [row.min, other.min],
        [row.max, other.max],
      ] as const
      return numbers.every(([a, b]) => isClose(a, b)) ? [] : [`${name} ${numbers.join(' ')}`]
    })
    expect(differing.length / rows.size, differing.join('\n')).toBeLessThanOrEqual(0.01)
  })
})

/** The first 100 CIFAR images as one npz each, the way the recorded runs were fed. */
function cifarSamples(graph: Graph, value: (pixel: number, channel: number) => number): readonly string[] {
  const pixels = decodeNpz(sharedBytes('images/cifar10_images.npz'), ['cifar10_images.npz']).get('images_0_1')!.data as Float32Array
  const size = 3 * 32 * 32
  return Array.from({ length: 100 }, (_, i) => {
    const data = pixels.slice(i * size, (i + 1) * size).map((pixel, k) => value(pixel, Math.floor(k / 1024)))
    const path = join(folder!, `${graph.name}_${String(i).padStart(3, '0')}.npz`)
    writeFileSync(path, encodeNpz(new Map([['input', { dtype: 'f32', shape: [1, 3, 32, 32], data }]])))
    return path
  })
}
