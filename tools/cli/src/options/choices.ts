import { didYouMean, QError } from '@q/ir'
import type { Command } from 'commander'

/**
 * Makes every option of a command and of those below it that has a closed list of choices refuse other words with what is near.
 *
 * @param path names of the commands that lead to it
 */
export function suggestChoices(command: Command, path: readonly string[] = []): void {
  for (const option of command.options) {
    const { argChoices: choices, parseArg: parse } = option
    if (choices === undefined || parse === undefined) continue
    option.argParser((word, before: unknown) => {
      if (choices.includes(word)) return parse(word, before)
      throw new QError('OPTION_VALUE', `${option.long} cannot be ${word}`, {
        at: path,
        found: word,
        wanted: choices.join(', '),
        hint: didYouMean(word, choices, 'choose one of these'),
        kind: 'usage',
      })
    })
  }
  for (const each of command.commands) suggestChoices(each, [...path, each.name()])
}
