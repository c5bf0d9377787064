import { basename, resolve as resolvePath } from 'node:path'
import type {
  Artifact,
  ArtifactNames,
  BoundaryTypes,
  ChipToolchain,
  CompilerOptions,
  EmitOptions,
  Graph,
  PictureInputs,
  Resolved,
  Tensor,
} from '@q/ir'
import { checkArtifact, QError } from '@q/ir'
import { encodeNpz } from '@q/npz'
import type { Chip } from '../chips/choose-chip.ts'
import { createCompilerHost } from '../chips/compiler-host.ts'
import type { Comparison } from '../compare/compare-files.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { timeOf } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import { compileScript } from '../shell/compile-script.ts'
import { shellPath } from '../shell/shell-word.ts'
import { compareWithChip } from './compare-with-chip.ts'
import type { ComparisonChoice } from './compare-with-float.ts'
import { compareWithFloat, readComparison } from './compare-with-float.ts'
import { tellingOfPlaces } from './places-on-codes.ts'
import type { Quantization } from './resolve-for-chip.ts'
import { resolveForChip } from './resolve-for-chip.ts'
import type { Again } from './verdict.ts'
import type { ArtifactPlaces } from './write-artifact.ts'
import { placeFiles, writeArtifact } from './write-artifact.ts'

/** Says of a quantized model whether it is good enough for a container. */
export type Judge = (resolved: Resolved, again: Again) => Promise<{ readonly passed: boolean }>

export interface DeployOptions extends Quantization, ComparisonChoice {
  /** File the user wants the model in. @default the chip family names it, in the working directory */
  readonly model?: string
  /** Give a portable container the very name of `model`. @default false */
  readonly keepModelName?: boolean
  /** The verdict of who has samples of its own, beside that of a test input. @default none */
  readonly judge?: Judge
  /** Write the model file whatever the verdict. @default false */
  readonly force?: boolean
  readonly correctness?: readonly [number, number]
  /** Types of inputs and results of the model that is written. @default float32 numbers */
  readonly boundary?: BoundaryTypes
  /** What the chip's compiler is told. @default its own */
  readonly compilerOptions?: CompilerOptions
  /** How inputs and outputs are addressed, as the lowered file says. @default as the chip's compiler has it */
  readonly addressMode?: string
  /** How the model that is written takes pictures. @default it takes numbers */
  readonly pictures?: PictureInputs
  /** Write what the chip's compiler takes, and no model file. */
  readonly notGenBmodel: boolean
  /** Folder of the chip's toolchain. */
  readonly vendor?: string
  /** What the chip's simulator is fed where there is no test input. @default it is not run then */
  readonly chipSample?: () => Promise<ReadonlyMap<string, Tensor>>
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
  const resolved = resolveForChip(graph, chip, options, reporter)
  const deployed = addressed(
    options.pictures === undefined ? resolved.graph : withPictures(resolved.graph, chip, options.pictures),
    options,
  )
  const given = await readComparison(options, deployed, context)
  const again: Again = (more) =>
    resolveForChip(graph, chip, { ...options, plan: new Map([...(options.plan ?? []), ...more]) }, { diagnostic() {} })
  const { boundary } = options
  const time = Math.floor(timeOf(context).getTime() / 1000)
  const artifact = backend.emit(deployed, { ...naming, ...(boundary === undefined ? {} : { boundary }), time })
  checkArtifact(artifact, backend.name)
  if (boundary !== undefined && artifact.boundary === undefined) throw boundaryUnheeded(chip)
  for (const diagnostic of artifact.diagnostics) reporter.diagnostic(diagnostic)
  const { places, outputs, compiledFile } = placed({ ...artifact, files: [...artifact.files.keys()] }, options, toolchain)
  const modelFile = artifact.model
  const others = new Map([...artifact.files].filter(([name]) => name !== modelFile))
  release()
  releaseTold()
  await context.files.claim(outputs)
  // What cannot be compared is told before a file of an earlier run is replaced.
  const loweredFile = places.paths.get([...others.keys()][0] ?? '') ?? backend.name
  const ran = { graph, resolved, target: backend.target }
  const comparison =
    given === undefined
      ? undefined
      : await tellingOfPlaces(ran, () => compareWithFloat(options, resolved, given, { deployed, targetFile: loweredFile, again }, context))
  const judged = await tellingOfPlaces(ran, async () => options.judge?.(resolved, again))
  const isGood = comparison?.passed !== false && judged?.passed !== false
  const before = await writeArtifact(others, places, context)
  reporter.event('lowered', { files: before, nodes: deployed.nodes.length })
  const done = (more: Omit<Deployed, 'resolved' | 'files'> & { readonly files?: readonly string[] }): Deployed => {
    const files = [...before, ...(more.files ?? [])]
    if (artifact.portable !== true && more.passed && !options.notGenBmodel) noteOtherName(options, modelFile, files, reporter)
    return { resolved, ...more, files }
  }

