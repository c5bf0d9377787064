import { isQError, QError } from '@q/ir'
import { CommanderError } from 'commander'
import type { Action } from './commands/command.ts'
import { jsonReporter } from './console/json-reporter.ts'
import { plainReporter } from './console/plain-reporter.ts'
import type { Reporter } from './console/reporter.ts'
import { shortText } from './console/short-text.ts'
import { terminalReporter } from './console/terminal-reporter.ts'
import type { Surroundings } from './context.ts'
import { startRun, within } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { fileError } from './files/file-errors.ts'
import { expandArguments, findCommand } from './options/expand-arguments.ts'
import { usageError } from './options/usage-error.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

/** How long a command may take to stop by itself after Ctrl-C. */
const stopWithinMs = 600

/**
 * Runs the command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[]): Promise<number> {
  const reporter = reporterFor(args)
  const interruption = new AbortController()
  let last: NodeJS.Timeout | undefined
  let stoppedAt = 0
  const interrupt = () => {
    if (interruption.signal.aborted) {
      // A terminal sends the signal to this process and to the one that watches it, which passes it on.
      if (performance.now() - stoppedAt > 300) exit(exitCodes.interrupted)
      return
    }
    stoppedAt = performance.now()
    const stopped = new QError('INTERRUPTED', 'stopped by the user', { kind: 'interrupted', hint: 'run the same command again' })
    reporter.close()
    interruption.abort(stopped)
    last = setTimeout(() => {
      reporter.error(stopped)
      exit(exitCodes.interrupted)
    }, stopWithinMs)
  }
  const run = startRun({ reporter, signal: interruption.signal, env: process.env })
  const exit = (code: number): void => {
    // Modules of the user's cannot end the process; this program can.
    run.modules.close()
    process.exit(code)
  }
  let { files } = run
  const end = async (error: unknown): Promise<number> => {
    const code = await failed(run.modules.blame(error) ?? error, { ...run, command: args.find((word) => !word.startsWith('-')) })
    const left = files.written()
    if (left.length > 0) reporter.note(`note: written before that, each as a whole: ${left.join(', ')}`)
    return code
  }
  let isBroken = false
  const broken = (error: unknown) => {
    // One error is told, whatever follows from it.
    if (!isBroken) void end(error).then((code) => exit(code))
    isBroken = true
  }
  // Nothing is left that could go on with the work, and yet it is not done. Whoever knows what is waited for gives it up first.
  let stalls = 0
  const stalled = () => {
    stalls += 1
    if (stalls === 1) setImmediate(() => {})
    else broken(new Error('the work waits for what never happens'))
  }
  let unwritten: unknown
  // A reader that has gone (`| head`) does not stop the work; any other trouble with the output counts.
  const unread = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten = error
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unread)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('uncaughtException', broken)
  process.on('beforeExit', stalled)
  try {
    const chosen = chooseAction(args.filter((word) => word !== '--json'))
    if (typeof chosen === 'number') return chosen
    const context = within(run, chosen.mostBytes ?? files.mostBytes)
    files = context.files
    const outcome = await chosen.action(context)
    await new Promise((done) => setImmediate(done))
    interruption.signal.throwIfAborted()
    if (unwritten !== undefined) throw await fileError(unwritten, 'the standard output', 'write')
    return outcome === undefined || outcome.passed ? exitCodes.done : exitCodes.tolerance
  } catch (error) {
    return await end(error)
  } finally {
    run.modules.close()
    clearTimeout(last)
    reporter.close()
    await new Promise((done) => setImmediate(done))
    for (const stream of [process.stdout, process.stderr]) stream.off('error', unread)
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    process.off('uncaughtException', broken)
    process.off('beforeExit', stalled)
  }
}

interface Chosen {
  readonly action: Action
  readonly mostBytes: number | undefined
}

/** What the arguments ask for, or the exit code when printing help or the version was all. */
function chooseAction(args: readonly string[]): Chosen | number {
  let chosen: Chosen | undefined
  const program = createProgram(version, (action, mostBytes) => {
    chosen = { action, mostBytes }
  })
  const call = findCommand(program, args)
  if (call.command.commands.length > 0 && call.args[0] === 'help') {
    findCommand(program, [...call.path, ...call.args.slice(1)]).command.outputHelp()
    return exitCodes.done
  }
  if (call.command.commands.length > 0 && call.args.length === 0) {
    call.command.outputHelp({ error: true })
    return exitCodes.usage
  }
  try {
    const words = call.args.map((word) => (word === '-V' || word === '--version' ? '--version' : word))
    program.parse(words.includes('--version') ? ['--version'] : [...call.path, ...expandArguments(call)], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return exitCodes.done
    throw usageError(error, call.path, call.command)
  }
  return chosen ?? exitCodes.done
}

interface Failing extends Pick<Surroundings, 'reporter' | 'signal'> {
  /** What was asked for: the place of an error that names none. */
  readonly command: string | undefined
}

async function failed(error: unknown, { reporter, signal, command }: Failing): Promise<number> {
  const reason: unknown = signal.aborted ? (signal.reason as unknown) : error
  if (reason instanceof CommanderError) return failed(usageError(reason, []), { reporter, signal, command })
  const place = (reason as NodeJS.ErrnoException | undefined)?.path
  const known = isQError(reason) || place === undefined ? (memoryError(reason) ?? reason) : await fileError(reason, place, 'write')
  if (isQError(known)) {
    reporter.error(withMore(known, command === undefined ? 'q' : `q ${command}`))
    // A module of the user's may throw errors of kinds that are not ours.
    return exitCodes[known.kind] ?? exitCodes.input
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = stackOf(error)
  reporter.error(
    new QError('DEFECT', `this is a defect of the program, not of your input: ${message}`, {
      hint: 'run again with Q_DEBUG=1 to see where, and report it',
      ...(stack === undefined ? {} : { found: stack }),
    }),
  )
  return exitCodes.defect
}

/** What to do where the error itself does not know. */
const hints: Readonly<Record<QError['kind'], string>> = {
  usage: 'q COMMAND --help lists what it takes',
  input: 'correct what is named here and run the same command again',
  'file-system': 'check the place and run the same command again',
  tolerance: 'compare with --compare_all to see where they part',
  target: 'ask for less, or give more samples',
  interrupted: 'run the same command again',
}

/** The error of an engine that could not make room, as one of the input; nothing for others. */
function memoryError(error: unknown): QError | undefined {
  if (!(error instanceof RangeError) || !/allocation failed|invalid (?:typed )?array (?:buffer )?length|larger than/i.test(error.message))
    return undefined
  return new QError('MEMORY_EXHAUSTED', 'there is not enough memory for this', {
    found: error.message,
    wanted: 'tensors that fit into memory',
    hint: 'give smaller input shapes, fewer layers at once or a machine with more memory',
    cause: error,
  })
}

/** The error in parts that can be read, with a hint in any case, and with the stack of what caused it where that is asked for. */
function withMore(error: QError, command: string): QError {
  const { code, message, kind, at, wanted, cause } = error
  const stack = stackOf(cause)
  return new QError(shortText(code), shortText(message), {
    at: (at.length > 0 ? at : [command]).map(shortText),
    kind,
    cause,
    hint: shortText(error.hint ?? hints[kind]),
    ...(stack === undefined && error.found === undefined ? {} : { found: stack ?? shortText(error.found!) }),
    ...(wanted === undefined ? {} : { wanted: shortText(wanted) }),
  })
}

const stackOf = (error: unknown): string | undefined => (process.env['Q_DEBUG'] === '1' && error instanceof Error ? error.stack : undefined)

function reporterFor(args: readonly string[]): Reporter {
  const streams = { out: process.stdout, err: process.stderr }
  if (args.includes('--json')) return jsonReporter(streams)
  return process.stderr.isTTY === true && process.env['CI'] === undefined ? terminalReporter(streams) : plainReporter(streams)
}
