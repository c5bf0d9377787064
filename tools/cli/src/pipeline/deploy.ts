import { basename, resolve as resolvePath } from 'node:path'
import { loadTestInput } from '@q/data'
import type { Artifact, ArtifactNames, ChipToolchain, EmitOptions, Graph, QuantMode, Resolved, Tensor } from '@q/ir'
import { checkArtifact, QError } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { encodeNpz } from '@q/npz'
import type { Chip } from '../chips/choose-chip.ts'
import { createCompilerHost } from '../chips/compiler-host.ts'
import type { Comparison } from '../compare/compare-files.ts'
import { compareSets } from '../compare/compare-files.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { timeOf } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import { readNpz } from '../npz/npz-file.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import { dumpTensors } from './dump-tensors.ts'
import { reportComparison } from './report-comparison.ts'
import type { Quantization } from './resolve-for-chip.ts'
import { resolveForChip } from './resolve-for-chip.ts'
import { activationNames, outputsWithSources, runGraph } from './run-graph.ts'
import type { ArtifactPlaces } from './write-artifact.ts'
import { placeFiles, writeArtifact } from './write-artifact.ts'

export interface DeployOptions extends Quantization {
  readonly graph: Graph
  readonly chip: Chip
  /** File the user wants the model in. @default the chip family names it, in the working directory */
  readonly model?: string
  /** Give a portable container the very name of `model`. @default false */
  readonly keepModelName?: boolean
  /** Sample to compare with. */
  readonly testInput?: string
  /** Tensors of the float model; run here when absent. */
  readonly testReference?: string
  readonly compareAll: boolean
  readonly tolerance?: readonly [number, number]
  readonly correctness?: readonly [number, number]
  readonly excepts: readonly string[]
  /** Write what the chip's compiler takes, and no model file. */
  readonly notGenBmodel: boolean
  /** Folder of the chip's toolchain. */
  readonly vendor?: string
}

export interface Deployed {
  readonly resolved: Resolved
  readonly files: readonly string[]
  readonly comparisons: readonly Comparison[]
  readonly passed: boolean
  /** `chip`: made by the chip's compiler; `portable`: run by this program only; absent: the chip has no model file. */
  readonly container?: 'chip' | 'portable'
}

/** A float graph to its quantized files for a chip, compared stage by stage with the float model. */
export async function deploy(options: DeployOptions, context: Context): Promise<Deployed> {
  const { graph, chip, model } = options
  const { reporter } = context
  const { backend } = chip
  const release = await context.files.claim(options.notGenBmodel || model === undefined ? [] : [model])
  const inputFile = await claimInputFile(options, context)
  const toolchain = await findToolchain(options, context)
  const naming = namingOf(options, toolchain)
  if (backend.fileNames !== undefined) release()
  const releaseTold = await claimTold(options, toolchain, context)
  const given = await readComparison(options, context)
  const resolved = resolveForChip(graph, chip, options, reporter)
  const artifact = backend.emit(resolved.graph, { ...naming, time: Math.floor(timeOf(context).getTime() / 1000) })
  checkArtifact(artifact, backend.name)
  for (const diagnostic of artifact.diagnostics) reporter.diagnostic(diagnostic)
  const { places, outputs, compiledFile } = placed({ ...artifact, files: [...artifact.files.keys()] }, options, toolchain)
  const modelFile = artifact.model
  const others = new Map([...artifact.files].filter(([name]) => name !== modelFile))
  release()
  releaseTold()
  await context.files.claim(outputs)
  // What cannot be compared is told before a file of an earlier run is replaced.
  const loweredFile = places.paths.get([...others.keys()][0] ?? '') ?? backend.name
  const comparison = given === undefined ? undefined : await compareWithFloat(options, resolved.graph, given, loweredFile, context)
  const before = await writeArtifact(others, places, context)
  reporter.event('lowered', { files: before, nodes: resolved.graph.nodes.length })
  const done = (more: Omit<Deployed, 'resolved' | 'files'> & { readonly files?: readonly string[] }): Deployed => {
    const files = [...before, ...(more.files ?? [])]
    if (artifact.portable !== true && more.passed && !options.notGenBmodel) noteOtherName(options, modelFile, files, reporter)
    return { resolved, ...more, files }
  }

  const comparisons: Comparison[] = []
  const inputs = given?.inputs
  if (comparison !== undefined) {
    if (inputFile !== undefined) await context.files.write(new Map([[inputFile, encodeNpz(inputs!)]]))
    comparisons.push(comparison)
    if (!comparison.passed) return done({ comparisons, passed: false })
  }
  if (options.notGenBmodel) return done({ comparisons, passed: true })
  if (toolchain === undefined || compiledFile === undefined) {
    if (modelFile === undefined) return done({ comparisons, passed: true })
    const files = await writeArtifact(new Map([[modelFile, artifact.files.get(modelFile)!]]), places, context)
    if (artifact.portable !== true) return done({ files, comparisons, passed: true, container: 'chip' })
    await tellPortable(artifact, files[0]!, places, chip, context)
    return done({ files, comparisons, passed: true, container: 'portable' })
  }
  const compiled = await toolchain.compile(artifact)
  checkArtifact({ files: compiled.files, model: artifact.compiled!, diagnostics: [] }, backend.name)
  const paths = new Map([...compiled.files.keys()].map((name) => [name, name === artifact.compiled ? compiledFile : name]))
  const files = await writeArtifact(compiled.files, { paths }, context)
  reporter.print(`${compiledFile}: compiled for the chip by ${toolchain.compiler}`)
  if (inputs !== undefined && compiled.simulate !== undefined) {
    const tensors = await compiled.simulate(inputs)
    comparisons.push(await compareWithChip(options, tensors, resolved.graph, inputs, [compiledFile, before[0] ?? backend.name], context))
  }
  return done({ files, comparisons, passed: comparisons.every(({ passed }) => passed), container: 'chip' })
}

