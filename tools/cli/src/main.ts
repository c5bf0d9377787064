import { QError, isQError } from '@q/ir'
import { CommanderError } from 'commander'
import type { Action } from './commands/command.ts'
import { jsonReporter } from './console/json-reporter.ts'
import { plainReporter } from './console/plain-reporter.ts'
import type { Reporter } from './console/reporter.ts'
import { terminalReporter } from './console/terminal-reporter.ts'
import { exitCodes } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

/**
 * Runs the command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[]): Promise<number> {
  const reporter = reporterFor(args)
  const interruption = new AbortController()
  const interrupt = () => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted)
    reporter.close()
    reporter.note('stopping (press again to stop at once)')
    interruption.abort(new QError('INTERRUPTED', 'stopped by the user', { kind: 'interrupted', hint: 'run the same command again' }))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const action = chooseAction(args)
    if (action === undefined) return exitCodes.done
    const outcome = await action({ reporter, signal: interruption.signal, env: process.env })
    return outcome === undefined || outcome.passed ? exitCodes.done : exitCodes.tolerance
  } catch (error) {
    return failed(error, reporter, interruption.signal)
  } finally {
    reporter.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

function chooseAction(args: readonly string[]): Action | undefined {
  let chosen: Action | undefined
  const program = createProgram(version, (action) => {
    chosen = action
  })
  for (const command of [program, ...program.commands]) command.exitOverride()
  program.parse([...args], { from: 'user' })
  return chosen
}

function failed(error: unknown, reporter: Reporter, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const reason: unknown = signal.aborted ? (signal.reason as unknown) : error
  if (isQError(reason)) {
    reporter.error(reason)
    return exitCodes[reason.kind]
  }
  const message = error instanceof Error ? error.message : String(error)
  reporter.error(new QError('DEFECT', `this is a defect of the program, not of your input: ${message}`, {
    hint: 'run again with Q_DEBUG=1 to see where, and report it',
    ...(process.env['Q_DEBUG'] === '1' && error instanceof Error && error.stack !== undefined ? { found: error.stack } : {}),
  }))
  return exitCodes.defect
}

function reporterFor(args: readonly string[]): Reporter {
  const streams = { out: process.stdout, err: process.stderr }
  if (args.includes('--json')) return jsonReporter(streams)
  return process.stderr.isTTY === true && process.env['CI'] === undefined ? terminalReporter(streams) : plainReporter(streams)
}
