import { readFileSync, writeFileSync } from 'node:fs'
import { decodeNpz, encodeNpz } from '@q/npz'
import { describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, q } from './run-command.ts'
import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

inEmptyFolder()

const lossesIn = (log: string): ReadonlyMap<string, number> =>
  new Map(
    [...log.matchAll(/the layer (\S+) is \d+ sensitive layer, loss is (\S+), type/g)].map(([, layer, loss]) => [layer!, Number(loss)]),
  )

/** Spearman's rank correlation of two rows of numbers without ties. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]) => {
    const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!)
    return values.map((_, i) => order.indexOf(i))
  }
  const [left, right] = [ranks(a), ranks(b)]
  const sum = left.reduce((total, rank, i) => total + (rank - right[i]!) ** 2, 0)
  return 1 - (6 * sum) / (a.length * (a.length ** 2 - 1))
}

/** The first pictures of CIFAR-10 as the recorded runs had them, one file each, and their list. */
function writeCifarList(file: string, count: number): void {
  const [mean, deviation] = [
    [0.4914, 0.4822, 0.4465],
    [0.2023, 0.1994, 0.201],
  ]
  const pictures = decodeNpz(sharedBytes('images/cifar10_images.npz'), ['cifar10_images.npz']).get('images_0_1')!.data as Float32Array
  const size = 32 * 32
  const names = Array.from({ length: count }, (_, index) => {
    const data = Float32Array.from({ length: 3 * size }, (_, i) => {
      const channel = Math.floor(i / size)
      const centred = Math.fround(pictures[3 * size * index + i]! - Math.fround(mean![channel]!))
      return centred / Math.fround(deviation![channel]!)
    })
    writeFileSync(`${index}.npz`, encodeNpz(new Map([['input', { dtype: 'f32', shape: [1, 3, 32, 32], data }]])))
    return `${index}.npz`
  })
  writeFileSync(file, `${names.join('\n')}\n`)
}

describe.skipIf(!hasShared)(sharedTitle('searches come to what TPU-MLIR 1.30.2 came to'), () => {
  it('search_threshold on mnist-8: the same scores and the same method', async () => {
    const preprocess = ['--input_shapes', '[[1,1,28,28]]', '--pixel_format', 'gray', '--scale', '0.003922', '--mean', '0']
    await mustRun(
      'model_transform',
      '--model_name',
      'mnist-8',
      '--model_def',
      sharedPath('models/mnist-8.onnx'),
      '--mlir',
      'm.mlir',
      ...preprocess,
    )
    const samples = ['--dataset', sharedPath('images/MNIST'), '--input_num', '100', '--inference_num', '30']
    await mustRun('run_calibration', 'm.mlir', ...samples, '--search', 'search_threshold', '--quantize_table', 'qtable', '-o', 'ct')
    const scores = (log: string) => [...log.matchAll(/'(\w+)': (0\.\d+)/g)].map(([, method, score]) => [method, Number(score)] as const)
    const wanted = sharedText('reference/tpu-mlir-search/mnist-8/search_threshold.Search_Threshold.log')
    const found = readFileSync('Search_Threshold', 'utf8')
    expect(scores(found).map(([method]) => method)).toEqual(scores(wanted).map(([method]) => method))
    for (const [i, [, score]] of scores(found).entries()) expect(score).toBeCloseTo(scores(wanted)[i]![1], 7)
    const best = /optimal_method_name: (\w+)/
    expect(best.exec(found)![1]).toBe(best.exec(wanted)![1])
  })

  it('search_qtable on vit_pgd_2_3_16_cifar10: the same order of layers, no less similar, no more layers in float', async () => {
    const name = 'vit_pgd_2_3_16_cifar10'
    writeCifarList('list', 100)
    await mustRun(
      'model_transform',
      '--model_name',
      name,
      '--model_def',
      sharedPath(`models/${name}.onnx`),
      '--mlir',
      'm.mlir',
      '--input_shapes',
      '[[1,3,32,32]]',
    )
    const samples = ['--data_list', 'list', '--input_num', '100', '--inference_num', '30', '--expected_cos', '0.9999']
    const methods = ['--quantize_method_list', 'KL,MAX,MSE']
    const { code } = await q(
      'run_calibration',
      'm.mlir',
      ...samples,
      ...methods,
      '--search',
      'search_qtable',
      '--quantize_table',
      'qtable',
      '-o',
      'ct',
    )
    expect(code).toBe(4)
    const wanted = sharedText('reference/tpu-mlir-search', name, 'search_qtable_kl_max_mse.Search_Qtable.log')
    const found = readFileSync('Search_Qtable', 'utf8')
    const [ours, theirs] = [lossesIn(found), lossesIn(wanted)]
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort())
    const layers = [...theirs.keys()]
    expect(
      rankCorrelation(
        layers.map((each) => ours.get(each)!),
        layers.map((each) => theirs.get(each)!),
      ),
    ).toBeGreaterThan(0.98)
    const end = (log: string) =>
      /float layer number: (\d+), mix model outputs_cos: (\S+)\n/
        .exec(log.slice(log.indexOf('>>>run result:')))!
        .slice(1)
        .map(Number)
    expect(end(found)[0]).toBeLessThanOrEqual(end(wanted)[0]!)
    expect(end(found)[1]).toBeGreaterThanOrEqual(end(wanted)[1]!)
  })
})