  const comparisons: Comparison[] = []
  const inputs = given?.fed
  if (comparison !== undefined) {
    if (inputFile !== undefined) await context.files.write(new Map([[inputFile, encodeNpz(inputs!)]]))
    comparisons.push(comparison)
  }
  if (!isGood) tellWithheld(options, reporter)
  if (options.notGenBmodel || (!isGood && options.force !== true)) return done({ comparisons, passed: isGood })
  if (toolchain === undefined || compiledFile === undefined) {
    if (modelFile === undefined) return done({ comparisons, passed: isGood })
    const files = await writeArtifact(new Map([[modelFile, artifact.files.get(modelFile)!]]), places, context)
    if (artifact.portable !== true) return done({ files, comparisons, passed: isGood, container: 'chip' })
    const scripts = await tellPortable(artifact, files[0]!, places, options, context)
    return done({ files: [...scripts, ...files], comparisons, passed: isGood, container: 'portable' })
  }
  const compiled = await toolchain.compile(artifact, options.compilerOptions)
  checkArtifact({ files: compiled.files, model: artifact.compiled!, diagnostics: [] }, backend.name)
  const simulated = inputs ?? (await options.chipSample?.())
  if (simulated !== undefined) {
    const shown = [compiledFile, before[0] ?? backend.name] as const
    const comparison = await compareWithChip(options, { compiled, deployed, simulated, isOptional: inputs === undefined }, shown, context)
    if (comparison !== undefined) comparisons.push(comparison)
  }
  const isSame = comparisons.every(({ passed }) => passed)
  if (isGood && !isSame) tellWithheld(options, reporter)
  if (!isSame && options.force !== true) return done({ comparisons, passed: false })
  const paths = new Map([...compiled.files.keys()].map((name) => [name, name === artifact.compiled ? compiledFile : name]))
  const files = await writeArtifact(compiled.files, { paths }, context)
  reporter.print(`${compiledFile}: compiled for the chip by ${toolchain.compiler}`)
  return done({ files, comparisons, passed: isGood && isSame, container: 'chip' })
}

/** The quantized graph that takes pictures themselves. @throws QError `CHIP_OPTIONS`, and those of the back end */
function withPictures(graph: Graph, { backend }: Chip, pictures: PictureInputs): Graph {
  if (backend.takePictures !== undefined) return backend.takePictures(graph, pictures)
  throw new QError('CHIP_OPTIONS', `the back end of ${backend.target.name} makes models that take numbers only`, {
    at: [backend.name],
    found: 'pictures that are wanted at the inputs',
    wanted: 'no --fuse_preprocess',
    hint: 'leave it out',
    kind: 'usage',
  })
}

/** The graph, whose file says how inputs and outputs are addressed. */
const addressed = (graph: Graph, { addressMode }: Pick<DeployOptions, 'addressMode'>): Graph =>
  addressMode === undefined ? graph : { ...graph, properties: { ...graph.properties, addressMode } }

const boundaryUnheeded = ({ backend: { name, target } }: Chip): QError =>
  new QError('CHIP_OPTIONS', `the back end of ${target.name} gives its models float32 inputs and results only`, {
    at: [name],
    found: 'other types that are wanted at the boundary',
    wanted: 'none of --quant_input, --quant_output and their kin',
    hint: 'leave them out',
    kind: 'usage',
  })

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
  const script = isModelWritten ? scriptOf(places, options.chip) : undefined
  return { places, outputs: [...made, ...[compiledFile, script].filter((each) => each !== undefined)], compiledFile }
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
async function claimInputFile({ graph, testInput, pictures }: DeployOptions, context: Context): Promise<string | undefined> {
  const file = `${graph.name}_in_${pictures === undefined ? 'f32' : 'ori'}.npz`
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

/** Says why there is no model file, or why there is one all the same. */
function tellWithheld({ force, notGenBmodel }: Pick<DeployOptions, 'force' | 'notGenBmodel'>, { note }: Reporter): void {
  if (notGenBmodel) return
  note(force === true ? 'the model is written all the same (--force)' : 'no model file is written; --force writes it all the same')
}

/** The script that makes the chip's own model of the written files, in the working directory. */
function scriptOf({ compiled }: ArtifactPlaces, { backend: { compiler } }: Chip): string | undefined {
  return compiler === undefined || compiled === undefined ? undefined : `${basename(compiled).replace(/\.[^.]*$/, '')}_compile.sh`
}

/** Says that the model file is none of the chip's, and writes the script that makes the chip's own. @returns the script */
async function tellPortable(
  artifact: Artifact,
  path: string,
  places: ArtifactPlaces,
  { chip, compilerOptions: options }: Pick<DeployOptions, 'chip' | 'compilerOptions'>,
  { files, reporter }: Context,
): Promise<readonly string[]> {
  const { compiled } = places
  const { compiler } = chip.backend
  const script = scriptOf(places, chip)
  const text =
    compiler === undefined || compiled === undefined
      ? undefined
      : compileScript({ artifact, compiler, model: compiled, ...(options === undefined ? {} : { options }) })
  const isScript = script !== undefined && text !== undefined
  const own = isScript ? `; with the chip's toolchain installed, sh ${shellPath(script)} makes ${compiled}` : ''
  if (isScript) await files.write(new Map([[script, text]]))
  reporter.print(`${path}: portable container, run by \`q model_runner\`; it holds no chip instructions${own}`)
  const stale = compiled !== undefined && compiled !== path && (await isThere(compiled))
  if (stale) reporter.note(`note: ${compiled} was there before and is left as it is`)
  return isScript ? [script] : []
}
