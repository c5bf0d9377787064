import type { Artifact, ChipCompiler, CompiledModel, CompilerHost, Tensor, WorkFolder } from '@q/ir'
import { QError } from '@q/ir'
import type { TpuCodec } from '../tpu-codec.ts'
import { codecOf } from '../tpu-codec.ts'
import { commandLines, compilerCalls } from './command-lines.ts'
import type { InstalledPrograms } from './find-toolchain.ts'
import { findPrograms } from './find-toolchain.ts'

/** Drives the vendor's compiler, TPU-MLIR's `tpuc-opt`, and its simulator. */
export function tpucCompiler(codec: TpuCodec | undefined): ChipCompiler {
  return {
    commandLines,
    async find(host, folder) {
      const programs = await findPrograms(host, folder)
      if (programs === undefined) return undefined
      return { compiler: programs.compiler, compile: (artifact) => compile(artifact, programs, host, codec) }
    },
  }
}

/** What the compiler makes, in a folder of its own: it writes under fixed names and leaves files behind when it fails. */
async function compile(
  artifact: Artifact,
  programs: InstalledPrograms,
  host: CompilerHost,
  codec: TpuCodec | undefined,
): Promise<CompiledModel> {
  const made = 'out.cvimodel'
  const { final, calls } = compilerCalls(artifact, made)
  const model = artifact.compiled ?? made
  const inputs = new Map([...artifact.files].filter(([name]) => name !== artifact.model))
  const files = await host.inFolder(inputs, async (folder) => {
    host.note('compiling for the chip')
    for (const args of calls) await call(programs, folder, programs.compiler, args)
    return new Map([
      [final, await folder.read(final)],
      [model, await folder.read(made)],
    ])
  })
  return { files, simulate: (tensors) => simulate(files.get(model)!, tensors, programs, host, codec) }
}

async function simulate(
  model: Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
  programs: InstalledPrograms,
  host: CompilerHost,
  codec: TpuCodec | undefined,
): Promise<ReadonlyMap<string, Tensor>> {
  const { modelRunner } = programs
  const { arrays } = codecOf(codec)
  if (modelRunner === undefined || arrays === undefined) {
    throw new QError(
      'VENDOR_MISSING',
      modelRunner === undefined ? 'the toolchain has no model_runner.py' : 'there is no codec for npz files',
      {
        at: [programs.folder],
        wanted: 'model_runner.py, which runs the simulator of the chip, and the codec of its files',
        hint: 'leave --test_input out, or install the simulator',
      },
    )
  }
  const files = new Map([
    ['model.cvimodel', model],
    ['in.npz', arrays.encode(inputs)],
  ])
  return host.inFolder(files, async (folder) => {
    host.note('running the chip simulator')
    await call(programs, folder, modelRunner, [
      '--input',
      `${folder.path}/in.npz`,
      '--model',
      `${folder.path}/model.cvimodel`,
      '--output',
      `${folder.path}/out.npz`,
    ])
    return arrays.decode(await folder.read('out.npz'), ['the chip simulator', 'out.npz'])
  })
}

/** Runs one of the vendor's programs. @throws QError `VENDOR_FAILED` with its last lines */
async function call(
  { folder: first, root }: InstalledPrograms,
  folder: WorkFolder,
  program: string,
  args: readonly string[],
): Promise<void> {
  const { exitCode, output } = await folder.run({
    program,
    args,
    foldersFirst: [first],
    // A script that finds its root itself would, with the user's, call itself.
    env: { TPUC_ROOT: root },
  })
  if (exitCode === 0) return
  throw new QError('VENDOR_FAILED', `${program.replace(/^.*[\\/]/, '')} failed`, {
    at: [program],
    found: `exit code ${exitCode}; ${output.trim().split('\n').slice(-6).join(' | ')}`,
    wanted: 'exit code 0',
    hint: 'leave --vendor out: the lowered files are kept',
  })
}
