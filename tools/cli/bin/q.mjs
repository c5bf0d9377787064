#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty, WriteStream } from 'node:tty'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const built = new URL('../dist/index.js', import.meta.url)
const root = new URL('../../../', import.meta.url)

function stop(sentence) {
  process.stderr.write(`q: ${sentence}\n`)
  process.exit(70)
}

/** A checkout has no `dist` until it is built; a package from the registry always has it. */
function buildOnce() {
  if (!existsSync(new URL('turbo.json', root))) stop('the package is incomplete (dist/index.js is missing); install @q/cli again')
  const turbo = fileURLToPath(new URL('node_modules/turbo/bin/turbo', root))
  if (!existsSync(turbo)) stop("nothing is installed here yet; run 'npm ci' at the root of the checkout")
  process.stderr.write('q: first use in this checkout, building (about half a minute)\n')
  const args = [turbo, 'run', 'build', '--filter=@q/cli', '--output-logs=errors-only']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: fileURLToPath(root), encoding: 'utf8' })
  if (status !== 0 || !existsSync(built))
    stop(`the build failed; 'npm run build' shows why\n${`${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n')}`)
}

/**
 * Activations live outside V8's heap, a hundred megabytes of them in a moment. For each such portion V8 would search its whole heap for
 * garbage, from the start on: a sixth of a calibration. Up to this size (MB) it does not.
 */
const heapFlag = '--initial-old-space-size=512'

/**
 * glibc keeps what native code gives back for what it asks for next, up to 64 MB of a kind, and tensors that stay stand in between: a search of a detector took several hundred megabytes more than it
 * used. From these sizes on (bytes) memory goes back to the system at once. Other commands hold few tensors, and would only ask for them again.
 *
 * Asking again takes an eighth of a search whose tensors are of 2 to 5 MB, so those are kept, but where the user says how much memory there is.
 */
const memoryOfSearches = { MALLOC_MMAP_THRESHOLD_: '5767168', MALLOC_TRIM_THRESHOLD_: '16777216' }
const memoryOfLimited = { MALLOC_MMAP_THRESHOLD_: '2097152', MALLOC_TRIM_THRESHOLD_: '2097152' }
const searchWords = new Set(
  ['search', '--search', 'run_qtable', 'run_sensitive_layer'].concat(
    // What makes `quantize` search.
    ['--expected_cos', '--most_loss', '--max_float_layers', '--strategy', '--pareto', '--budget'],
  ),
)
const words = process.argv.slice(2).map((word) => word.split('=')[0])
const memory = !words.some((word) => searchWords.has(word)) ? {} : words.includes('--cache') ? memoryOfLimited : memoryOfSearches

/**
 * Runs the program in a process of its own and watches it: a computation in native code hears no signal until it is
 * done, so after Ctrl-C the program has a second to end by itself.
 */
function watch() {
  const program = spawn(process.execPath, [heapFlag, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The program's own messages go through the fifth; what the engine itself writes before it gives up is no message to a user.
    stdio: ['inherit', 'inherit', 'pipe', 'ipc', 2],
    // A budget counts from the start of this process.
    env: {
      ...memory,
      ...process.env,
      Q_WATCHED: '1',
      Q_MESSAGES: '4',
      Q_STARTED: String(performance.timeOrigin),
    },
  })
  let signalled = false
  let lastWords = ''
  program.stderr.on('data', (text) => {
    if (lastWords === '' && !engineGivesUp.test(text)) process.stderr.write(text)
    else lastWords += text
  })
  // What the command came to, as it says itself: whatever a module does to the process, nothing else counts as done.
  let outcome
  program.on('message', (message) => {
    if (typeof message?.outcome === 'number') outcome ??= message.outcome
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signalled) return void program.kill('SIGKILL')
      signalled = true
      program.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
      setTimeout(() => program.kill('SIGKILL'), 800).unref()
    })
  }
  program.on('error', (error) => stop(`cannot start: ${error.message}`))
  program.on('exit', (code, signal) => {
    if (outcome !== undefined && code !== null) process.exit(outcome)
    if (code === 0) stop('the program ended before the command was done; a module that it ran has ended it')
    if (code !== null) process.exit(code)
    if (!signalled && lastWords.includes('out of memory')) exhausted()
    if (!signalled) stop(`the program was ended by ${signal}${signal === 'SIGKILL' ? '; perhaps the memory is used up' : ''}`)
    process.stderr.write('INTERRUPTED: stopped by the user\n  do:     run the same command again\n')
    process.exit(130)
  })
}

