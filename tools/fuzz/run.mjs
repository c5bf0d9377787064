import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kinds } from './kinds.mjs'
import { leaveUnfinished } from './leftovers.mjs'
import { helpText, readOptions } from './options.mjs'
import { showProgress } from './progress.mjs'
import { makeSeeds } from './seeds.mjs'

const options = optionsOr(2)
const limits = { seconds: 20, bytes: 1.5 * 2 ** 30 }
const output = resolve(options.output)
const { seed } = options

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'q-fuzz-')))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => finish())
const seeds = join(folder, 'a/b/seeds')
mkdirSync(seeds, { recursive: true })
process.chdir(seeds)
await makeSeeds()
await leaveUnfinished()
process.chdir('/')

const turns = turnsOf(options.kinds)
const started = Date.now()
const fell = []
/** Models that ONNX Runtime refuses and q takes, and why it does: is q too kind, or ONNX Runtime without a kernel? */
const taken = []
const tally = {}
let next = options.from
const running = new Set()
console.log(`seed ${seed}, ${options.workers} workers, ${options.seconds} s, kinds ${[...new Set(turns)].join(' ')}`)
const progress = showProgress(() => ({ done: triedCount(), fell: fell.length, elapsed: (Date.now() - started) / 1000, ...options }))
for (let i = 0; i < options.workers; i++) startWorker(join(folder, `box${i}`))

/** Kinds in turn: half of all cases are random models, the others files of every kind, as often as their shares say. */
function turnsOf(chosen) {
  if (chosen.length > 0) return chosen
  const files = Object.entries(kinds).flatMap(([kind, { share }]) => Array.from({ length: share }, () => kind))
  return files.flatMap((kind) => [kind, 'structure'])
}

/** The options; where they are wrong, or only asked for, the process ends. @param {number} wrong the exit code */
function optionsOr(wrong) {
  try {
    const read = readOptions(process.argv.slice(2), Object.keys(kinds))
    if (!read.help) return read
    console.log(helpText(Object.keys(kinds)))
    process.exit(0)
  } catch (error) {
    console.error(`${error.message}\n--help lists the options`)
    process.exit(wrong)
  }
}

function isOver() {
  return Date.now() - started > 1000 * options.seconds || next - options.from >= options.cases
}

function triedCount() {
  return Object.values(tally).reduce((sum, each) => sum + each.tried, 0)
}

function startWorker(box) {
  mkdirSync(box, { recursive: true })
  const worker = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), [box, seeds], {
    execArgv: ['--max-old-space-size=1200'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  running.add(worker)
  let current
  let noise = ''
  let largest = 0
  let before = 0
  /** While ONNX Runtime computes what is right: what it takes, or falls by, is its own affair. */
  let isReference = false
  let foreignBytes = 0
  worker.stderr.on('data', (text) => {
    noise = (noise + text).slice(-2000)
  })
  const give = () => {
    if (isOver()) return worker.kill()
    current = { seed, index: next, kind: turns[next % turns.length], since: Date.now() }
    next += 1
    largest = 0
    foreignBytes = 0
    before = processorSeconds(worker.pid)
    worker.send(current)
  }
  const watch = setInterval(() => {
    if (current === undefined) return
    if (isReference) return processorSeconds(worker.pid) - before > 3 * limits.seconds ? worker.kill('SIGKILL') : undefined
    largest = Math.max(largest, residentBytes(worker.pid) - foreignBytes)
    if (largest > limits.bytes) stop(`more than 1.5 GB of memory (${(largest / 2 ** 30).toFixed(2)} GiB)`)
    else if (processorSeconds(worker.pid) - before > limits.seconds || Date.now() - current.since > 6000 * limits.seconds)
      stop(`still running after ${limits.seconds} s`)
  }, 25)
  const stop = (fault) => {
    note({ ...current, fault })
    current = undefined
    worker.kill('SIGKILL')
  }
  worker.on('message', (message) => {
    if ('isReference' in message) {
      isReference = message.isReference
      if (isReference) foreignBytes = -residentBytes(worker.pid)
      else {
        foreignBytes = Math.max(0, foreignBytes + residentBytes(worker.pid))
        before = processorSeconds(worker.pid)
      }
      return
    }
    if (!message.ready && current !== undefined) note(message)
    current = undefined
    give()
  })
  worker.on('exit', (code, signal) => {
    clearInterval(watch)
    running.delete(worker)
    if (current !== undefined && isReference) note({ ...current, seen: 'taken, ONNX Runtime ends on it' })
    else if (current !== undefined)
      note({ ...current, fault: `the process ended with ${signal ?? code}: ${noise.trim().split('\n').slice(-4).join(' | ')}` })
    if (!isOver()) startWorker(box)
    else if (running.size === 0) finish()
  })
}

function residentBytes(pid) {
  try {
    return 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  } catch {
    return 0
  }
}

/** Of all threads of a process: a busy machine makes nothing hang. */
function processorSeconds(pid) {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13)
    return (Number(user) + Number(system)) / 100
  } catch {
    return 0
  }
}

function note({ index, kind, fault, code, seen, args, taken: why }) {
  const of = (tally[kind] ??= { tried: 0, fell: 0 })
  of.tried += 1
  const key = seen ?? (code === undefined ? undefined : `exit ${code}`)
  if (key !== undefined) of[key] = (of[key] ?? 0) + 1
  if (why !== undefined) taken.push({ seed, index, kind, why })
  if (fault === undefined) return
  of.fell += 1
  fell.push({ seed, index, kind, fault, args })
  progress.clear()
  console.log(`${kind} ${index}: ${fault}`)
  if (args !== undefined)
    console.log(`    q ${args.map((word) => (/^[\w./,-]+$/.test(word) ? word : JSON.stringify(word.slice(0, 80)))).join(' ')}`)
}

function finish() {
  progress.end()
  for (const worker of running) worker.kill('SIGKILL')
  for (const [kind, { tried, fell: faults, ...rest }] of Object.entries(tally))
    console.log(
      `${kind.padEnd(16)} ${tried} tried, ${faults} fell; ${Object.entries(rest)
        .map(([word, count]) => `${word} ${count}`)
        .join(', ')}`,
    )
  console.log(
    `${triedCount()} cases in ${Math.round((Date.now() - started) / 1000)} s, ${fell.length} fell; seed ${seed}; one again: npm run fuzz -- --seed ${seed} --from INDEX --cases 1 (and the same --kind)`,
  )
  mkdirSync(resolve(output, '..'), { recursive: true })
  writeFileSync(output, JSON.stringify({ seed, tally, fell, taken }, null, 1))
  process.exit(fell.length > 0 ? 1 : 0)
}
