import { didYouMean, QError } from '@q/ir'
import type { Command, Option } from 'commander'

/** A command and the arguments that are its own. */
export interface Call {
  readonly command: Command
  /** Names of the commands that lead to it. */
  readonly path: readonly string[]
  readonly args: readonly string[]
}

/**
 * Finds the command that the first words name, by name or alias.
 *
 * @throws QError `COMMAND_UNKNOWN` with the nearest name
 */
export function findCommand(program: Command, args: readonly string[]): Call {
  let command = program
  const path: string[] = []
  while (command.commands.length > 0) {
    const word = args[path.length]
    if (word === undefined || word.startsWith('-') || word === 'help') break
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (next === undefined) {
      const names = command.commands.map((each) => each.name())
      throw new QError('COMMAND_UNKNOWN', `there is no command ${word}`, {
        at: [[program.name(), ...path].join(' ')],
        found: word,
        wanted: names.join(', '),
        hint: didYouMean(word, names, 'choose one of these'),
        kind: 'usage',
      })
    }
    command = next
    path.push(word)
  }
  return { command, path, args: args.slice(path.length) }
}

/**
 * Options as Python's argparse takes them, written as commander takes them: unambiguous beginnings of long names are
 * completed (`--quant` for `--quantize`) unless they name or begin an option of another command that the completed name goes on from
 * (`--pattern` is not `--patterns_count`, because of `--patterns`), `-o=x` is split, and a negative number may follow an option whose value may be
 * left out. Printed manuals break options at their hyphens: `--withinput-meta` is `--with-input-meta`, and `-- batch-size` is `--batch-size`. What follows another `--`
 * stays as it is.
 *
 * @throws QError `OPTION_UNKNOWN`, `OPTION_AMBIGUOUS`, `OPTION_VALUE_MISSING`
 */
export function expandArguments({ command, path, args }: Call): readonly string[] {
  const expanded: string[] = []
  const negative: string[] = []
  for (let i = 0; i < args.length; i++) {
    const isBroken = args[i] === '--' && isOption(command, `--${args[i + 1]}`)
    const word = isBroken ? `--${args[++i]!}` : args[i]!
    if (word === '--') return [...expanded, '--', ...negative, ...args.slice(i + 1)]
    const [name = '', value] = splitOnce(word)
    const option = optionOf(command, name, path)
    if (option === undefined) {
      const help = name.length > 2 && '--help'.startsWith(name)
      // Commander takes `-1` for a number, but `-1,2` and `-1:` for options.
      const number = /^-[\d.]/.test(word)
      if (number || (negative.length > 0 && !word.startsWith('-'))) negative.push(word)
      else expanded.push(help ? '--help' : word)
      continue
    }
    const long = option.long ?? name
    const next = args[i + 1]
    if (value !== undefined) {
      if (!option.required && !option.optional) {
        throw new QError('OPTION_VALUE', `${long} takes no value`, {
          at: path,
          found: word,
          wanted: long,
          hint: 'leave the value out',
          kind: 'usage',
        })
      }
      expanded.push(`${long}=${value}`)
    } else if (option.required) {
      if (next === undefined || isOption(command, next)) throw missingValue(option, path, next)
      expanded.push(`${long}=${next}`)
      i++
      while (option.variadic && args[i + 1] !== undefined && !args[i + 1]!.startsWith('-')) expanded.push(`${long}=${args[++i]!}`)
    } else if (option.optional && next !== undefined && /^-[\d.]/.test(next)) {
      expanded.push(`${long}=${next}`)
      i++
    } else {
      expanded.push(word.startsWith('--') ? long : word)
    }
  }
  return negative.length > 0 ? [...expanded, '--', ...negative] : expanded
}

