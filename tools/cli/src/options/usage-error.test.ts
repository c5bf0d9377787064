import { expect, it } from 'vitest'
import { createProgram } from '../program.ts'
import { usageError } from './usage-error.ts'

it.each([
  ['run_calibration a.mlir --dataset x -o t --input_num two', 'OPTION_VALUE', 'two', 'a whole number of at least 0'],
  ['run_calibration --dataset x -o t', 'ARGUMENT_MISSING', 'nothing', 'mlir_file'],
  ['run_calibration a.mlir --dataset x', 'OPTION_REQUIRED', 'nothing', '-o, --calibration_table <file>'],
  ['print a b', 'ARGUMENT_EXCESS', 'b', '1 argument'],
  ['print a --max-memory 1', 'OPTION_VALUE', '1', 'a size of at least 1MiB, like 8GiB'],
])('q %s: what was found and what was wanted', (line, code, found, wanted) => {
  const words = line.split(' ')
  const program = createProgram('0', () => {})
  const thrown = (() => {
    try {
      program.parse(words, { from: 'user' })
    } catch (error) {
      return usageError(
        error as Parameters<typeof usageError>[0],
        words.slice(0, 1),
        program.commands.find((each) => each.name() === words[0]),
      )
    }
    return undefined
  })()
  expect(thrown).toMatchObject({ code, found, wanted, kind: 'usage' })
})
