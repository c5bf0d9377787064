import { existsSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { timeInference } from './inference.mjs'
import { digits, newFolder, recordedSearchSeconds, subject, writeList } from './inputs.mjs'
import { row, runQ, runVendor } from './measure.mjs'
import { timeResolving } from './resolving.mjs'
import { timeSearch } from './searching.mjs'

const names = ['calibration', 'inference', 'memory', 'quantize', 'resolve', 'search']
const usage = `usage: run.mjs [--vendor DIR] [--runs N] [--only ${names.join(',')}]`
const values = readArguments()
const runs = Number(values.runs)
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`)
const folder = newFolder()

function readArguments() {
  try {
    const options = { vendor: { type: 'string' }, runs: { type: 'string', default: '3' }, only: { type: 'string' } }
    const { help, ...given } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } }).values
    if (!/^[1-9]\d*$/.test(given.runs)) throw new Error(`--runs takes a number from 1, found ${given.runs}`)
    const unknown = given.only?.split(',').find((name) => !names.includes(name))
    if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}`)
    if (!help) return given
    process.stdout.write(`${usage}\n`)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}\n`)
    process.exit(64)
  }
}

/** @param {import('./inputs.mjs').Subject} network */
function transform({ name, onnx, preprocess }) {
  return runQ(folder, ['model_transform', '--model_name', name, '--model_def', onnx, ...preprocess, '--mlir', `${name}.mlir`])
}

/** The folder of the vendor's programs, where a toolchain is named or found. */
function vendorBin() {
  const named = values.vendor ?? process.env.TPUC_ROOT
  return named === undefined ? undefined : [named, join(named, 'bin')].find((each) => existsSync(join(each, 'run_calibration.py')))
}

/**
 * Arguments that both calibration programs take.
 *
 * @param {import('./inputs.mjs').Subject} network
 * @param {string} table
 */
function calibration({ name, dataset }, table, samples = 100) {
  return [`${name}.mlir`, '--dataset', dataset, '--input_num', String(samples), '--cali_method', 'kl', '--tune_num', '5', '-o', table]
}

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`

