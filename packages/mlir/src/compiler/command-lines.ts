import type { Artifact, BoundaryTypes, CompilerOptions } from '@q/ir'
import { QError } from '@q/ir'

/** The program that runs the compiler's passes. */
export const compilerName = 'tpuc-opt'

const loweredEnding = '_tpu.mlir'

/** Options of the vendor's deploy tool that say how its compiler works, and change no number. */
export const compilerOptionNames = [
  'dynamic',
  'opt',
  'group_by_cores',
  'compress_mode',
  'lg_debugger',
  'disable_layer_group',
  'disable_topo_sort',
  'disable_affine',
  'op_divide',
  'opt_post_processor',
  'weight_deduplicate',
  'same_addr',
  'iomem_set',
  'rvti',
  'model_version',
] as const

type Options = Partial<Record<(typeof compilerOptionNames)[number], string>>

/** The passes from a lowered file to its final form, as the vendor's deploy tool gives them. */
function finalPasses(boundary: BoundaryTypes, options: Options): readonly string[] {
  const has = (name: keyof Options): boolean => options[name] !== undefined
  const only = (isGiven: boolean, pass: string): readonly string[] => (isGiven ? [pass] : [])
  const { opt = '2', group_by_cores = 'auto', compress_mode = 'none', lg_debugger = '0', same_addr, iomem_set } = options
  // The later of two is taken, as the vendor's tool does.
  const addresses = same_addr === undefined ? (iomem_set === undefined ? '' : `=iomem_set=${iomem_set}`) : `=same_addr=${same_addr}`
  return [
    '--mlir-disable-threading',
    `--strip-io-quant=${boundaryOptions(boundary)} `,
    '--processor-tpu-optimize',
    '--dev-parallel',
    '--weight-reorder',
    ...only(has('op_divide'), '--op-divide'),
    `--subnet-divide=dynamic=${has('dynamic') ? 'True' : 'False'}`,
    '--op-reorder',
    ...only(!has('disable_topo_sort'), '--topo-sort'),
    ...only(
      !has('disable_layer_group'),
      `--layer-group=opt=${opt} group_by_cores=${group_by_cores} compress_mode=${compress_mode} debugger=${lg_debugger} disable_group_overlap=false lgcache=true config_filename= enable_lghash=False lghash_dir=`,
    ),
    ...only(!has('disable_affine'), '--affine-opt'),
    '--core-parallel',
    ...only(has('opt_post_processor'), '--opt-post-processor'),
    '--after-layergroup-weight-reorder',
    ...only(has('weight_deduplicate'), '--weight-deduplicate'),
    `--address-assign${addresses}`,
  ]
}

/** How the compiler is told of the types at the boundary. */
function boundaryOptions({ inputs, outputs, codedInputs, codedOutputs, bf16Outputs }: BoundaryTypes): string {
  const word = (is: boolean | undefined) => (is === true ? 'True' : 'False')
  const list = (places: BoundaryTypes['inputs']) => (Array.isArray(places) ? places.join(',') : '')
  return [
    `quant_input=${word(inputs !== undefined)}`,
    `quant_output=${word(outputs !== undefined)}`,
    `quant_input_list=${list(inputs)}`,
    `quant_output_list=${list(outputs)}`,
    `quant_output_bf16=${word(bf16Outputs)}`,
    `quant_input_int8=${word(codedInputs)}`,
    `quant_output_int8=${word(codedOutputs)}`,
  ].join(' ')
}

/** The arguments of the two calls that compile a lowered file. */
export interface CompilerCalls {
  /** Name of the file between the two. */
  readonly final: string
  /** Arguments of the first and of the second call. */
  readonly calls: readonly [readonly string[], readonly string[]]
}

/** The calls that compile an artifact. @param model what they make @throws QError `ARTIFACT_FOREIGN` when there is no lowered text in it */
export function compilerCalls(
  { files, boundary = {} }: Artifact,
  model: string,
  family: string,
  given: CompilerOptions = {},
): CompilerCalls {
  const lowered = [...files.keys()].find((name) => name.endsWith(loweredEnding))
  if (lowered === undefined) {
    throw new QError('ARTIFACT_FOREIGN', 'these files are not of this family', {
      at: [family],
      found: [...files.keys()].join(', '),
      wanted: `a file *${loweredEnding}`,
      hint: 'compile what emit of this back end made',
    })
  }
  const final = `${lowered.slice(0, -loweredEnding.length)}_final.mlir`
  const options: Options = given
  const { model_version = 'latest' } = options
  const rvti = options.rvti === undefined ? 'False' : 'True'
  const codegen = `--codegen=model_file=${model} embed_debug_info=False model_version=${model_version} bmodel_only=False gdma_check=False rvti=${rvti}`
  return {
    final,
    calls: [
      [lowered, ...finalPasses(boundary, options), '-o', final],
      [final, codegen, '-o', '/dev/null'],
    ],
  }
}

/** The command lines that compile an artifact, for a person to copy. @param model path of what they make */
export function commandLines(artifact: Artifact, model: string, family: string, options?: CompilerOptions): readonly string[] {
  const quote = (argument: string) => (argument.includes(' ') ? argument.replace(/^(--[\w-]+=)(.*)$/, '$1"$2"') : argument)
  return compilerCalls(artifact, model, family, options).calls.map((args) => `${compilerName} ${args.map(quote).join(' ')}`)
}
