import type { Command } from 'commander'
import type { Chip } from '../chips/choose-chip.ts'
import { chipHelp, chooseChip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { parseBytes, parseObject } from '../options/parse.ts'

/** Runs what a command does. @returns whether a comparison held its tolerance (the command ends with 1 when not) */
export type Action = (context: Context) => Promise<{ readonly passed: boolean } | undefined>

/** A command: adds itself to the program and hands its action to `start` when it is called. */
export type DefineCommand = (program: Command, start: (action: Action) => void) => void

/** A sub-command under its name and the file name of the original tool. */
export function subcommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .alias(`${name}.py`)
    .description(description)
    .option('--json', 'print JSON events, one a line')
    .option(
      '--max-memory <size>',
      'most that one file, or the tensors of one model, may take in memory, like 8GiB; what is unpacked may take a quarter of it, what a model makes of constants a sixteenth (default: 4GiB)',
      parseBytes,
    )
}

/** Adds the options that choose a chip. @param required whether the command needs one @param purpose what the chip is for, where that is not clear */
export function addChipOptions(
  command: Command,
  { required, purpose }: { readonly required: boolean; readonly purpose?: string },
): Command {
  const flags = '--chip, --processor <name>'
  const help = purpose === undefined ? chipHelp() : `${purpose}: ${chipHelp()}`
  return (required ? command.requiredOption(flags, help) : command.option(flags, help)).option(
    '--chip_options <json>',
    'options of the back end, as a JSON object',
    parseObject('{"cores": 2}'),
  )
}

/** The chip that the options of {@link addChipOptions} choose. @throws QError of `chooseChip` */
export function chipOf(
  options: { readonly processor: string; readonly chip_options?: Readonly<Record<string, unknown>> },
  context: Context,
): Promise<Chip> {
  return chooseChip(options.processor, { context, ...(options.chip_options === undefined ? {} : { options: options.chip_options }) })
}
