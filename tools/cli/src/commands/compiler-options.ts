import type { Backend, CompilerOptions } from '@q/ir'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Reporter } from '../console/reporter.ts'

/** What an option says as text: one of a few words, or what a pattern takes. */
type Value = readonly string[] | { readonly placeholder: string; readonly pattern: RegExp; readonly wanted: string }

const pairs: Value = { placeholder: 'pairs', pattern: /^\d+:\d+(?:,\d+:\d+)*$/, wanted: 'pairs of numbers, like 0:0,1:2' }
const plain = (placeholder: string): Value => ({ placeholder, pattern: /^[\w.:,-]+$/, wanted: 'letters, digits and . : , - _ alone' })

/** Options of the original tool that only concern the chip's compiler, by the names of `ChipCompiler.options`; those without a value are switches. */
const compilerOptions: readonly (readonly [name: string, description: string, value?: Value])[] = [
  ['dynamic', 'compile for inputs of any size up to the shapes given'],
  ['opt', 'how much it optimizes', ['1', '2', '3']],
  ['group_by_cores', 'group layers by cores', ['auto', 'true', 'false']],
  ['compress_mode', 'what is stored compressed', ['none', 'weight', 'activation', 'all']],
  ['lg_debugger', 'what it tells of groups of layers', ['0', '1', '2', '3']],
  ['disable_layer_group', 'compile layer by layer'],
  ['disable_topo_sort', 'leave layers in their order'],
  ['disable_affine', 'leave out one of its passes'],
  ['op_divide', 'divide large layers'],
  ['opt_post_processor', 'optimize what stands behind a detector'],
  ['weight_deduplicate', 'store equal weights once'],
  ['same_addr', 'inputs and outputs at one address', pairs],
  ['iomem_set', 'inputs and outputs in memory of their own', plain('places')],
  ['rvti', 'enable the kernel module RVTI'],
  ['model_version', 'version of the container', plain('version')],
]

/** How inputs and outputs are addressed; the lowered file says it. */
const addressModes = ['auto', 'basic', 'io_alone', 'io_tag', 'io_tag_fuse', 'io_reloc', 'in_reuse']

/** Adds the options that only concern the chip's compiler. */
export function addCompilerOptions(command: Command): Command {
  for (const [name, description, value] of [
    ...compilerOptions,
    ['addr_mode', 'how inputs and outputs are addressed', addressModes] as const,
  ])
    command.addOption(optionOf(name, `for the chip's compiler: ${description}`, value))
  return command
}

function optionOf(name: string, description: string, value: Value | undefined): Option {
  if (value === undefined) return new Option(`--${name}`, description)
  if (!('pattern' in value)) return new Option(`--${name} <value>`, description).choices(value)
  return new Option(`--${name} <${value.placeholder}>`, description).argParser((text) => {
    if (value.pattern.test(text)) return text
    throw new InvalidArgumentError(`wanted ${value.wanted}.`)
  })
}

/** What was asked of the chip's compiler. */
export interface ForCompiler {
  readonly compilerOptions?: CompilerOptions
  /** `module.addr_mode` of the lowered file. */
  readonly addressMode?: string
}

/**
 * What these options say; a line names those that the chip has no compiler for.
 *
 * @param given the options of the command, as commander names them
 */
export function forCompiler(
  given: Readonly<Record<string, unknown>>,
  { name: chip, compiler }: Pick<Backend, 'name' | 'compiler'>,
  { note }: Pick<Reporter, 'note'>,
): ForCompiler {
  const known = new Set(compiler?.options)
  const said = compilerOptions.flatMap(([name]) =>
    given[name] === undefined ? [] : [[name, given[name] === true ? '' : String(given[name])] as const],
  )
  const address = given['addr_mode'] as string | undefined
  const isAddressed = address !== undefined && known.size > 0
  const without = [
    ...said.map(([name]) => name).filter((name) => !known.has(name)),
    ...(address === undefined || isAddressed ? [] : ['addr_mode']),
  ]
  if (without.length > 0)
    note(
      `note: ${without.map((name) => `--${name}`).join(', ')}: without effect, ${chip} has no compiler that takes ${without.length === 1 ? 'it' : 'them'}`,
    )
  const handed = said.filter(([name]) => known.has(name))
  return {
    ...(handed.length === 0 ? {} : { compilerOptions: Object.fromEntries(handed) }),
    // Files say `basic` for what is left to the compiler.
    ...(isAddressed && address !== 'auto' ? { addressMode: address } : {}),
  }
}