const benches = {
  async calibration() {
    const bin = vendorBin()
    const ours = []
    const theirs = []
    for (let i = 0; i < runs; i++) {
      ours.push((await runQ(folder, ['run_calibration', ...calibration(subject, 'cali_table')])).seconds)
      if (bin !== undefined) theirs.push((await runVendor(folder, bin, 'run_calibration.py', calibration(subject, 'vendor_table'))).seconds)
    }
    print(row('q run_calibration (ONNX Runtime, fast)', ours, 's'))
    if (bin === undefined) return print('no vendor toolchain: give --vendor DIR or set TPUC_ROOT for the ratio')
    print(row('TPU-MLIR run_calibration.py', theirs, 's'))
    print(
      row(
        'ratio q / TPU-MLIR',
        ours.map((each, i) => each / theirs[i]),
      ),
    )
  },

  async inference() {
    const table = join(folder, 'cali_table')
    if (!existsSync(table)) await runQ(folder, ['run_calibration', ...calibration(subject, 'cali_table', 5)])
    const image = readdirSync(subject.dataset).sort()[0]
    const { threads, kernels, contenders } = await timeInference(subject, table, join(subject.dataset, image), Math.max(9, runs))
    print(
      `${threads} threads; integer kernels: ${Object.entries(kernels)
        .map(([key, form]) => `${key} ${form}`)
        .join(', ')}`,
    )
    for (const { title, seconds } of contenders)
      print(
        row(
          `${title} (ONNX Runtime)`,
          seconds.map((each) => each * 1000),
          'ms',
        ),
      )
    const [float, fast, exact] = contenders.map(({ seconds }) => seconds)
    print(
      row(
        'ratio INT8 fast / float',
        fast.map((each, i) => each / float[i]),
      ),
    )
    print(
      row(
        'ratio INT8 exact / float',
        exact.map((each, i) => each / float[i]),
      ),
    )
  },

  async resolve() {
    const rounds = []
    for (let i = 0; i < runs; i++) rounds.push(await timeResolving(subject))
    const milliseconds = (/** @type {readonly number[]} */ seconds) => seconds.map((each) => each * 1000)
    for (const [i, { title, layers, visited }] of rounds[0].entries()) {
      const all = rounds.map((round) => round[i])
      print(`${title}: ${layers} layers; ${visited} results computed when one layer changes`)
      print(row('  first graph', milliseconds(all.map(({ first }) => first)), 'ms'))
      print(row('  one layer changed', milliseconds(all.flatMap(({ changed }) => changed)), 'ms'))
      print(row('  the same again', milliseconds(all.flatMap(({ again }) => again)), 'ms'))
      print(row('  with the keys of all values', milliseconds(all.flatMap(({ keyed }) => keyed)), 'ms'))
    }
  },

  async memory() {
    const counts = [100, 1000]
    const peaks = new Map(counts.map((count) => [count, []]))
    const seconds = new Map(counts.map((count) => [count, []]))
    for (const count of counts) writeList(subject.dataset, count, join(folder, `${count}.txt`))
    for (let i = 0; i < Math.min(runs, 2); i++) {
      for (const count of counts) {
        const options = ['--data_list', `${count}.txt`, '--input_num', '0', '--tune_num', '0', '-o', 'table']
        const used = await runQ(folder, ['run_calibration', `${subject.name}.mlir`, ...options])
        peaks.get(count).push(used.peak)
        seconds.get(count).push(used.seconds)
      }
    }
    for (const count of counts) print(row(`peak memory, ${count} samples`, peaks.get(count), 'MB'))
    for (const count of counts) print(row(`time, ${count} samples`, seconds.get(count), 's'))
    print(
      row(
        'ratio of peak memory, 1000 / 100 samples',
        peaks.get(1000).map((each, i) => each / peaks.get(100)[i]),
      ),
    )
  },

  async search() {
    const bin = vendorBin()
    const images = ['--input_num', '100', '--inference_num', '30', '--expected_cos', '0.999', '--chip', 'bm1684x']
    const search = ['--search', 'search_qtable', '--quantize_method_list', 'KL,MSE']
    // Tables of their own: TPU-MLIR leaves out half of its search where the table that it writes is there already.
    const manual = (/** @type {string} */ whose) =>
      [`${subject.name}.mlir`, '--dataset', subject.dataset, ...images, ...search].concat(
        ['--quantize_table', `${whose}_qtable`],
        ['-o', `${whose}_table`],
      )
    const [exact, raced, theirs] = [[], [], []]
    for (let i = 0; i < Math.min(runs, 3); i++) {
      exact.push(await timeSearch(folder, ['run_calibration', ...manual('q')]))
      raced.push(await timeSearch(folder, ['search', `${subject.name}.mlir`, '--data', subject.dataset, ...images]))
      if (bin !== undefined && i === 0) theirs.push((await runVendor(folder, bin, 'run_calibration.py', manual('vendor'))).seconds)
    }
    const seconds = (/** @type {readonly { readonly seconds: number }[]} */ each) => each.map((one) => one.seconds)
    print(row('q run_calibration --search search_qtable, exact', seconds(exact), 's'))
    print(row('q search (race)', seconds(raced), 's'))
    const recorded = recordedSearchSeconds()
    if (bin !== undefined) print(row('TPU-MLIR run_calibration.py', theirs, 's'))
    else if (recorded !== undefined) print(row('TPU-MLIR run_calibration.py, recorded elsewhere', [recorded], 's'))
    const vendor = theirs[0] ?? recorded
    if (vendor !== undefined) {
      for (const [title, ours] of [
        ['times as fast, exact', exact],
        ['times as fast, raced', raced],
      ])
        print(
          row(
            title,
            ours.map((each) => vendor / each.seconds),
          ),
        )
    }
    // Every trial of the manual's search, run whole, is what brute force takes.
    const brute = exact[0].whole
    print(`nodes executed, of brute force: exact ${percent(exact[0].executed / brute)}, raced ${percent(raced[0].executed / brute)}`)
  },

  async quantize() {
    const seconds = []
    const args = ['quantize', digits.onnx, '--data', digits.dataset, '--chip', 'bm1684x', '--name', 'digits', ...digits.preprocess]
    for (let i = 0; i < Math.max(5, runs); i++) seconds.push((await runQ(folder, args)).seconds)
    print(row('q quantize digits.onnx, 20 images, whole process', seconds, 's'))
  },
}

const titles = {
  calibration: `calibration of ${subject.name}: 100 images, kl, tune 5`,
  inference: `one inference of ${subject.name}`,
  memory: `memory of calibration of ${subject.name}: kl, no tuning`,
  quantize: 'the whole job',
  resolve: 'one layer of a plan changed',
  search: `search on ${subject.name}: kl and mse, 100 + 30 images, 0.999`,
}

try {
  const wanted = values.only?.split(',') ?? names
  print(`node ${process.version}, ${availableParallelism()} processors, load average ${loadavg()[0].toFixed(2)} before the first run`)
  await transform(subject)
  for (const name of wanted) {
    print(`\n${titles[name].padEnd(58)}${['min', 'median', 'max'].map((each) => each.padStart(9)).join('')}`)
    await benches[name]()
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
