import { QError } from '@q/ir'
import type { Command, CommanderError } from 'commander'

const codes: Readonly<Record<string, string>> = {
  'commander.missingMandatoryOptionValue': 'OPTION_REQUIRED',
  'commander.optionMissingArgument': 'OPTION_VALUE_MISSING',
  'commander.invalidArgument': 'OPTION_VALUE',
  'commander.missingArgument': 'ARGUMENT_MISSING',
  'commander.excessArguments': 'ARGUMENT_EXCESS',
  'commander.unknownOption': 'OPTION_UNKNOWN',
}

/**
 * What the parser of the command line complains about, in the form of every other error.
 *
 * @param command the one that was called: of what it lacks all is named, not the first alone
 */
export function usageError({ code, message }: CommanderError, path: readonly string[], command?: Command): QError {
  const missing = command === undefined || !lacking.has(code) ? [] : missingFrom(command)
  const text = missing.length > 1 ? `required and not given: ${missing.join(', ')}` : message.replace(/^error: /, '').replace(/\.$/, '')
  return new QError(codes[code] ?? 'USAGE_WRONG', text, {
    at: path,
    ...(missing.length > 1 ? { wanted: missing.join(', ') } : {}),
    hint: `${['q', ...path].join(' ')} --help lists what it takes`,
    kind: 'usage',
  })
}

const lacking: ReadonlySet<string> = new Set(['commander.missingMandatoryOptionValue', 'commander.missingArgument'])

/** Arguments and options that a command cannot do without and was not given. */
function missingFrom(command: Command): readonly string[] {
  const given = command.args.length
  const parameters = command.registeredArguments.filter(({ required }, i) => required && i >= given).map((each) => `<${each.name()}>`)
  const options = command.options.filter((each) => each.mandatory && command.getOptionValue(each.attributeName()) === undefined)
  return [...parameters, ...options.map(({ flags }) => flags)]
}
