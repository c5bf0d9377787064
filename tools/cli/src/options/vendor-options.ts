import { QError } from '@q/ir'
import type { Command } from 'commander'
import type { Reporter } from '../console/reporter.ts'

/**
 * An option of the original tools that does nothing here: `without-effect` says so and goes on (it only concerns the
 * original program or the chip's compiler), `not-yet` stops, because leaving it out would change the result.
 */
export interface VendorOption {
  readonly flags: string
  readonly description: string
  readonly status: 'without-effect' | 'not-yet'
}

export const withoutEffect = (flags: string, description: string): VendorOption => ({ flags, description, status: 'without-effect' })
export const notYet = (flags: string, description: string): VendorOption => ({ flags, description, status: 'not-yet' })

/** Adds the options to a command, marked in its help. */
export function addVendorOptions(command: Command, options: readonly VendorOption[]): void {
  for (const { flags, description, status } of options) {
    command.option(flags, `${description} [${status === 'not-yet' ? 'not supported yet' : 'accepted, without effect here'}]`)
  }
}

/** Names the options that were given but do nothing, and refuses those that would change the result. @throws QError `OPTION_UNSUPPORTED` */
export function checkVendorOptions(command: Command, options: readonly VendorOption[], reporter: Reporter): void {
  const given = options.filter(({ flags }) => {
    const option = command.options.find((each) => each.flags === flags)
    return option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli'
  })
  const refused = given.filter(({ status }) => status === 'not-yet').map(({ flags }) => longName(flags))
  if (refused.length > 0) {
    throw new QError('OPTION_UNSUPPORTED', `${refused.join(', ')}: not supported yet`, {
      at: [command.name()],
      found: refused.join(', '),
      wanted: 'options that `q` has',
      hint: 'leave it out, or use the original tool for this step',
      kind: 'usage',
    })
  }
  for (const { flags } of given) reporter.note(`note: ${longName(flags)} has no effect here`)
}

function longName(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags
}
