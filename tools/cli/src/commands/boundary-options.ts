import type { BoundaryTypes } from '@q/ir'
import { QError } from '@q/ir'
import type { Command } from 'commander'
import { parsePlaces } from '../options/parse.ts'

/** The options of {@link addBoundaryOptions}, as commander names them. */
export interface BoundaryOptions {
  readonly quant_input?: boolean
  readonly quant_input_list?: readonly number[] | 'all'
  readonly quant_input_int8?: boolean
  readonly quant_output?: boolean
  readonly quant_output_list?: readonly number[] | 'all'
  readonly quant_output_int8?: boolean
  readonly quant_output_bf16?: boolean
}

/** Adds the options that say in which types a model takes its inputs and gives its results. */
export function addBoundaryOptions(command: Command): Command {
  return command
    .option('--quant_input', 'the model takes its inputs as it computes with them: codes, or 16-bit floats')
    .option('--quant_input_list <numbers>', 'only these inputs, counted from 1, as in 1,3', parsePlaces)
    .option('--quant_input_int8', 'inputs that it computes with in floats are codes of 8 bits as well')
    .option('--quant_output', 'the model gives its results as it computes them: codes, or 16-bit floats')
    .option('--quant_output_list <numbers>', 'only these results, counted from 1', parsePlaces)
    .option('--quant_output_int8', 'results that it computes in floats are codes of 8 bits as well')
    .option('--quant_output_bf16', 'results are bfloat16 numbers')
}

/** What these options say; nothing where none was given. @throws QError `OPTION_NEEDS`, `OPTION_CONFLICT` */
export function boundaryOf(options: BoundaryOptions): BoundaryTypes | undefined {
  for (const side of ['input', 'output'] as const) {
    for (const more of [`quant_${side}_list`, `quant_${side}_int8`] as const) {
      if ((options[more] ?? 'all') !== 'all' && options[`quant_${side}`] !== true) throw needed(`--${more}`, `--quant_${side}`)
    }
  }
  if (options.quant_output_bf16 === true && options.quant_output === true) throw contradicting()
  const { quant_input_list: inputList, quant_output_list: outputList } = options
  const boundary: BoundaryTypes = {
    ...(options.quant_input === true ? { inputs: inputList ?? 'all' } : {}),
    ...(options.quant_output === true ? { outputs: outputList ?? 'all' } : {}),
    ...(options.quant_input_int8 === true ? { codedInputs: true } : {}),
    ...(options.quant_output_int8 === true ? { codedOutputs: true } : {}),
    ...(options.quant_output_bf16 === true ? { bf16Outputs: true } : {}),
  }
  return Object.keys(boundary).length === 0 ? undefined : boundary
}

const needed = (option: string, other: string): QError =>
  new QError('OPTION_NEEDS', `${option} has no effect without ${other}`, {
    at: [option],
    found: `no ${other}`,
    wanted: `${other} ${option}`,
    hint: `add ${other}, or leave ${option} out`,
    kind: 'usage',
  })

const contradicting = (): QError =>
  new QError('OPTION_CONFLICT', 'results cannot be given as they are computed and as bfloat16 numbers', {
    at: ['--quant_output_bf16'],
    found: '--quant_output --quant_output_bf16',
    wanted: 'one of them',
    hint: 'leave --quant_output out for bfloat16 numbers',
    kind: 'usage',
  })
