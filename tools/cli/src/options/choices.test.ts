import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { createProgram } from '../program.ts'

const program = createProgram('1.0.0', () => {})

const commands = (command: Command, path: readonly string[] = []): readonly (readonly [Command, readonly string[]])[] => [
  [command, path],
  ...command.commands.flatMap((each) => commands(each, [...path, each.name()])),
]
const options = commands(program).flatMap(([command, path]) =>
  command.options.flatMap((option) => (option.argChoices === undefined ? [] : [{ option, path, title: [...path, option.long].join(' ') }])),
)

it('there are options with choices', () => expect(options.length).toBeGreaterThan(5))

it.each(options)('$title takes each of its choices and tells the one that is near', ({ option, path }) => {
  for (const choice of option.argChoices!) expect(option.parseArg!(choice, undefined)).toBe(choice)
  const [first] = option.argChoices!
  expect(() => option.parseArg!(`${first}x`, undefined)).toThrow(
    expect.objectContaining({
      code: 'OPTION_VALUE',
      kind: 'usage',
      at: path,
      found: `${first}x`,
      wanted: option.argChoices!.join(', '),
      hint: expect.stringMatching(`^did you mean ${first}( or .*)?\\?$`),
    }),
  )
})
