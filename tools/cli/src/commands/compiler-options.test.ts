import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addCompilerOptions, forCompiler } from './compiler-options.ts'

const compiler = { options: ['opt', 'dynamic', 'same_addr'], find: async () => undefined, commandLines: () => [] }

function told(words: readonly string[], of: Parameters<typeof forCompiler>[1]) {
  const notes: string[] = []
  const command = addCompilerOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
  command.parse([...words], { from: 'user' })
  return { ...forCompiler(command.opts(), of, { note: (line) => notes.push(line) }), notes }
}

it('hands on what the compiler takes', () => {
  const { notes, ...rest } = told(['--opt', '3', '--dynamic', '--same_addr', '0:1,2:3', '--addr_mode', 'io_tag'], {
    name: 'nova',
    compiler,
  })
  expect(rest).toEqual({ compilerOptions: { opt: '3', dynamic: '', same_addr: '0:1,2:3' }, addressMode: 'io_tag' })
  expect(notes).toEqual([])
})

it('names what it does not take', () => {
  expect(told(['--rvti', '--opt', '1'], { name: 'nova', compiler })).toEqual({
    compilerOptions: { opt: '1' },
    notes: ['note: --rvti: without effect, nova has no compiler that takes it'],
  })
  expect(told(['--rvti', '--addr_mode', 'basic'], { name: 'nova' }).notes).toEqual([
    'note: --rvti, --addr_mode: without effect, nova has no compiler that takes them',
  ])
})

it('leaves to the compiler what nothing is said of', () => {
  expect(told([], { name: 'nova', compiler })).toEqual({ notes: [] })
  expect(told(['--addr_mode', 'auto'], { name: 'nova', compiler })).toEqual({ notes: [] })
})

it.each([
  ['--opt', '4'],
  ['--same_addr', '0:0;rm'],
  ['--iomem_set', '$(id)'],
  ['--model_version', 'a b'],
  ['--addr_mode', 'anywhere'],
])('refuses %s %s', (...words) => {
  expect(() => told(words, { name: 'nova', compiler })).toThrow()
})