type Wishes = Pick<DeployOptions, 'chip' | 'mode' | 'asymmetric' | 'model' | 'keepModelName' | 'plan' | 'notGenBmodel' | 'vendor'> & {
  readonly graph: Pick<Graph, 'name'>
}

function namingOf({ graph, model, plan }: Wishes, toolchain: ChipToolchain | undefined): Omit<EmitOptions, 'time'> {
  return {
    name: model === undefined ? graph.name : basename(model).replace(/\.[^.]*$/, ''),
    ...(model === undefined ? {} : { model: basename(model) }),
    planned: plan !== undefined,
    compiling: toolchain !== undefined,
  }
}

/** Where files of a chip go, and which of them are written. */
function placed(
  names: ArtifactNames,
  options: Wishes,
  toolchain: ChipToolchain | undefined,
): { readonly places: ArtifactPlaces; readonly outputs: readonly string[]; readonly compiledFile: string | undefined } {
  const places = placeFiles(names, { ...options, keepName: options.keepModelName === true })
  const compiledFile = toolchain === undefined ? undefined : places.compiled
  const isModelWritten = !options.notGenBmodel && compiledFile === undefined
  const made = names.files.filter((name) => name !== names.model || isModelWritten).map((name) => places.paths.get(name)!)
  return { places, outputs: [...made, ...(compiledFile === undefined ? [] : [compiledFile])], compiledFile }
}

/** Claims the files of which the back end tells before it makes them. @returns gives them back @throws QError `FILE_TAKEN`, … */
async function claimTold(options: Wishes, toolchain: ChipToolchain | undefined, context: Context): Promise<() => void> {
  const { graph, mode, asymmetric, chip } = options
  const told = chip.backend.fileNames?.({ name: graph.name, mode, asymmetric }, namingOf(options, toolchain))
  return context.files.claim(told === undefined ? [] : placed(told, options, toolchain).outputs)
}

/**
 * Claims, before the long work, the files that {@link deploy} will write, as far as the back end can tell.
 *
 * @returns gives them back, for `deploy` to claim
 * @throws QError `FILE_TAKEN`, `VENDOR_MISSING`, …
 */
export async function claimDeployed(options: Wishes, context: Context): Promise<() => void> {
  return claimTold(options, await findToolchain(options, context), context)
}

/** Where the test input is kept as the network takes it; nothing when there is none, or when it is kept there already. */
async function claimInputFile({ graph, testInput }: DeployOptions, context: Context): Promise<string | undefined> {
  const file = `${graph.name}_in_f32.npz`
  if (testInput === undefined || (await context.files.isAmong(file, [testInput]))) return undefined
  await context.files.claim([file])
  return file
}

/** The chip's own compiler, where the family has a driver and the toolchain is installed. @throws QError `VENDOR_MISSING` */
async function findToolchain(
  { chip: { backend }, vendor, notGenBmodel }: Pick<DeployOptions, 'chip' | 'vendor' | 'notGenBmodel'>,
  context: Context,
): Promise<ChipToolchain | undefined> {
  if (notGenBmodel) return undefined
  if (backend.compiler !== undefined) return backend.compiler.find(createCompilerHost(context), vendor)
  if (vendor === undefined) return undefined
  throw new QError('VENDOR_MISSING', `the back end of ${backend.target.name} drives no compiler`, {
    at: [vendor],
    found: `--vendor ${vendor}`,
    wanted: 'a chip whose back end has a compiler driver',
    hint: 'leave --vendor out; the files are written all the same',
    kind: 'usage',
  })
}

