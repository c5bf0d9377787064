import type { Artifact, BoundaryTypes } from '@q/ir'
import { QError } from '@q/ir'

/** The program that runs the compiler's passes. */
export const compilerName = 'tpuc-opt'

const loweredEnding = '_tpu.mlir'

/** The passes from a lowered file to its final form, as the vendor's deploy tool gives them. */
const finalPasses = (boundary: BoundaryTypes): readonly string[] => [
  '--mlir-disable-threading',
  `--strip-io-quant=${boundaryOptions(boundary)} `,
  '--processor-tpu-optimize',
  '--dev-parallel',
  '--weight-reorder',
  '--subnet-divide=dynamic=False',
  '--op-reorder',
  '--topo-sort',
  '--layer-group=opt=2 group_by_cores=auto compress_mode=none debugger=0 disable_group_overlap=false lgcache=true config_filename= enable_lghash=False lghash_dir=',
  '--affine-opt',
  '--core-parallel',
  '--after-layergroup-weight-reorder',
  '--address-assign',
]

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
export function compilerCalls({ files, boundary = {} }: Artifact, model: string, family: string): CompilerCalls {
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
  const codegen = `--codegen=model_file=${model} embed_debug_info=False model_version=latest bmodel_only=False gdma_check=False rvti=False`
  return {
    final,
    calls: [
      [lowered, ...finalPasses(boundary), '-o', final],
      [final, codegen, '-o', '/dev/null'],
    ],
  }
}

/** The command lines that compile an artifact, for a person to copy. @param model path of what they make */
export function commandLines(artifact: Artifact, model: string, family: string): readonly string[] {
  const quote = (argument: string) => (argument.includes(' ') ? argument.replace(/^(--[\w-]+=)(.*)$/, '$1"$2"') : argument)
  return compilerCalls(artifact, model, family).calls.map((args) => `${compilerName} ${args.map(quote).join(' ')}`)
}
