import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkBoundary } from './boundary.mjs'
import { checkContainers } from './containers.mjs'
import { checkPictures } from './pictures.mjs'
import { q, run } from './programs.mjs'
import { givenTable, mixedTable, readRows, sameRows } from './tables.mjs'
import { compareWeights, equalResults } from './tensors.mjs'

/** @import { Mode, Network } from './networks.mjs' */

const chip = 'bm1684x'
const samples = ['--input_num', '5', '--tune_num', '2']

/**
 * Everything that is checked of one network, in a folder of its own.
 *
 * @param {Network} network
 * @param {string} bin folder of the toolchain's programs
 * @param {string} folder an empty folder
 * @param {(title: string, check: () => Promise<string>) => Promise<void>} check runs one check; its text tells what was seen
 */
export async function checkNetwork(network, bin, folder, check) {
  const { name, preprocess, dataset, modes, ranges, isRefused = false, isWrong = false, make } = network
  const { onnx, input } = make?.(folder) ?? network
  const ours = join(folder, 'q')
  const theirs = join(folder, 'vendor')
  for (const each of [ours, theirs]) mkdirSync(each, { recursive: true })
  const top = `${name}.mlir`
  const topWeights = `${name}_top_f32_all_weight.npz`
  const sample = join(ours, `${name}_in_f32.npz`)
  const table = join(ours, 'cali_table')
  const list = join(folder, 'samples.txt')

  await q(ours, ['model_transform', '--model_name', name, '--model_def', onnx, ...preprocess, '--test_input', input, '--mlir', top])
  for (const file of [top, topWeights]) cpSync(join(ours, file), join(theirs, file))
  writeFileSync(list, `${input}\n`)
  const data = dataset === undefined ? ['--data_list', list] : ['--dataset', dataset]
  await q(ours, ['run_calibration', top, ...data, ...samples, '-o', table])

  if (ranges !== undefined) writeFileSync(table, givenTable(readRows(table), ranges))
  else
    await check(`${name}: run_calibration.py takes our Top file`, async () => {
      await run(theirs, join(bin, 'run_calibration.py'), [top, ...data, ...samples, '-o', 'cali_table'], bin)
      const [mine, other] = [readRows(table), readRows(join(theirs, 'cali_table'))]
      const same = sameRows(mine, other)
      // Thresholds that two histogram bins serve equally well may fall on either side: float results differ in the last place.
      if (mine.size !== other.size || mine.size - same > Math.max(1, 0.01 * mine.size))
        throw new Error(`${same} of ${mine.size} rows are the same, ${other.size} in its table`)
      return `${same} of ${mine.size} rows are the same to 5 digits`
    })
  for (const mode of modes)
    await checkMode({ name, mode, table, sample, top, ours, theirs, isGiven: ranges !== undefined, isRefused, isWrong }, bin, check)
  if (ranges !== undefined) return
  await checkContainers({ name, top, table, sample, ours }, bin, check)
  await checkBoundary({ name, top, table, sample, ours }, bin, check)
  if (/\.(?:jpe?g|png)$/i.test(input))
    await checkPictures({ name, top, table, picture: input, ours, isGray: preprocess.includes('gray') }, bin, check)
}

/**
 * @param {{ name: string, mode: Mode, table: string, sample: string, top: string, ours: string, theirs: string, isGiven: boolean, isRefused: boolean, isWrong: boolean }} job
 * @param {string} bin
 * @param {(title: string, check: () => Promise<string>) => Promise<void>} check
 */
async function checkMode({ name, mode, table, sample, top, ours, theirs, isGiven, isRefused, isWrong }, bin, check) {
  const what = `${name} ${mode}`
  const container = `${name}_${mode.toLowerCase()}.bmodel`
  const lowered = `${name}_${chip}_${mode === 'F16' ? 'f16' : 'int8_sym'}_tpu.mlir`
  const modeOptions = mode === 'F16' ? ['--quantize', 'F16'] : ['--quantize', 'INT8', '--calibration_table', table]
  if (mode === 'MIXED') {
    const mixed = join(ours, 'qtable')
    writeFileSync(mixed, mixedTable(readRows(table)))
    modeOptions.push('--quantize_table', mixed)
  }
  const deploy = ['--mlir', top, ...modeOptions, '--chip', chip, '--model', container]
  const printed = await q(ours, ['model_deploy', ...deploy])
  await q(ours, ['model_runner', '--model', lowered, '--input', sample, '--output', `${mode}_ours.npz`])

  if (isRefused) {
    await check(`${what}: model_deploy.py ends without a container, as it is known to`, async () => {
      const end = await run(theirs, join(bin, 'model_deploy.py'), deploy, bin).then(
        () => undefined,
        (error) => String(error.message),
      )
      if (end === undefined) throw new Error('it made one: compare its integers with ours')
      return 'only our lowering is compiled'
    })
  } else {
    await check(`${what}: model_deploy.py makes the same weights of our Top file and table`, async () => {
      await run(theirs, join(bin, 'model_deploy.py'), [...deploy, '--not_gen_bmodel'], bin)
      const { same, different } = compareWeights(weightFile(ours, lowered), weightFile(theirs, lowered))
      if (different.length > 0) throw new Error(`${different.length} differ: ${different.slice(0, 5).join(', ')}`)
      return `${same} arrays, every bit`
    })

    await check(`${what}: model_deploy.py takes our Top file and table to the end`, async () => {
      await run(theirs, join(bin, 'model_deploy.py'), deploy, bin)
      return container
    })
  }

  await check(`${what}: the script that is named compiles our lowered file`, async () => {
    const script = /\bsh (\S+_compile\.sh)/.exec(printed)?.[1]
    if (script === undefined) throw new Error('model_deploy names no script')
    await run(ours, 'sh', [script], bin)
    return container
  })

  await check(`${what}: the chip simulator computes our ${mode === 'INT8' ? 'integers' : 'numbers'}`, async () => {
    await run(ours, join(bin, 'model_runner.py'), ['--input', sample, '--model', container, '--output', `${mode}_chip.npz`], bin)
    return equalResults(join(ours, `${mode}_ours.npz`), join(ours, `${mode}_chip.npz`), { isFloat: mode !== 'INT8' })
  })

  if (isGiven && !isRefused && !isWrong) {
    await check(`${what}: the chip simulator computes our integers of its own lowering`, async () => {
      await run(theirs, join(bin, 'model_runner.py'), ['--input', sample, '--model', container, '--output', 'chip.npz'], bin)
      return equalResults(join(ours, `${mode}_ours.npz`), join(theirs, 'chip.npz'))
    })
  }
}

/**
 * The weight file a lowered file names.
 *
 * @param {string} folder
 * @param {string} lowered
 */
function weightFile(folder, lowered) {
  const named = /module\.weight_file = "([^"]*)"/.exec(readFileSync(join(folder, lowered), 'utf8'))?.[1]
  if (named === undefined) throw new Error(`${lowered} names no weight file`)
  return join(folder, named)
}
