import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { calibrateMethods, type MethodName } from '@q/calib'
import { createSampleSource, type PreprocessOptions, selectSamples, withPreprocess } from '@q/data'
import { type Graph, parseCalibrationTable } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { decodeNpz, encodeNpz } from '@q/npz'
import { afterAll, describe, expect, it } from 'vitest'

import { kurtosisText } from '../tools/cli/src/pipeline/kurtosis-text.ts'
import { symmetricLayers } from '../tools/cli/src/pipeline/symmetric-layers.ts'
import { isLong, longTitle } from './long-tests.ts'
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
  /** The kurtosis of every layer that one of the runs wrote. */
  readonly kurtosisFile?: string
  readonly samples: string | ((pixel: number, channel: number) => number)
  /** The recorded runs by the samples they tuned on: file and method. All of a line come out of one pass. */
  readonly runs: readonly (readonly [tune: number, ...tables: readonly (readonly [file: string, method: MethodName])[]])[]
}

const f = Math.fround
const [means, deviations] = [
  [0.4914, 0.4822, 0.4465],
  [0.2023, 0.1994, 0.201],
]

/** Tables of the two methods that take activations for a distribution. */
const aciq = (tune: number) =>
  [
    [`aciq_gauss_tune${tune}.cali_table`, 'aciq_gauss'],
    [`aciq_laplace_tune${tune}.cali_table`, 'aciq_laplace'],
  ] as const

/** Methods that are not tuned by themselves; the runs were told to tune with 5 all the same. */
const untuned = [
  ['max_tune5.cali_table', 'max'],
  ['percentile9999_tune5.cali_table', 'percentile9999'],
  ['mse_tune5.cali_table', 'mse'],
] as const

const cases: readonly Case[] = [
  {
    network: 'mnist-8',
    preprocess: { pixelFormat: 'gray', mean: [0], scale: [0.003922] },
    samples: 'images/MNIST',
    runs: [
      [0, ['kl_tune0.cali_table', 'kl'], ...untuned, ...aciq(0)],
      [
        5,
        ['kl_tune5.cali_table', 'kl'],
        ['search_threshold.cali_table_mse_tune', 'mse'],
        ['search_threshold.cali_table_percentile9999_tune', 'percentile9999'],
        ...aciq(5),
      ],
    ],
  },
  {
    network: 'resnet8_cifar10',
    samples: (pixel) => f(pixel * 255),
    runs: [
      [0, ['kl_tune0.cali_table', 'kl'], ['max_tune5.cali_table', 'max'], ['percentile9999_tune5.cali_table', 'percentile9999']],
      [5, ['kl_tune5.cali_table', 'kl']],
    ],
  },
  {
    network: 'vit_pgd_2_3_16_cifar10',
    kurtosisFile: 'kl_tune5_kurt.kurtosis_analysis',
    samples: (pixel, channel) => f(f(pixel - f(means![channel]!)) / f(deviations![channel]!)),
    runs: [
      [0, ...untuned, ...aciq(0)],
      [
        5,
        ['kl_tune5.cali_table', 'kl'],
        ['search_threshold.cali_table_mse_tune', 'mse'],
        ['search_threshold.cali_table_percentile9999_tune', 'percentile9999'],
        ...aciq(5),
      ],
    ],
  },
  {
    network: 'blazeface',
    preprocess: { pixelFormat: 'rgb', mean: [1, 1, 1], scale: [0.0078, 0.0078, 0.0078] },
    samples: 'images/WIDER',
    runs: [[5, ['kl_tune5.cali_table', 'kl']]],
  },
  {
    network: 'mobilenet_v2_tv_rec',
    preprocess: { resizeDims: [256, 256], pixelFormat: 'rgb', mean: [123.675, 116.28, 103.53], scale: [0.0171, 0.0175, 0.0174] },
    samples: 'images/ILSVRC2012',
    runs: [
      [
        0,
        ['search_threshold.cali_table_kl.1', 'kl'],
        ['search_threshold.cali_table_max.1', 'max'],
        ['search_threshold.cali_table_percentile9999.1', 'percentile9999'],
        ['search_threshold.cali_table_mse.1', 'mse'],
        ...aciq(0),
      ],
      [5, ['kl_tune5.cali_table', 'kl'], ['search_threshold.cali_table_mse_tune', 'mse']],
    ],
  },
]

const runs = cases.flatMap((each) =>
  each.runs.map(([tune, ...tables]) => [each.network, tables.map(([file]) => file).join(', '), { ...each, tune, tables }] as const),
)

type Run = (typeof runs)[number]
const takesLong = ([network]: Run): boolean => network === 'mobilenet_v2_tv_rec'

/** Five significant digits; tables are printed with seven decimals. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.abs(b) + 5e-8
const folder = hasShared ? mkdtempSync(join(tmpdir(), 'q-tables-')) : undefined
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!hasShared)(sharedTitle('calibration tables, compared with TPU-MLIR'), () => {
  it.each(runs.filter((run) => !takesLong(run)))('%s: %s', isTheirs)
  it.skipIf(!isLong).each(runs.filter(takesLong))(longTitle('%s: %s'), isTheirs)

  async function isTheirs(...[network, _, { preprocess, samples, tune, tables, kurtosisFile }]: Run): Promise<void> {
    const float = await floatNetwork(network)
    const graph = preprocess === undefined ? float : withPreprocess(float, preprocess)
    const entries =
      typeof samples === 'string'
        ? (await selectSamples({ dataset: sharedPath(samples), inputNum: 100 })).entries
        : cifarSamples(graph, samples)
    const results = await calibrateMethods({
      graph,
      executor: ortExecutor('fast'),
      samples: await createSampleSource(entries, sampleInputs(graph)),
      methods: tables.map(([, method]) => method),
      tune: { count: tune },
      symmetric: symmetricLayers(graph),
      workers: 1,
      kurtosis: kurtosisFile !== undefined && tune > 0,
    })
    if (kurtosisFile !== undefined && tune > 0) {
      const parts = (text: string) => text.split('\n').map((line) => line.split(/ +(?!op_name)/))
      const rows = new Map(parts(kurtosisText(graph, results[0]!.kurtosis!)).map(([name, value, operator]) => [name, { value, operator }]))
      const wanted = parts(sharedText('reference/tpu-mlir-search', network, kurtosisFile))
      expect(rows.size).toBe(wanted.length)
      for (const [name, value, operator] of wanted) {
        expect(rows.get(name)?.operator, name).toBe(operator)
        if (Number.isFinite(Number(value))) expect(Math.abs(Number(rows.get(name)!.value) / Number(value) - 1), name).toBeLessThan(1e-5)
      }
    }

    for (const [i, [file]] of tables.entries()) {
      const wanted = parseCalibrationTable(sharedText('reference/tpu-mlir-search', network, file)).entries
      const rows = results[i]!.entries
      expect([...rows.keys()], file).toEqual([...wanted.keys()])
      const differing = [...rows].flatMap(([name, row]) => {
        const other = wanted.get(name)!
        const numbers = [
          [row.threshold, other.threshold],
          [row.min, other.min],
          [row.max, other.max],
        ] as const
        return numbers.every(([a, b]) => isClose(a, b)) ? [] : [`${name} ${numbers.join(' ')}`]
      })
      expect(differing.length / rows.size, [file, ...differing].join('\n')).toBeLessThanOrEqual(0.01)
    }
  }
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
