import { type PartMode, partModes } from '@q/fpfwd'
import { QError } from '@q/ir'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { parseNames } from '../options/parse.ts'
import type { FloatLayerChoice } from '../pipeline/float-layers.ts'
import { readFamilies } from '../pipeline/read-families.ts'

/** The options of {@link addFloatLayerOptions}, as commander names them. */
export interface FloatLayerOptions {
  readonly patterns?: string | false
  readonly patternRules?: string
  readonly vendorExact?: boolean
  readonly part_quantize?: string
  readonly custom_operator?: readonly string[]
  readonly fp_type?: string
}

/** Adds the options that say which layers stay in float before anything is measured. */
export function addFloatLayerOptions(command: Command): Command {
  // They are one option to commander, of which the last one counts.
  const given = new Set<string>()
  for (const name of ['patterns', 'no-patterns'])
    command.on(`option:${name}`, () => {
      given.add(`--${name}`)
      if (given.size > 1) throw onlyOne(['--no-patterns', '--patterns'])
    })
  return command
    .option('--patterns <file>', 'families of networks, JSON or a module, tried before the known ones: docs/write-a-pattern.md', onlyFile)
    .option('--no-patterns', 'look for no family of networks')
    .addOption(new Option('--pattern-rules <rules>', "manual: the blocks of post-processing of TPU-MLIR's manual").choices(['manual']))
    .option('--vendor-exact', 'keep the layers in float that TPU-MLIR 1.30.2 keeps')
    .addOption(
      new Option('--part_quantize <mode>', 'quantize some operators only, the usual ones or those of --custom_operator').choices([
        ...Object.keys(partModes),
        'custom_mode',
      ]),
    )
    .option('--custom_operator <operators>', 'operators that --part_quantize custom_mode quantizes: Conv,MatMul', parseNames)
}

/** What the options choose. @throws QError `OPTION_REQUIRED`, `OPTION_WITHOUT_EFFECT`, and those of the families */
export async function floatLayerChoice(options: FloatLayerOptions, context: Context): Promise<FloatLayerChoice> {
  const { patterns, part_quantize: mode, custom_operator: operators } = options
  if (mode === 'custom_mode' && operators === undefined)
    throw new QError('OPTION_REQUIRED', '--part_quantize custom_mode needs the operators', {
      at: ['--part_quantize'],
      found: 'no --custom_operator',
      wanted: '--custom_operator Conv,MatMul',
      hint: 'name the operators that are quantized',
      kind: 'usage',
    })
  if (operators !== undefined && mode !== 'custom_mode')
    throw new QError('OPTION_WITHOUT_EFFECT', '--custom_operator is for --part_quantize custom_mode', {
      at: ['--custom_operator'],
      found: operators.join(','),
      wanted: '--part_quantize custom_mode',
      hint: 'add it, or leave --custom_operator out',
      kind: 'usage',
    })
  checkOneSource(options)
  return {
    ...(options.fp_type === undefined || options.fp_type === 'auto' ? {} : { oneType: true }),
    ...(patterns === undefined ? {} : { patterns: patterns === false ? 'none' : await readFamilies(patterns, context) }),
    ...(options.patternRules === undefined ? {} : { manual: true }),
    ...(options.vendorExact === true ? { vendorExact: true } : {}),
    ...(mode === undefined ? {} : { part: mode === 'custom_mode' ? operators! : (mode as PartMode) }),
  }
}

function onlyFile(file: string, before: unknown): string {
  if (typeof before !== 'string') return file
  throw new InvalidArgumentError(`there is a file already, ${before}: a file may hold a list of families.`)
}

/** The ways to say where families come from exclude each other. */
function checkOneSource({ patterns, patternRules, vendorExact }: FloatLayerOptions): void {
  const sources = [
    ...(patterns === false ? ['--no-patterns'] : []),
    ...(vendorExact === true ? ['--vendor-exact'] : []),
    ...(patternRules === undefined ? [] : [`--pattern-rules ${patternRules}`]),
    ...(typeof patterns === 'string' ? ['--patterns'] : []),
  ]
  if (sources.length > 1) throw onlyOne(sources)
}

function onlyOne(sources: readonly string[]): QError {
  const [first = '', second = ''] = sources
  return new QError('OPTION_WITHOUT_EFFECT', `${second} has no effect with ${first}`, {
    at: [second],
    found: sources.join(' and '),
    wanted: 'one of them',
    hint: `leave ${second} or ${first} out`,
    kind: 'usage',
  })
}

/** Says which of the options do nothing where something else says which layers stay in float. */
export function noteFloatLayerOptions(options: FloatLayerOptions, cause: string, { reporter }: Context): void {
  const given = [
    ...(typeof options.patterns === 'string' ? ['--patterns'] : []),
    ...(options.patternRules === undefined ? [] : ['--pattern-rules']),
    ...(options.vendorExact === true ? ['--vendor-exact'] : []),
    ...(options.part_quantize === undefined ? [] : ['--part_quantize']),
  ]
  if (given.length > 0) reporter.note(`note: ${given.join(', ')}: without effect, ${cause}`)
}
