import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { floatOps } from '@q/ir'
import { decodeNpz } from '@q/npz'
import { q, run, vendorBin } from './programs.mjs'
import { forms, madeFromOthers, neverPositive } from './sweep-forms.mjs'
import { writeForms } from './sweep-network.mjs'

const usage = `usage: node tools/vendor-check/sweep.mjs --vendor DIR [--chip NAME] [--modes INT8,F16,F32] [--listed MODE] [--asymmetric] [--no-chip] [--keep] [--output FILE] [form ...]
DIR is an installed TPU-MLIR 1.30.2; forms: ${[...forms.keys()].join(', ')}`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vendor: { type: 'string' },
    chip: { type: 'string', default: 'bm1684x' },
    modes: { type: 'string', default: 'INT8,F16,F32' },
    listed: { type: 'string' },
    asymmetric: { type: 'boolean', default: false },
    'no-chip': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    output: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
const unknown = positionals.find((each) => !forms.has(each))
if (values.vendor === undefined || unknown !== undefined) {
  process.stderr.write(`${unknown === undefined ? '' : `there is no form ${unknown}\n`}${usage}\n`)
  process.exit(2)
}
const missing = [...floatOps.keys()].filter(
  (op) => !madeFromOthers.includes(op) && ![...forms.keys()].some((name) => name.split('_')[0] === op),
)
if (missing.length > 0) throw new Error(`write a form for ${missing.join(', ')}`)

const bin = vendorBin(values.vendor)
const folder = mkdtempSync(join(tmpdir(), 'vendor-sweep-'))
const chip = values.chip
const container = chip.startsWith('cv') ? 'm.cvimodel' : 'm.bmodel'
let count = 0

/**
 * What became of a form in a mode: what our command says of it, its own lowering, the chip.
 *
 * @typedef {{ ours?: string, own?: string, chip?: string }} Found
 */

/** @typedef {ReadonlyMap<string, string>} Batch forms by the prefix of their tensors */

/**
 * Does something with all forms of a batch at once; where that fails, without those that the message names, or else with its halves.
 *
 * @param {Batch} batch
 * @param {(batch: Batch, place: string) => Promise<void>} work
 * @param {(prefix: string, message: string) => void} failed told of single forms
 */
async function inHalves(batch, work, failed) {
  if (batch.size === 0) return
  const place = join(folder, String(count++))
  mkdirSync(place)
  const error = await work(batch, place).then(
    () => undefined,
    (cause) => String(cause.message),
  )
  if (error === undefined) return
  if (batch.size === 1) return failed([...batch.keys()][0], error)
  const named = new Set(error.match(/\bf\d+_/g)?.filter((prefix) => batch.has(prefix)))
  const entries = [...batch].filter(([prefix]) => !named.has(prefix))
  if (named.size > 0 && entries.length > 0) {
    for (const prefix of named) failed(prefix, error)
    return inHalves(new Map(entries), work, failed)
  }
  const half = Math.ceil(entries.length / 2)
  for (const part of [entries.slice(0, half), entries.slice(half)]) await inHalves(new Map(part), work, failed)
}

/**
 * Our files of a batch in a mode, and the tensors that we compute.
 *
 * @param {Batch} batch
 * @param {string} place
 * @param {string} mode
 */
async function ourRun(batch, place, mode) {
  const { onnx, input } = writeForms(batch, place)
  await q(place, ['model_transform', '--model_name', 'm', '--model_def', onnx, '--channel_format', 'none', '--mlir', 'm.mlir'])
  writeFileSync(join(place, 'list.txt'), `${input}\n`)
  await q(place, ['run_calibration', 'm.mlir', '--data_list', 'list.txt', '--tune_num', '0', '-o', 'table'])
  if (values.listed !== undefined) listLayers(place, values.listed)
  const printed = await q(place, ['model_deploy', ...deployOptions(mode)])
  const lowered = `m_${chip}_${mode === 'INT8' ? `int8_${values.asymmetric ? 'asym' : 'sym'}` : mode.toLowerCase()}_tpu.mlir`
  await q(place, ['model_runner', '--model', lowered, '--input', input, '--dump_all_tensors', '--output', 'all.npz'])
  return { input, lowered, script: /\bsh (\S+_compile\.sh)/.exec(printed)?.[1] }
}

/**
 * A quantize table of every layer of the Top file: what either lowering makes beside them has the mode of the whole network.
 *
 * @param {string} place
 * @param {string} mode
 */
