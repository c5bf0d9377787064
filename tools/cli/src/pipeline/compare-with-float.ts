import { kindOfFile, loadTestInput } from '@q/data'
import type { Graph, QuantMode, Resolved, Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import type { Chip } from '../chips/choose-chip.ts'
import type { Comparison } from '../compare/compare-files.ts'
import { compareSets } from '../compare/compare-files.ts'
import type { Context } from '../context.ts'
import { readNpz } from '../npz/npz-file.ts'
import { shellPath, shellWord } from '../shell/shell-word.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import { placesAmong } from './choices.ts'
import { dumpTensors } from './dump-tensors.ts'
import { floatsInside } from './lost-inside.ts'
import { reportComparison } from './report-comparison.ts'
import { activationNames, openGraph, outputsWithSources } from './run-graph.ts'
import { runOpen, tensorsOfOpen } from './run-sample.ts'
import { checkSameSample } from './same-sample.ts'
import { noteUnknownExcepts } from './unknown-excepts.ts'
import { type Again, type VerdictOptions, verdictOn } from './verdict.ts'

/** What a quantized model in a mode has to exceed in cosine and Euclidean similarity with the float one: the chip says it. */
export function toleranceOf({ backend: { target } }: Chip, mode: QuantMode): readonly [cosine: number, euclidean: number] {
  return target.tolerance[mode] ?? [0.9, 0.8]
}

/** What a quantized model is compared on, as files have it. */
export interface GivenComparison {
  readonly inputs: ReadonlyMap<string, Tensor>
  /** The same sample as the quantized model takes it: pictures, where it takes these. */
  readonly fed: ReadonlyMap<string, Tensor>
  /** Tensors of the float model; absent, it is run. */
  readonly reference?: ReadonlyMap<string, Tensor>
}

/** Which files and tensors are compared. */
export interface ComparisonChoice {
  readonly graph: Graph
  readonly chip: Chip
  readonly mode: QuantMode
  /** Sample to compare with. */
  readonly testInput?: string
  /** Tensors of the float model; run here when absent. */
  readonly testReference?: string
  readonly compareAll: boolean
  readonly tolerance?: readonly [number, number]
  readonly excepts: readonly string[]
}

/** Reads the test input and the tensors to compare with; nothing without a test input. @param deployed the quantized model as it is written @throws QError of files that are missing or do not fit */
export async function readComparison(
  { graph, testInput, testReference }: ComparisonChoice,
  deployed: Graph,
  context: Context,
): Promise<GivenComparison | undefined> {
  if (testInput === undefined) return undefined
  const load = (network: Graph) => loadTestInput(testInput, sampleInputs(network), context.files.mostBytes)
  const isPictured = deployed.inputs.some(({ preprocess }) => preprocess?.picture !== undefined)
  if (isPictured && !testInput.split(',').every((file) => kindOfFile(file) === 'image')) throw pictureNeeded(testInput)
  const inputs = await load(graph)
  const fed = isPictured ? await load(deployed) : inputs
  if (testReference === undefined) return { inputs, fed }
  const reference = await readNpz(context, testReference)
  checkSameSample(reference, inputs, [testReference, testInput])
  return { inputs, fed, reference }
}

const pictureNeeded = (testInput: string): QError =>
  new QError('TEST_INPUT_KIND', 'a file cannot be used as test input', {
    at: [testInput],
    found: testInput,
    wanted: 'pictures (jpg, png, bmp), one for each network input: the model takes these',
    hint: 'give a picture, or leave --fuse_preprocess out',
    kind: 'usage',
  })

/** Compares the tensors of a quantized model with those of a file or of the float model, as the original tool does, and gives the verdict on its outputs. */
export async function compareWithFloat(
  options: ComparisonChoice,
  resolved: Resolved,
  { inputs, fed, reference: given }: GivenComparison,
  { deployed, targetFile, again }: { readonly deployed: Graph; readonly targetFile: string; readonly again?: Again },
  context: Context,
): Promise<Comparison> {
  const { graph } = options
  const wanted = options.compareAll ? activationNames(deployed) : outputsWithSources(deployed)
  const float = given === undefined ? await openGraph(graph, floatExecutor(), activationNames(graph)) : undefined
  const exact = await openGraph(deployed, exactExecutor(), [...new Set([...wanted, ...floatsInside(deployed)])])
  try {
    const reference = given ?? (await float!.run(inputs))
    const made = dumpTensors(deployed, await exact.run(fed), 'floats')
    const tensors = new Map(wanted.map((name) => [name, made.get(name)!]))
    const models = {
      ...(float === undefined ? {} : { original: runOpen(graph, float, [inputs, reference]) }),
      // Where pictures are taken the verdict is given on numbers, as everywhere; what is compared here is made of the picture.
      ...(deployed === resolved.graph ? { quantized: tensorsOfOpen(deployed, exact, [inputs, made]) } : {}),
    }
    const others = again === undefined ? {} : { again }
    return await compared(
      options,
      resolved,
      { deployed, inputs, reference, tensors, targetFile, models: { ...models, ...others } },
      context,
    )
  } finally {
    await Promise.all([float?.close(), exact.close()])
  }
}

/** Tensors of both models on one sample, and the models. */
interface Compared {
  readonly deployed: Graph
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly reference: ReadonlyMap<string, Tensor>
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly targetFile: string
  readonly models: Pick<VerdictOptions, 'original' | 'quantized' | 'again'>
}

async function compared(
  options: ComparisonChoice,
  resolved: Resolved,
  { deployed, inputs, reference, tensors, targetFile, models }: Compared,
  context: Context,
): Promise<Comparison> {
  const { graph, mode, chip, excepts } = options
  const tolerance = options.tolerance ?? toleranceOf(chip, mode)
  const [cosine, euclidean] = tolerance
  noteUnknownExcepts(excepts, [tensors, reference], context.reporter)
  const places = new Map([...placesAmong(deployed, [...tensors.keys()]), ...placesAmong(graph, graph.outputs)])
  const strict = { cosine, euclidean, finite: true, places }
  const comparison = compareSets(tensors, withOutputs(reference, graph, deployed), strict, { excepts })
  if (comparison.verdicts.length === 0 && [...tensors.keys()].some((name) => excepts.includes(name))) throw allExcepted(excepts, tensors)
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
  const agreement = await verdictOn(
    {
      graph,
      resolved,
      chip,
      mode,
      ...models,
      samples: { count: 1, load: async () => inputs, describe: () => options.testInput ?? 'the test input' },
      count: 1,
      tolerance,
      next: `q search ${shellPath(`${graph.name}.mlir`)} --data FOLDER --chip ${shellWord(chip.word ?? chip.backend.target.name)} --expected_cos 0.99 finds layers to keep in float; --force writes the model all the same`,
    },
    context,
  )
  const missed = agreement.outputs.filter(({ passed }) => !passed)
  // A network that is dead misses although no single output does.
  const isExcepted = missed.length > 0 && missed.every(({ name }) => excepts.includes(name))
  return { ...comparison, passed: comparison.passed && (agreement.passed || isExcepted) }
}

const allExcepted = (excepts: readonly string[], tensors: ReadonlyMap<string, Tensor>): QError =>
  new QError('COMPARE_NOTHING', 'all that could be compared is left out', {
    at: ['--excepts'],
    found: excepts.join(', '),
    wanted: `one of ${[...tensors.keys()].slice(0, 5).join(', ')} at least`,
    hint: 'leave names out of --excepts, compare inner tensors too (--compare_all), or give --skip_validation for no comparison',
  })

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
