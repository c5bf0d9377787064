import type { Command } from 'commander'
import type { Context } from '../context.ts'

/** Runs what a command does. @returns whether a comparison held its tolerance (the command ends with 1 when not) */
export type Action = (context: Context) => Promise<{ readonly passed: boolean } | undefined>

/** A command: adds itself to the program and hands its action to `start` when it is called. */
export type DefineCommand = (program: Command, start: (action: Action) => void) => void

/** A sub-command under its name and the file name of the original tool. */
export function subcommand(program: Command, name: string, description: string): Command {
  return program.command(name).alias(`${name}.py`).description(description).option('--json', 'print JSON events, one a line')
}