/** How the engine's report begins when it finds no more memory. */
const engineGivesUp = /<--- Last few GCs --->|^FATAL ERROR|^# Fatal/m

function exhausted() {
  const error = {
    code: 'MEMORY_EXHAUSTED',
    message: 'there is not enough memory for this',
    kind: 'input',
    at: [`q ${process.argv[2] ?? ''}`],
    found: 'the heap of the program is full',
    wanted: 'a model and samples that fit into it',
    hint: 'give a smaller model or fewer samples, or more heap: NODE_OPTIONS=--max-old-space-size=8192 (in MB)',
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ event: 'error', ...error })}\n`)
  else
    process.stderr.write(
      `${error.code}: ${error.message}\n  at:     ${error.at}\n  found:  ${error.found}\n  wanted: ${error.wanted}\n  do:     ${error.hint}\n`,
    )
  process.exit(3)
}

/** Standard error as the program sees it: a terminal where it is one, else written at once, so that nothing is lost when the process ends. */
function ownMessages(descriptor) {
  if (isatty(descriptor)) return new WriteStream(descriptor)
  const written = (text, done) => {
    try {
      for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeAsMuch(descriptor, rest))
      done()
    } catch (error) {
      done(error)
    }
  }
  return new Writable({ write: (text, _, done) => written(text, done) })
}

/** Bytes that were written: none when a pipe is full, which is waited for. */
function writeAsMuch(descriptor, bytes) {
  try {
    return writeSync(descriptor, bytes)
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    return 0
  }
}

/** A checkout whose sources were changed may be built of code that does not run; the build checks no types. */
function adviceFor({ code }) {
  if (!existsSync(new URL('turbo.json', root))) return 'install @q/cli again'
  return code === 'ERR_MODULE_NOT_FOUND'
    ? "run 'npm ci' and 'npm run build' at the root of the checkout"
    : "'npx tsc -p tsconfig.json --noEmit' at the root of the checkout shows what is wrong in its sources"
}

/**
 * Work between two looks at whether a function is worth optimizing; V8's own 66 KB make it compile two hundred functions in a calibration,
 * most of which are hardly called again, which takes a twelfth of the processor time of the whole.
 */
const optimizingFlag = '--interrupt-budget=300000'

async function run() {
  // Unlike an argument of the program, this may be a flag that V8 does not know any more.
  setFlagsFromString(optimizingFlag)
  const { Q_MESSAGES: descriptor } = process.env
  const messages = descriptor === undefined ? process.stderr : ownMessages(Number(descriptor))
  Object.defineProperty(process, 'stderr', { get: () => messages, configurable: true })
  // Whoever watches may be ended without notice.
  const { exit, reallyExit } = process
  process.on('disconnect', () => {
    process.reallyExit = reallyExit
    exit.call(process, 130)
  })
  process.channel?.unref()
  const { main } = await import(built.href).catch((error) => stop(`cannot start: ${error.message}; ${adviceFor(error)}`))
  process.exitCode = 70
  const outcome = await main(process.argv.slice(2))
  process.exitCode = outcome
  if (process.connected) await new Promise((done) => process.send({ outcome }, done))
  // Threads that were stopped on the way do not hold the answer back.
  setTimeout(() => process.exit(), 300).unref()
}

if (process.env.Q_WATCHED === '1') {
  await run()
} else {
  if (!existsSync(built)) buildOnce()
  watch()
}
