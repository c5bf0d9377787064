import { Command } from 'commander'
import type { Action } from './commands/command.ts'
import { defineExportOnnx } from './commands/export-onnx.ts'
import { defineFpForward } from './commands/fp-forward.ts'
import { defineGraph } from './commands/graph.ts'
import { defineModelDeploy } from './commands/model-deploy.ts'
import { defineModelRunner } from './commands/model-runner.ts'
import { defineModelTransform } from './commands/model-transform.ts'
import { defineNpzTool } from './commands/npz-tool.ts'
import { definePrint } from './commands/print.ts'
import { defineQuantize } from './commands/quantize.ts'
import { defineRunCalibration } from './commands/run-calibration.ts'
import { defineRunQtable } from './commands/run-qtable.ts'
import { defineRunSensitiveLayer } from './commands/run-sensitive-layer.ts'
import { defineSearch } from './commands/search.ts'
import { suggestChoices } from './options/choices.ts'
import { definePegasus } from './pegasus/pegasus.ts'

/**
 * The command line: every command under its name. `start` is handed what the chosen command does, and what it may take in memory where that is said. It ends no process and
 * prints nothing but help: wrong usage is thrown.
 */
export function createProgram(version: string, start: (action: Action, mostBytes: number | undefined) => void): Command {
  let mostBytes: number | undefined
  const begin = (action: Action): void => start(action, mostBytes)
  const program = new Command('q')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .description('Quantize float ONNX models for edge NPUs, compare them on this machine, and write the files their compilers take.')
    .hook('preAction', (_, command) => {
      mostBytes = command.opts<{ maxMemory?: number }>().maxMemory
    })
    .version(version, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a comparison missed its tolerance, 2 usage, 3 bad input, 4 target not reached, 5 file system, 70 a defect of this program, 130 interrupted.',
    )
  for (const define of [
    defineQuantize,
    defineSearch,
    defineModelTransform,
    defineRunCalibration,
    defineRunSensitiveLayer,
    defineRunQtable,
    defineFpForward,
    defineModelDeploy,
    defineModelRunner,
    defineExportOnnx,
    definePrint,
    defineGraph,
    defineNpzTool,
    definePegasus,
  ]) {
    define(program, begin)
  }
  suggestChoices(program)
  return program
}