/** Says where the model is when no file has the name that the user gave it. */
function noteOtherName(
  { model, chip }: Pick<DeployOptions, 'model' | 'chip'>,
  modelFile: string | undefined,
  files: readonly string[],
  { note }: Reporter,
): void {
  if (model === undefined || files.some((file) => resolvePath(file) === resolvePath(model))) return
  const { name } = chip.backend
  const written = modelFile === undefined ? files.join(', ') : files.at(-1)!
  const keep = modelFile === undefined ? '' : `; --keep_model_name writes it as ${model}`
  note(`note: ${model} is not written: the back end ${name} names its files itself, the model is in ${written}${keep}`)
}

/** Says that the model file is none of the chip's, and what makes the chip's own. */
async function tellPortable(
  artifact: Artifact,
  path: string,
  { compiled }: ArtifactPlaces,
  { backend: { compiler } }: Chip,
  { reporter }: Context,
): Promise<void> {
  const lines = compiler === undefined || compiled === undefined ? [] : compiler.commandLines(artifact, compiled)
  const own = lines.length === 0 ? '' : `; with the chip's toolchain installed these lines make ${compiled}:`
  reporter.print(`${path}: portable container, run by \`q model_runner\`; it holds no chip instructions${own}`)
  for (const line of lines) reporter.print(`  ${line}`)
  const stale = compiled !== undefined && compiled !== path && (await isThere(compiled))
  if (stale) reporter.note(`note: ${compiled} was there before and is left as it is`)
}

/** What a model in a mode has to exceed in cosine and Euclidean similarity with the float one: the chip says it. */
export function toleranceOf({ backend: { target } }: Chip, mode: QuantMode): readonly [cosine: number, euclidean: number] {
  return target.tolerance[mode] ?? [0.9, 0.8]
}

/** What a quantized model is compared on, as files have it. */
interface GivenComparison {
  readonly inputs: ReadonlyMap<string, Tensor>
  /** Tensors of the float model; absent, it is run. */
  readonly reference?: ReadonlyMap<string, Tensor>
}

/** Reads the test input and the tensors to compare with; nothing without a test input. @throws QError of files that are missing or do not fit */
async function readComparison({ graph, testInput, testReference }: DeployOptions, context: Context): Promise<GivenComparison | undefined> {
  if (testInput === undefined) return undefined
  const inputs = await loadTestInput(testInput, sampleInputs(graph), context.files.mostBytes)
  return testReference === undefined ? { inputs } : { inputs, reference: await readNpz(context, testReference) }
}

async function compareWithFloat(
  options: DeployOptions,
  quantized: Graph,
  { inputs, reference: given }: GivenComparison,
  targetFile: string,
  context: Context,
): Promise<Comparison> {
  const { graph, mode, chip } = options
  const reference = given ?? (await runGraph(graph, floatExecutor(), inputs, activationNames(graph)))
  const wanted = options.compareAll ? activationNames(quantized) : outputsWithSources(quantized)
  const tensors = dumpTensors(quantized, await runGraph(quantized, exactExecutor(), inputs, wanted), 'floats')
  const [cosine, euclidean] = options.tolerance ?? toleranceOf(chip, mode)
  const comparison = compareSets(tensors, withOutputs(reference, graph, quantized), { cosine, euclidean }, { excepts: options.excepts })
  if (comparison.verdicts.length === 0) {
    throw new QError('COMPARE_NOTHING', 'the reference has no tensor that the quantized model has', {
      at: [options.testReference ?? graph.name],
      found: [...reference.keys()].slice(0, 5).join(', '),
      wanted: [...tensors.keys()].slice(0, 5).join(', '),
      hint: 'give the --test_result of model_transform of this model',
    })
  }
  reportComparison(comparison, context.reporter, {
    target: tensors,
    reference,
    targetFile,
    referenceFile: options.testReference ?? `${graph.name} in float`,
  })
  return comparison
}

/** The reference with the float outputs also under the names of quantized ones that lowering has renamed. */
function withOutputs(reference: ReadonlyMap<string, Tensor>, float: Graph, quantized: Graph): ReadonlyMap<string, Tensor> {
  const all = new Map(reference)
  const compared = outputsWithSources(quantized)
  quantized.outputs.forEach((name, i) => {
    const original = reference.get(float.outputs[i]!)
    const known = [name, ...compared].some((each) => reference.has(each))
    if (!known && original !== undefined) all.set(name, original)
  })
  return all
}

async function compareWithChip(
  options: DeployOptions,
  chip: ReadonlyMap<string, Tensor>,
  quantized: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  [targetFile, referenceFile]: readonly [string, string],
  context: Context,
): Promise<Comparison> {
  const ours = dumpTensors(quantized, await runGraph(quantized, exactExecutor(), inputs), 'floats')
  const [cosine, euclidean] = options.correctness ?? (options.plan === undefined ? [0.99, 0.9] : [0.98, 0.8])
  const comparison = compareSets(chip, ours, { cosine, euclidean }, { excepts: options.excepts })
  reportComparison(comparison, context.reporter, {
    target: chip,
    reference: ours,
    targetFile,
    referenceFile,
  })
  return comparison
}
