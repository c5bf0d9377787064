import { dirname, join } from 'node:path'
import type { PreprocessOptions } from '@q/data'
import { loadTestInput, withPreprocess } from '@q/data'
import type { Graph, Tensor } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { encodeNpz } from '@q/npz'
import { onnxOutputNames } from '@q/onnx'
import type { Comparison } from '../compare/compare-files.ts'
import type { Context } from '../context.ts'
import { grownBytes } from '../wiring/check-memory.ts'
import { floatExecutor } from '../wiring/executors.ts'
import { readModel } from '../wiring/read-model.ts'
import { type TopContent, topFiles } from '../wiring/write-model.ts'
import { compareImport } from './compare-import.ts'
import { tellModel, warnOfUnscaled } from './model-summary.ts'
import { notFiniteLines } from './not-finite.ts'
import { reportComparison } from './report-comparison.ts'
import { activationNames, runGraph } from './run-graph.ts'
import { noteTestInputs } from './sample-files.ts'
import { noteUnknownExcepts } from './unknown-excepts.ts'

export interface TransformOptions {
  readonly modelName: string
  readonly modelDef: string
  readonly mlir: string
  readonly inputShapes?: readonly (readonly number[])[]
  readonly outputNames?: readonly string[]
  readonly preprocess: PreprocessOptions
  readonly testInput?: string
  readonly testResult?: string
  readonly tolerance: readonly [number, number]
  readonly excepts: readonly string[]
}

export interface Transformed {
  readonly graph: Graph
  readonly comparison?: Comparison
  /** Why nothing was compared. */
  readonly uncompared?: string
  readonly files: readonly string[]
}

/** What makes the Top file of a float model. */
type TopOptions = Pick<TransformOptions, 'modelName' | 'modelDef' | 'mlir' | 'inputShapes' | 'outputNames' | 'preprocess'>

/** A float model that was imported and is not written yet. */
export interface ImportedTop {
  readonly graph: Graph
  /** The file's tensors that the outputs stand for, where these are not all of its outputs. */
  readonly outputNames?: readonly string[]
  /** The names of the Top file and of its weights, which are claimed. */
  readonly files: readonly string[]
  /** Their content, made when it is asked for. */
  content(): TopContent
}

/** Imports a float model, and claims the files of its Top form. @throws QError `MODEL_KIND`, `FILE_TAKEN`, and those of the import */
export async function importTop(
  { modelName, modelDef, mlir, preprocess, ...cut }: TopOptions,
  { files, reporter }: Context,
): Promise<ImportedTop> {
  if (!modelDef.endsWith('.onnx')) {
    throw new QError('MODEL_KIND', `${modelDef} is no ONNX model`, {
      at: [modelDef],
      found: modelDef,
      wanted: 'a .onnx file',
      hint: 'export the model to ONNX',
      kind: 'usage',
    })
  }
  // The original tool lower-cases this name, and this name only.
  const weightFile = `${modelName.toLowerCase()}_top_f32_all_weight.npz`
  const names = [mlir, join(dirname(mlir), weightFile)]
  await files.claim(names)
  const leftOut = new Set<string>()
  const imported = await readModel(modelDef, {
    files,
    name: modelName,
    leftOut: (output) => leftOut.add(output),
    warn: reporter.diagnostic,
    ...(cut.inputShapes === undefined ? {} : { inputShapes: cut.inputShapes }),
    ...(cut.outputNames === undefined ? {} : { outputNames: cut.outputNames }),
  })
  const graph = withPreprocess(imported, preprocess)
  for (const output of leftOut) reporter.note(`note: the output ${output} is left out: it is the same for every input`)
  const all = leftOut.size === 0 ? cut.outputNames : (cut.outputNames ?? onnxOutputNames(await files.read(modelDef), modelDef))
  const ends = all?.filter((output) => !leftOut.has(output))
  return { graph, ...(ends === undefined ? {} : { outputNames: ends }), files: names, content: () => topFiles(graph, mlir, names[1]!) }
}

/**
 * A float model to a Top file: import, write, and with a test input run it and compare its outputs with those of the
 * model as it was given.
 */
export async function transform(options: TransformOptions, context: Context): Promise<Transformed> {
  const { files, reporter } = context
  const { testInput, testResult } = options
  const inputFile = `${options.modelName}_in_f32.npz`
  const isInputKept = testInput === undefined || (await files.isAmong(inputFile, [testInput]))
  if (!isInputKept) await files.claim([inputFile])
  if (testInput !== undefined && testResult !== undefined) await files.claim([testResult])
  await noteTestInputs([testInput], context)
  const { graph, outputNames, files: written, content } = await importTop(options, context)
  const inputs = testInput === undefined ? undefined : await loadTestInput(testInput, sampleInputs(graph), files.mostBytes)
  // A network that cannot be run leaves no file.
  const tensors = inputs === undefined ? undefined : await runGraph(graph, floatExecutor(), inputs, activationNames(graph))
  const results = new Map<string, Uint8Array>()
  if (inputs !== undefined && !isInputKept) results.set(inputFile, encodeNpz(inputs))
  if (tensors !== undefined && testResult !== undefined) results.set(testResult, encodeNpz(tensors))
  await files.write(new Map<string, string | Uint8Array>([...content(), ...results]))
  tellModel(graph, reporter)
  if (testInput !== undefined) warnOfUnscaled(graph, testInput.split(','), options.preprocess, reporter)
  reporter.event('transformed', { layers: graph.nodes.length, mlir: options.mlir })
  const made = { graph, files: [...written, ...results.keys()] }
  if (inputs === undefined || tensors === undefined) return { ...made, uncompared: 'there is no --test_input' }
  const cut = outputNames === undefined ? {} : { outputNames }
  try {
    return { ...made, comparison: await compareWithOriginal({ ...options, ...cut }, graph, inputs, tensors, context) }
  } catch (error) {
    if (!isQError(error) || error.code !== 'MODEL_RUN') throw error
    for (const line of notFiniteLines(graph, tensors)) reporter.note(line)
    return { ...made, uncompared: `ONNX Runtime cannot run ${options.modelDef} (${error.found})` }
  }
}

/** Every layer that has a tensor in the file is compared; those that differ are told, the first of them by name. @throws QError `MODEL_RUN` */
async function compareWithOriginal(
  options: TransformOptions,
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  tensors: ReadonlyMap<string, Tensor>,
  { files, reporter }: Context,
): Promise<Comparison> {
  const { modelDef: model, inputShapes, outputNames, tolerance, excepts } = options
  const { comparison, original, culprit } = await compareImport({
    model,
    bytes: await files.read(model),
    ...(inputShapes === undefined ? {} : { inputShapes }),
    ...(outputNames === undefined ? {} : { outputNames }),
    graph,
    inputs,
    tensors,
    tolerance,
    excepts,
    mostBytes: grownBytes(files.mostBytes),
  })
  noteUnknownExcepts(excepts, [tensors, original], reporter)
  const sides = {
    target: tensors,
    reference: original,
    targetFile: options.testResult ?? `${options.mlir} run in float`,
    referenceFile: model,
  }
  reportComparison(comparison, reporter, sides, (name) => graph.outputs.includes(name))
  if (culprit !== undefined) reporter.note(`layer ${culprit.layer} (${culprit.op}) is the first that differs from ${model}`)
  for (const line of notFiniteLines(graph, tensors)) reporter.note(line)
  return comparison
}
