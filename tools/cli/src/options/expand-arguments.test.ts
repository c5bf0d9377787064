import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { expandArguments, findCommand } from './expand-arguments.ts'

function program(): Command {
  const root = new Command('q')
  root
    .command('deploy')
    .alias('deploy.py')
    .option('--mlir <file>')
    .option('--chip, --processor <name>')
    .option('--model <file>')
    .option('--model_version <version>')
    .option('-o, --output <file>')
    .option('--mean [numbers]')
    .option('--names <names...>')
    .option('--compare_all')
    .option('--counts_of <numbers>')
  root.command('other').option('--counts <file>').option('--mlir <file>')
  root.command('tool').command('compare').option('-v, --verbose')
  return root
}

const expand = (...args: readonly string[]) => expandArguments(findCommand(program(), ['deploy', ...args]))

describe('findCommand', () => {
  it('finds commands by name, alias and place', () => {
    expect(findCommand(program(), ['deploy.py', '--mlir', 'x'])).toMatchObject({ path: ['deploy.py'], args: ['--mlir', 'x'] })
    expect(findCommand(program(), ['tool', 'compare', 'a', '-v'])).toMatchObject({ path: ['tool', 'compare'], args: ['a', '-v'] })
    expect(findCommand(program(), ['--help'])).toMatchObject({ path: [], args: ['--help'] })
  })

  it('names the nearest command', () => {
    expect(() => findCommand(program(), ['deplo'])).toThrow(
      expect.objectContaining({ code: 'COMMAND_UNKNOWN', hint: 'did you mean deploy?' }),
    )
  })
})

it('options that a printed manual has broken at their hyphens are whole again', () => {
  const root = new Command('q')
  root.command('run').option('--with-input-meta <file>').option('--batch-size <count>').option('--hybrid')
  const broken = (...args: readonly string[]) => expandArguments(findCommand(root, ['run', ...args]))
  expect(broken('--withinput-meta', 'a', '--', 'batch-size', '1', '--hybrid')).toEqual([
    '--with-input-meta=a',
    '--batch-size=1',
    '--hybrid',
  ])
  expect(broken('--with-inputmeta=a', '--', 'batchsize')).toEqual(['--with-input-meta=a', '--', 'batchsize'])
  expect(() => broken('--batches')).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }))
})

describe('expandArguments', () => {
  it.each([
    [['--ml', 'x'], ['--mlir=x']],
    [['--ml=x'], ['--mlir=x']],
    [['--chip', 'c'], ['--processor=c']],
    [['--pro', 'c'], ['--processor=c']],
    [
      ['--model', 'm', '--model_v', '1.2'],
      ['--model=m', '--model_version=1.2'],
    ],
    [['-o=x'], ['--output=x']],
    [['-o', 'x'], ['--output=x']],
    [
      ['--comp', 'file'],
      ['--compare_all', 'file'],
    ],
    [
      ['--mean', '-1,2', 'file'],
      ['--mean=-1,2', 'file'],
    ],
    [['--mean'], ['--mean']],
    [['--mlir', '-1'], ['--mlir=-1']],
    [
      ['--names', 'a', 'b', '--comp'],
      ['--names=a', '--names=b', '--compare_all'],
    ],
    [
      ['file', '--', '--ml'],
      ['file', '--', '--ml'],
    ],
    [
      ['a', '-1,2', 'b', '--ml', 'x'],
      ['a', '--mlir=x', '--', '-1,2', 'b'],
    ],
    [['--hel'], ['--help']],
    [['--mlir='], ['--mlir=']],
  ])('%j is %j', (given, wanted) => {
    expect(expand(...given)).toEqual(wanted)
  })

  it.each([
    ['OPTION_AMBIGUOUS', ['--m', 'x']],
    ['OPTION_UNKNOWN', ['--mlri', 'x']],
    ['OPTION_VALUE_MISSING', ['--mlir']],
    ['OPTION_VALUE_MISSING', ['--mlir', '--model', 'x']],
    ['OPTION_VALUE', ['--compare_all=1']],
  ])('%s: %j', (code, given) => {
    expect(() => expand(...given)).toThrow(expect.objectContaining({ code, kind: 'usage', at: ['deploy'] }))
  })

  it.each([['--count'], ['--counts'], ['--counts=a']])('completes no option of another command, nor its beginning: %s', (word) => {
    expect(() => expand(word, 'x')).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN', hint: '--counts is an option of q other' }))
  })
  it('completes what begins an option here and there alike', () => {
    expect(expand('--counts_', '3')).toEqual(['--counts_of=3'])
  })
})
