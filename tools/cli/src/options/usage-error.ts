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

/** What of the parser's sentences was found, and what was wanted. */
const sentences: readonly (readonly [pattern: RegExp, found: string, wanted: string])[] = [
  [/ argument '(?<found>.*)' is invalid\. (?:wanted |Allowed choices are )(?<wanted>.*)$/s, '', ''],
  [/Expected (?<wanted>\d+ arguments?) but got (?<found>\d+)/, '', ''],
  [/(?:required option|missing required argument|option) '(?<wanted>.*)' (?:not specified|argument missing)/, 'nothing', ''],
  [/missing required argument '(?<wanted>.*)'/, 'nothing', ''],
  [/unknown option '(?<found>.*)'/, '', 'one of its options'],
]

/**
 * What the parser of the command line complains about, in the form of every other error.
 *
 * @param command the one that was called: of what it lacks all is named, not the first alone
 */
export function usageError({ code, message }: CommanderError, path: readonly string[], command?: Command): QError {
  const missing = command === undefined || !lacking.has(code) ? [] : missingFrom(command)
  const all = missing.join(', ')
  const text = missing.length > 1 ? `required and not given: ${all}` : message.replace(/^error: /, '').replace(/\.$/, '')
  const excess = code === 'commander.excessArguments' ? command?.args.slice(command.registeredArguments.length).join(' ') : undefined
  const [match, found = '', wanted = ''] =
    sentences.map(([pattern, ...usual]) => [pattern.exec(text)?.groups, ...usual] as const).find(([groups]) => groups) ?? []
  return new QError(codes[code] ?? 'USAGE_WRONG', text, {
    at: path,
    found: missing.length > 1 ? 'none of them' : (excess ?? match?.['found'] ?? (found || 'these arguments')),
    wanted: missing.length > 1 ? all : (match?.['wanted'] ?? (wanted || 'arguments as the help lists them')),
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