function splitOnce(word: string): readonly [string, string?] {
  const at = word.startsWith('-') ? word.indexOf('=') : -1
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

const namesOf = (option: Option): readonly string[] => [option.short, option.long].filter((name) => name !== undefined)

function isOption(command: Command, word: string): boolean {
  const [name] = splitOnce(word)
  return command.options.some((option) => namesOf(option).includes(name))
}

/** The option that a word names, or nothing when the word is no option. */
function optionOf(command: Command, word: string, path: readonly string[]): Option | undefined {
  const exact = command.options.find((option) => namesOf(option).includes(word))
  if (exact !== undefined || !word.startsWith('--')) return exact
  const names = command.options.flatMap(namesOf).filter((name) => name.startsWith('--'))
  const broken = names.filter((name) => withoutHyphens(name) === withoutHyphens(word))
  if (broken.length === 1) return optionOf(command, broken[0]!, path)
  const beginnings = [...names, '--help'].filter((name) => name.startsWith(word))
  const options = new Set(beginnings.map((name) => command.options.find((option) => namesOf(option).includes(name))))
  const meant = meantElsewhere(command, word, beginnings)
  if (options.size === 1 && meant === undefined) return [...options][0]
  if (options.size > 1) {
    throw new QError('OPTION_AMBIGUOUS', `${word} may be several options`, {
      at: path,
      found: word,
      wanted: beginnings.join(', '),
      hint: 'write the name out',
      kind: 'usage',
    })
  }
  const about = { at: path, found: word, wanted: 'an option of this command', kind: 'usage' } as const
  if (meant === undefined)
    throw new QError('OPTION_UNKNOWN', `there is no option ${word}`, {
      ...about,
      hint: didYouMean(word, names, `q ${path.join(' ')} --help lists the options`),
    })
  throw new QError('OPTION_UNKNOWN', `there is no option ${word}`, { ...about, hint: otherCommands(command, meant, names) })
}

const withoutHyphens = (name: string): string => name.replaceAll('-', '')

/** The commands of the whole program but this one. */
function otherCommandsOf(command: Command): readonly Command[] {
  let root = command
  while (root.parent !== null) root = root.parent
  const all = (each: Command): readonly Command[] => [each, ...each.commands.flatMap(all)]
  return all(root).filter((each) => each !== command && each.commands.length === 0)
}

/** The option of another command that is written, or that lies between what is written and the name that it would be completed to. */
function meantElsewhere(command: Command, word: string, [beginning]: readonly string[]): string | undefined {
  const elsewhere = new Set(otherCommandsOf(command).flatMap((each) => each.options.flatMap(namesOf)))
  const isBetween = (other: string) => other.startsWith(word) && beginning?.startsWith(other) === true && other !== beginning
  return elsewhere.has(word) ? word : [...elsewhere].find(isBetween)
}

/** Where patterns are looked for, and where else what they find goes. */
const patternOptions: ReadonlySet<string> = new Set(['--patterns', '--no-patterns', '--pattern-rules', '--part_quantize'])

function otherCommands(command: Command, word: string, names: readonly string[]): string {
  const owners = otherCommandsOf(command).filter((each) => each.options.some((option) => namesOf(option).includes(word)))
  const commands = owners.map((each) => `q ${each.name()}`).join(', ')
  if (!patternOptions.has(word)) return `${word} is an option of ${commands}`
  const taking = ['--pre_qtable', '--quantize_table'].find((name) => names.includes(name))
  const place = taking === undefined ? '--quantize_table of model_deploy, or --pre_qtable of a search' : `${taking} here`
  return `patterns are looked for by ${commands}; the table that they write (shape_pattern_qtable) is for ${place}`
}

function missingValue(option: Option, path: readonly string[], next: string | undefined): QError {
  return new QError('OPTION_VALUE_MISSING', `${option.long} wants a value`, {
    at: path,
    found: next === undefined ? 'the end of the line' : `the option ${next}`,
    wanted: option.flags,
    hint: 'put the value behind the option',
    kind: 'usage',
  })
}
