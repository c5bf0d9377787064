import { access } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { QError } from '@q/ir'

/** An installed toolchain of the chip's vendor. */
export interface Vendor {
  readonly tpucOpt: string
  /** The simulator's runner, where it is installed. */
  readonly modelRunner?: string
  /** Folder put in front of PATH while its programs run. */
  readonly folder: string
  /** TPUC_ROOT for its programs; absent when they are scripts of a Python environment, which find their root themselves. */
  readonly root?: string
}

/**
 * Looks for the vendor's toolchain: the folder the user names, `TPUC_ROOT`, then PATH.
 *
 * @throws QError `VENDOR_MISSING` when the named folder has none
 */
export async function findVendor(folder: string | undefined, env: Env): Promise<Vendor | undefined> {
  if (folder !== undefined) {
    const named = await inFolders([folder, join(folder, 'bin')], env)
    if (named !== undefined) return named
    throw new QError('VENDOR_MISSING', `there is no tpuc-opt in ${folder}`, {
      at: [folder],
      wanted: 'the folder of an installed toolchain',
      hint: 'check the path, or leave --vendor out for a portable container',
      kind: 'usage',
    })
  }
  const root = env['TPUC_ROOT']
  const rooted = root === undefined ? undefined : await inFolders([root, join(root, 'bin')], env)
  return rooted ?? inFolders(pathFolders(env), env)
}

type Env = Readonly<Record<string, string | undefined>>

const pathFolders = (env: Env): readonly string[] => (env['PATH'] ?? '').split(delimiter).filter((each) => each !== '')

async function inFolders(folders: readonly string[], env: Env): Promise<Vendor | undefined> {
  const tpucOpt = await firstThere(folders, 'tpuc-opt')
  if (tpucOpt === undefined) return undefined
  const folder = dirname(tpucOpt)
  // TPUC_ROOT names a package inside a Python environment, whose own programs stand four folders above.
  const modelRunner = await firstThere([folder, ...pathFolders(env), join(folder, '../../../../../bin')], 'model_runner.py')
  const scripts = await exists(join(dirname(folder), 'pyvenv.cfg'))
  return { tpucOpt, folder, ...(scripts ? {} : { root: dirname(folder) }), ...(modelRunner === undefined ? {} : { modelRunner }) }
}

async function firstThere(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name)
    if (await exists(path)) return path
  }
  return undefined
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The passes from a lowered file to its final form, as the vendor's deploy tool gives them. */
export const finalPasses: readonly string[] = [
  '--mlir-disable-threading',
  '--strip-io-quant=quant_input=False quant_output=False quant_input_list= quant_output_list= quant_output_bf16=False quant_input_int8=False quant_output_int8=False ',
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

/** The pass that writes the container. */
export function codegenPass(model: string): string {
  return `--codegen=model_file=${model} embed_debug_info=False model_version=latest bmodel_only=False gdma_check=False rvti=False`
}

/** The command lines that compile a lowered file, for a person to copy. */
export function vendorLines(lowered: string, prefix: string, model: string): readonly string[] {
  const quote = (argument: string) => (argument.includes(' ') ? argument.replace(/^(--[\w-]+=)(.*)$/, '$1"$2"') : argument)
  return [
    `tpuc-opt ${lowered} ${finalPasses.map(quote).join(' ')} -o ${prefix}_final.mlir`,
    `tpuc-opt ${prefix}_final.mlir ${quote(codegenPass(model))} -o /dev/null`,
  ]
}