function listLayers(place, mode) {
  const text = readFileSync(join(place, 'm.mlir'), 'utf8')
  const names = new Map([...text.matchAll(/^(#loc\d+) = loc\("(.*)"\)$/gm)].map(([, loc, name]) => [loc, name]))
  const layers = [...text.matchAll(/"top\.(?!Input|None|Weight)\w+"\(.* loc\((#loc\d+)\)$/gm)].flatMap(([, loc]) => names.get(loc) ?? [])
  writeFileSync(join(place, 'listed'), layers.map((name) => `${name} ${mode}\n`).join(''))
}

/** @param {string} mode */
const deployOptions = (mode) => [
  ...['--mlir', 'm.mlir', '--quantize', mode, '--chip', chip, '--model', container],
  ...(mode === 'INT8' || values.listed === 'INT8' ? ['--calibration_table', 'table'] : []),
  ...(values.listed === undefined ? [] : ['--quantize_table', 'listed']),
  ...(values.asymmetric ? ['--asymmetric'] : []),
]

/**
 * How tensors of one form agree: those of the other file that ours has too.
 *
 * @param {string} prefix
 * @param {string} ours
 * @param {string} theirs
 */
function compared(prefix, ours, theirs) {
  const [mine, other] = [ours, theirs].map((path) => decodeNpz(new Uint8Array(readFileSync(path)), [path]))
  let [elements, different, worst, tensors, missingTensors] = [0, 0, 0, 0, 0]
  for (const [name, { data }] of other) {
    if (!name.startsWith(prefix)) continue
    const own = mine.get(name)?.data
    if (own === undefined || own.length !== data.length) {
      missingTensors++
      continue
    }
    tensors++
    elements += data.length
    const largest = data.reduce((most, each) => (Number.isFinite(Number(each)) ? Math.max(most, Math.abs(Number(each))) : most), 1e-30)
    for (let i = 0; i < data.length; i++) {
      const [a, b] = [Number(own[i]), Number(data[i])]
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
      different++
      worst = Math.max(worst, Math.abs(a - b) / largest)
    }
  }
  const lacks = missingTensors === 0 ? '' : `, ${missingTensors} tensors of other names`
  if (tensors === 0) {
    const names = [mine, other].map((all) => [...all.keys()].filter((name) => name.startsWith(prefix)).join(', '))
    return `nothing to compare${lacks}: ours ${names[0]}; the other ${names[1]}`
  }
  return different === 0 ? `equal${lacks}` : `${different} of ${elements} differ, by ${worst.toPrecision(2)} of the largest${lacks}`
}

const short = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').slice(0, 160)

/** @param {string} mode */
async function sweep(mode) {
  const chosen = [...forms.keys()].filter((name) => positionals.length === 0 || positionals.includes(name))
  /** @type {Map<string, Found>} */
  const found = new Map()
  /** @type {Map<string, string>} */
  const all = new Map()
  for (const name of chosen)
    for (const relu of neverPositive.includes(name) ? [''] : ['', '+Relu']) {
      all.set(`f${all.size}_`, name + relu)
      found.set(name + relu, {})
    }
  const note = (/** @type {keyof Found} */ what) => (/** @type {string} */ prefix, /** @type {string} */ text) => {
    found.get(all.get(prefix))[what] = short(text)
  }
  await inHalves(all, async (batch, place) => void (await ourRun(batch, place, mode)), note('ours'))
  const ready = new Map([...all].filter(([, name]) => found.get(name)?.ours === undefined))
  await inHalves(
    ready,
    async (batch, place) => {
      const { input, lowered } = await ourRun(batch, place, mode)
      const theirs = join(place, 'vendor')
      mkdirSync(theirs)
      for (const file of ['m.mlir', 'm_top_f32_all_weight.npz', 'table', ...(values.listed === undefined ? [] : ['listed'])])
        writeFileSync(join(theirs, file), readFileSync(join(place, file)))
      await run(theirs, join(bin, 'model_deploy.py'), [...deployOptions(mode), '--not_gen_bmodel', '--skip_validation'], bin)
      if (!existsSync(join(theirs, lowered))) throw new Error('its own lowering ends without a file')
      await run(
        theirs,
        join(bin, 'model_runner.py'),
        ['--input', input, '--model', lowered, '--dump_all_tensors', '--output', 'all.npz'],
        bin,
      )
      for (const prefix of batch.keys()) note('own')(prefix, compared(prefix, join(place, 'all.npz'), join(theirs, 'all.npz')))
    },
    note('own'),
  )
  const onChip = async (/** @type {Batch} */ batch, /** @type {string} */ place) => {
    const { input, script } = await ourRun(batch, place, mode)
    if (script === undefined) throw new Error('model_deploy names no script')
    await run(place, 'sh', [script], bin)
    await run(place, join(bin, 'model_runner.py'), ['--input', input, '--model', container, '--output', 'chip.npz'], bin)
    for (const prefix of batch.keys()) {
      // A form alone has all tensors, those too that are called by the operator of another's file.
      note('chip')(prefix, compared(batch.size === 1 ? '' : prefix, join(place, 'all.npz'), join(place, 'chip.npz')))
    }
  }
  if (!values['no-chip']) {
    await inHalves(ready, onChip, note('chip'))
    // What differs beside all others, or is not given there, is told as it is alone, where it makes a network: the compiler lays one form's memory over another's, and of a
    // program in parts, with layers of the host between, not every result is given.
    const alone = (/** @type {string} */ prefix, /** @type {string} */ text) => {
      if (!text.includes('q.mjs')) note('chip')(prefix, text)
    }
    for (const [prefix, name] of ready)
      if (/differ|nothing/.test(found.get(name)?.chip ?? '')) await inHalves(new Map([[prefix, name]]), onChip, alone)
  }
  for (const [name, { ours, own = '-', chip: simulated = '-' }] of found)
    process.stdout.write(`${mode} ${name}: ${ours ?? `own lowering ${own}; chip ${simulated}`}\n`)
  return found
}

/** @type {Record<string, Record<string, Found>>} */
const results = {}
try {
  for (const mode of values.modes.split(',')) {
    results[mode] = Object.fromEntries(await sweep(mode))
    if (values.output !== undefined) writeFileSync(values.output, `${JSON.stringify(results, undefined, 1)}\n`)
  }
} finally {
  if (values.keep) process.stdout.write(`files: ${folder}\n`)
  else rmSync(folder, { recursive: true, force: true })
}
