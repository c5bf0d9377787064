import { QError } from '@q/ir'
import type { CommanderError } from 'commander'

const codes: Readonly<Record<string, string>> = {
  'commander.missingMandatoryOptionValue': 'OPTION_REQUIRED',
  'commander.optionMissingArgument': 'OPTION_VALUE_MISSING',
  'commander.invalidArgument': 'OPTION_VALUE',
  'commander.missingArgument': 'ARGUMENT_MISSING',
  'commander.excessArguments': 'ARGUMENT_EXCESS',
  'commander.unknownOption': 'OPTION_UNKNOWN',
}

/** What the parser of the command line complains about, in the form of every other error. */
export function usageError({ code, message }: CommanderError, path: readonly string[]): QError {
  return new QError(codes[code] ?? 'USAGE_WRONG', message.replace(/^error: /, '').replace(/\.$/, ''), {
    at: path,
    hint: `${['q', ...path].join(' ')} --help lists what it takes`,
    kind: 'usage',
  })
}
