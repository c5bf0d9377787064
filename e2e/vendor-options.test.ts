import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../tools/cli/src/program.ts'
import { shared, sharedFile } from './run-command.ts'

const commands = [
  'model_transform',
  'model_deploy',
  'model_runner',
  'run_calibration',
  'run_qtable',
  'run_sensitive_layer',
  'npz_tool compare',
] as const

/** The options in a usage text of Python's argparse: their names, and whether a value follows. */
function optionsOf(command: string): ReadonlyMap<string, boolean> {
  const text = readFileSync(sharedFile('manual/tpu-mlir-1.30.2-help.txt'), 'utf8')
  const section = text
    .split('\n== ')
    .find((part) => part.startsWith(`${command.replace(' ', '.py ')}${command.includes(' ') ? '' : '.py'} --help`))
  const list = section!.slice(section!.indexOf('\noptions:'))
  const entries = [...list.matchAll(/^ {2}(-.*?)(?: {2}.*)?$/gm)].map(([, entry]) => entry!)
  return new Map(
    entries.flatMap((entry) =>
      [...entry.matchAll(/(?:^|, )(--?[\w-]+)( \S)?/g)].map(([, name, value]) => [name!, value !== undefined] as const),
    ),
  )
}

describe.skipIf(shared === undefined)(
  `options of the original tools${shared === undefined ? ' (skipped: no ../shared/manual)' : ''}`,
  () => {
    it.each(commands)('%s takes all of them, with and without values as there', (name) => {
      let command = createProgram('0', () => {})
      for (const word of name.split(' ')) command = command.commands.find((each) => each.name() === word)!
      const wanted = optionsOf(name)
      expect(wanted.size).toBeGreaterThan(8)
      const differences = [...wanted].flatMap(([flag, value]) => {
        if (['-h', '--help', '-V', '--version'].includes(flag)) return []
        const option = command.options.find(({ short, long }) => short === flag || long === flag)
        if (option === undefined) return [`${flag} is missing`]
        return (option.required || option.optional) === value ? [] : [`${flag} ${value ? 'takes' : 'takes no'} value`]
      })
      expect(differences).toEqual([])
    })
  },
)
