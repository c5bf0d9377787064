import type { CompilerHost } from '@q/ir'
import { QError } from '@q/ir'
import { compilerName } from './command-lines.ts'

/** Where the vendor's programs are. */
export interface InstalledPrograms {
  readonly compiler: string
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
 * @param otherwise what there is without it
 * @throws QError `VENDOR_MISSING` when the named folder has none
 */
export async function findPrograms(host: CompilerHost, otherwise: string, folder?: string): Promise<InstalledPrograms | undefined> {
  if (folder !== undefined) {
    const named = await inFolders([folder, `${folder}/bin`], host)
    if (named !== undefined) return named
    throw new QError('VENDOR_MISSING', `there is no ${compilerName} in ${folder}`, {
      at: [folder],
      found: `neither ${folder}/${compilerName} nor ${folder}/bin/${compilerName}`,
      wanted: 'the folder of an installed toolchain',
      hint: `check the path, or leave --vendor out: ${otherwise}`,
      kind: 'usage',
    })
  }
  const root = host.env['TPUC_ROOT']
  const rooted = root === undefined ? undefined : await inFolders([root, `${root}/bin`], host)
  return rooted ?? inFolders(host.programFolders, host)
}

async function inFolders(folders: readonly string[], host: CompilerHost): Promise<InstalledPrograms | undefined> {
  const compiler = await host.find(compilerName, folders)
  if (compiler === undefined) return undefined
  const folder = parentOf(compiler)
  const root = parentOf(folder)
  // TPUC_ROOT names a package inside a Python environment, whose own programs stand four folders above.
  const modelRunner = await host.find('model_runner.py', [folder, ...host.programFolders, `${folder}/../../../../../bin`])
  const scripts = (await host.find('pyvenv.cfg', [root])) !== undefined
  return { compiler, folder, ...(scripts ? {} : { root }), ...(modelRunner === undefined ? {} : { modelRunner }) }
}

const parentOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '')
