import type { Artifact, ChipCompiler, CompiledModel, CompilerHost, CompilerOptions, Tensor, WorkFolder } from '@q/ir'
import { QError } from '@q/ir'
import { commandLines, compilerCalls, compilerOptionNames } from './command-lines.ts'
import type { InstalledPrograms } from './find-toolchain.ts'
import { findPrograms } from './find-toolchain.ts'

type Tensors = ReadonlyMap<string, Tensor>

/** Arrays by name as an npz file and back. */
export interface ArrayCodec {
  encode(arrays: Tensors): Uint8Array
  decode(bytes: Uint8Array, at: readonly string[]): Tensors
}

/** What the compiler's driver has to know of a chip family. */
export interface CompiledFamily {
  /** Its name, for messages. */
  readonly family: string
  /** Ending of its containers, as in `.bmodel`. */
  readonly container: string
  /** What there is without the compiler, as the end of an advice. */
  readonly otherwise: string
  /** The codec of the inputs and outputs of the simulator. @default the simulator cannot be run */
  readonly arrays?: ArrayCodec
}

/** Drives the vendor's compiler, TPU-MLIR's `tpuc-opt`, and its simulator. */
export function tpucCompiler(family: CompiledFamily): ChipCompiler {
  return {
    options: compilerOptionNames,
    commandLines: (artifact, model, options) => commandLines(artifact, model, family.family, options),
    async find(host, folder) {
      const programs = await findPrograms(host, family.otherwise, folder)
      if (programs === undefined) return undefined
      return { compiler: programs.compiler, compile: (artifact, options) => compile(artifact, options, { ...family, programs, host }) }
    },
  }
}

/** A family, and where its programs are and run. */
interface Site extends CompiledFamily {
  readonly programs: InstalledPrograms
  readonly host: CompilerHost
}

/** What the compiler makes, in a folder of its own: it writes under fixed names and leaves files behind when it fails. */
async function compile(artifact: Artifact, options: CompilerOptions | undefined, site: Site): Promise<CompiledModel> {
  const { family, container, programs, host } = site
  const made = `out${container}`
  const { final, calls } = compilerCalls(artifact, made, family, options)
  const model = artifact.compiled ?? made
  const inputs = new Map([...artifact.files].filter(([name]) => name !== artifact.model))
  const files = await host.inFolder(inputs, async (folder) => {
    host.note('compiling for the chip')
    for (const args of calls) await call(site, folder, programs.compiler, args)
    return new Map([
      [final, await folder.read(final)],
      [model, await folder.read(made)],
    ])
  })
  return { files, simulate: (tensors) => simulate(files.get(model)!, tensors, site) }
}

async function simulate(model: Uint8Array, inputs: Tensors, site: Site): Promise<Tensors> {
  const { container, arrays, programs, host } = site
  const { modelRunner } = programs
  const compiled = `model${container}`
  if (modelRunner === undefined || arrays === undefined) {
    throw new QError(
      'VENDOR_MISSING',
      modelRunner === undefined ? 'the toolchain has no model_runner.py' : 'there is no codec for npz files',
      {
        at: [programs.folder],
        found: `a toolchain in ${programs.folder} without ${modelRunner === undefined ? 'its runner' : 'a codec'}`,
        wanted: 'model_runner.py, which runs the simulator of the chip, and the codec of its files',
        hint: 'leave --test_input out, or install the simulator',
      },
    )
  }
  const files = new Map([
    [compiled, model],
    ['in.npz', arrays.encode(inputs)],
  ])
  return host.inFolder(files, async (folder) => {
    host.note('running the chip simulator')
    await call(site, folder, modelRunner, [
      '--input',
      `${folder.path}/in.npz`,
      '--model',
      `${folder.path}/${compiled}`,
      '--output',
      `${folder.path}/out.npz`,
    ])
    return arrays.decode(await folder.read('out.npz'), ['the chip simulator', 'out.npz'])
  })
}

/** What a program says of why it gives up; the frames of its stack come behind. */
const reason = /ASSERT INFO|assertion|unreachable|not implemented|error:/i

/** A frame of a stack. */
const frame = /^\s*#\d+ /

/** The lines of an output that tell a reason, or the last ones where none does. */
function tellingLines(output: string): readonly string[] {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !frame.test(line))
  const telling = lines.filter((line) => reason.test(line))
  return telling.length > 0 ? telling.slice(0, 3) : lines.slice(-6)
}

/** Runs one of the vendor's programs. @throws QError `VENDOR_FAILED` with the lines that tell why, or its last ones */
async function call({ programs, otherwise, host }: Site, folder: WorkFolder, program: string, args: readonly string[]): Promise<void> {
  const { folder: first, root } = programs
  const { exitCode, output } = await folder.run({
    program,
    args,
    foldersFirst: [first],
    // A script that finds its root itself would, with the user's, call itself.
    env: { TPUC_ROOT: root },
  })
  if (exitCode === 0) return
  const name = program.replace(/^.*[\\/]/, '')
  const log = await host.keep?.(`${name}.log`, output)
  throw new QError('VENDOR_FAILED', `${name} failed`, {
    at: [program],
    found: `${exitCode === undefined ? 'ended by a signal' : `exit code ${exitCode}`}; ${tellingLines(output).join(' | ')}${log === undefined ? '' : `; all that it printed is in ${log}`}`,
    wanted: 'exit code 0',
    hint: `leave --vendor out, or the toolchain out of PATH: ${otherwise}`,
  })
}
