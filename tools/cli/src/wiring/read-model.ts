import { basename, dirname, join } from 'node:path'
import { unpackedBytes } from '@q/data'
import type { Backend, Diagnostic, Graph, ModelReader } from '@q/ir'
import { QError } from '@q/ir'
import type { MlirModule } from '@q/mlir'
import { parseMlir, readTop, readTpu } from '@q/mlir'
import { decodeNpz } from '@q/npz'
import { decodeOnnx, importOnnx } from '@q/onnx'
import { isThere } from '../files/read-file.ts'
import type { RunFiles } from '../files/run-files.ts'
import { impliedBy, ownBackends } from './backends.ts'
import { checkMemory, grownBytes } from './check-memory.ts'
import { externalFile } from './external-file.ts'

export interface ReadModelOptions {
  /** Reads the files. */
  readonly files: RunFiles
  /** Weight file, in place of the one the text names. */
  readonly weights?: string
  /** Fixes dynamic dimensions of an ONNX model. */
  readonly inputShapes?: readonly (readonly number[])[]
  readonly outputNames?: readonly string[]
  /** Told of every output that an imported ONNX model leaves out. */
  readonly leftOut?: (output: string) => void
  /** Told of what an imported ONNX model computes with less than its file does. */
  readonly warn?: (diagnostic: Diagnostic) => void
  /** Leave an ONNX model as the file has it, not canonical. @default false */
  readonly asImported?: boolean
  /** Name of the graph. @default from the file */
  readonly name?: string
  /** A back end whose model files are read beside those of the chips this program knows. */
  readonly backend?: Backend
}

/**
 * A model from any file this program reads: `.onnx`, Top and Tpu `.mlir`, and the model files that back ends read.
 *
 * @throws QError `MODEL_KIND` for other files, `MODEL_LARGE`, and the errors of the codecs
 */
export async function readModel(path: string, options: ReadModelOptions): Promise<Graph> {
  const graph = await readAny(path, options)
  checkMemory(graph, options.files.mostBytes, path)
  return graph
}

async function readAny(path: string, options: ReadModelOptions): Promise<Graph> {
  if (path.endsWith('.onnx')) return readOnnx(path, options)
  if (path.endsWith('.mlir')) return readMlir(path, options)
  const readers = modelReaders(options.backend)
  const reader = readers.find((each) => isFor(each, path))
  if (reader !== undefined) return reader.read(await options.files.read(path), path, (name) => readBeside(path, name, options.files))
  throw new QError('MODEL_KIND', `cannot tell what kind of model ${basename(path)} is`, {
    at: [path],
    found: basename(path),
    wanted: `one of ${['.onnx', '.mlir', ...readers.flatMap(({ endings }) => endings)].join(', ')}`,
    hint: "give the file its usual ending; --chip names the module that reads a chip's own files",
  })
}

/**
 * What a chip's model file says of itself, as its back end tells it.
 *
 * @throws QError `MODEL_UNTOLD` for other files
 */
export async function describeModel(path: string, { files, backend }: Pick<ReadModelOptions, 'files' | 'backend'>): Promise<string> {
  const told = modelReaders(backend).filter(({ describe }) => describe !== undefined)
  const reader = told.find((each) => isFor(each, path))
  if (reader !== undefined) return reader.describe!(await files.read(path), path)
  throw new QError('MODEL_UNTOLD', `nothing is known of what ${basename(path)} says of itself`, {
    at: [path],
    found: basename(path),
    wanted: `a chip's model file: ${told.flatMap(({ endings }) => endings).join(', ')}`,
    hint: "leave --stage stored out, or name with --chip the module that knows the chip's files",
  })
}

/** The readers of model files: of the back end in use, and of those this program comes with. */
function modelReaders(backend: Backend | undefined): readonly ModelReader[] {
  const readers = [...(backend === undefined ? [] : [backend]), ...ownBackends()].flatMap(({ reader }) => reader ?? [])
  // Chips of one family read the same files.
  return readers.filter(({ endings }, i) => readers.findIndex((other) => String(other.endings) === String(endings)) === i)
}

function isFor({ endings }: ModelReader, path: string): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(ending))
}

/** Another file of a model that a back end reads. @throws TypeError for what is no plain name, QError `FILE_MISSING`, … */
function readBeside(path: string, name: string, files: RunFiles): Promise<Uint8Array> {
  if (typeof name !== 'string' || name !== basename(name) || name.includes('\\') || /^\.*$/.test(name))
    throw new TypeError(`${String(name)} is no plain name of a file beside ${basename(path)}`)
  return files.read(join(dirname(path), name))
}

async function readOnnx(path: string, options: ReadModelOptions): Promise<Graph> {
  const { files, inputShapes, outputNames, leftOut, warn, name, asImported = false } = options
  return (asImported ? decodeOnnx : importOnnx)(await files.read(path), {
    place: path,
    name: name ?? basename(path, '.onnx'),
    // ONNX Runtime is loaded by those who run something.
    compute: async (model) => (await import('./executors.ts')).computeModel(model),
    readExternal: async (location, part) => files.read(await externalFile(path, location), part),
    mostGrown: grownBytes(files.mostBytes),
    ...(inputShapes === undefined ? {} : { inputShapes }),
    ...(outputNames === undefined ? {} : { outputNames }),
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(warn === undefined ? {} : { warn }),
  })
}

/** The weight file is looked up beside the text first, then in the working directory. */
async function readMlir(path: string, { files, weights }: ReadModelOptions): Promise<Graph> {
  const text = await files.readText(path)
  const module = parseMlir(text, { file: path })
  const named = stringAttribute(module, 'module.weight_file')
  const weightFile = weights ?? (named === undefined ? undefined : await findBeside(path, named))
  const arrays =
    weightFile === undefined ? undefined : decodeNpz(await files.read(weightFile), [weightFile], unpackedBytes(files.mostBytes))
  const lowered = stringAttribute(module, 'module.state')?.startsWith('TPU') === true
  const places = { file: path, ...(weightFile === undefined ? {} : { weightFile }) }
  if (!lowered) return readTop(text, arrays, places)
  return readTpu(text, arrays, { ...places, implied: impliedBy(stringAttribute(module, 'module.chip') ?? '') })
}

function stringAttribute(module: MlirModule, name: string): string | undefined {
  const attribute = module.attributes.get(name)
  return attribute?.kind === 'string' ? attribute.value : undefined
}

async function findBeside(path: string, name: string): Promise<string> {
  const beside = join(dirname(path), name)
  for (const place of [beside, name]) {
    if (await isThere(place)) return place
  }
  throw new QError('WEIGHTS_MISSING', `the weight file of ${path} is not there`, {
    at: [path, name],
    found: `neither ${beside} nor ${name}`,
    wanted: 'the npz file that module.weight_file names',
    hint: 'put it beside the .mlir file, or name it with --weights',
  })
}
