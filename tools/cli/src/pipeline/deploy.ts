import { basename, join } from 'node:path'
import { loadTestInput } from '@q/data'
import type { CalibrationTable, Graph, Plan, QuantMode, Resolved, Tensor } from '@q/ir'
import { QError, resolve, sampleInputs } from '@q/ir'
import { writeTpu } from '@q/mlir'
import { decodeNpz, encodeNpz } from '@q/npz'
import type { Comparison } from '../compare/compare-files.ts'
import { compareSets } from '../compare/compare-files.ts'
import type { Context } from '../context.ts'
import { timeOf } from '../context.ts'
import { readBytes } from '../files/read-file.ts'
import { checkWritable, writeFiles } from '../files/write-files.ts'
import { compileForChip } from '../vendor/compile-for-chip.ts'
import { findVendor, vendorLines } from '../vendor/find-vendor.ts'
import { backendOf } from '../wiring/backends.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import { tpuFiles } from '../wiring/write-model.ts'
import { dumpTensors } from './dump-tensors.ts'
import { reportComparison } from './report-comparison.ts'
import { activationNames, outputsWithSources, runGraph } from './run-graph.ts'

export interface DeployOptions {
  readonly graph: Graph
  readonly chip: string
  readonly mode: QuantMode
  readonly table?: CalibrationTable
  readonly plan?: Plan
  readonly asymmetric: boolean
  readonly highPrecision: boolean
  /** Output container. */
  readonly model: string
  /** Sample to compare with. */
  readonly testInput?: string
  /** Tensors of the float model; run here when absent. */
  readonly testReference?: string
  readonly compareAll: boolean
  readonly tolerance?: readonly [number, number]
  readonly correctness?: readonly [number, number]
  readonly excepts: readonly string[]
  readonly notGenBmodel: boolean
  /** Folder of the chip's toolchain. */
  readonly vendor?: string
}

export interface Deployed {
  readonly resolved: Resolved
  readonly prefix: string
  readonly files: readonly string[]
  readonly comparisons: readonly Comparison[]
  readonly passed: boolean
  /** `chip`: with instructions, made by the chip's compiler; `portable`: run by this program only. */
  readonly container?: 'chip' | 'portable'
}

/** Modes whose files say whether they are symmetric. */
const integerModes: readonly QuantMode[] = ['INT8', 'INT4', 'W4INT8']

/** A float graph to its quantized files for a chip, compared stage by stage with the float model. */
export async function deploy(options: DeployOptions, context: Context): Promise<Deployed> {
  const { graph, mode, asymmetric, model } = options
  const { reporter } = context
  const onReplace = (path: string) => reporter.note(`note: ${path} replaced`)
  const backend = backendOf(options.chip)
  if (!options.notGenBmodel) await checkWritable(model)
  const plan = options.plan ?? new Map()
  const resolved = resolve(graph, options.table?.entries, plan, backend, { mode, asymmetric, highPrecision: options.highPrecision })
  for (const diagnostic of resolved.diagnostics) reporter.diagnostic(diagnostic)

  const suffix = integerModes.includes(mode) ? (asymmetric ? '_asym' : '_sym') : ''
  const prefix = `${graph.name}_${backend.target.name}_${mode.toLowerCase()}${suffix}`
  const lowered = `${prefix}_tpu.mlir`
  const weightFile = `${prefix}_tpu${options.plan === undefined ? '' : '_qtable'}_weights.npz`
  const { files } = tpuFiles(resolved.graph, lowered, weightFile)
  await writeFiles(files, onReplace)
  const written = [lowered, weightFile]
  reporter.event('lowered', { mlir: lowered, nodes: resolved.graph.nodes.length })

  const comparisons: Comparison[] = []
  let inputs: ReadonlyMap<string, Tensor> | undefined
  if (options.testInput !== undefined) {
    inputs = await loadTestInput(options.testInput, sampleInputs(graph))
    const inputFile = `${graph.name}_in_f32.npz`
    if (join(options.testInput) !== inputFile) await writeFiles(new Map([[inputFile, encodeNpz(inputs)]]), onReplace)
    const comparison = await compareWithFloat(
      options,
      resolved.graph,
      inputs,
      backend.target.tolerance[mode] ?? [0.9, 0.8],
      prefix,
      context,
    )
    comparisons.push(comparison)
    if (!comparison.passed) return { resolved, prefix, files: written, comparisons, passed: false }
  }
  if (options.notGenBmodel) return { resolved, prefix, files: written, comparisons, passed: true }

  const vendor = await findVendor(options.vendor, context.env)
  if (vendor === undefined) {
    const artifact = backend.emit(resolved.graph, {
      name: basename(model).replace(/\.[^.]*$/, ''),
      program: writeTpu(resolved.graph, { weightFile }),
      time: Math.floor(timeOf(context).getTime() / 1000),
    })
    await writeFiles(new Map([...artifact.files.values()].map((bytes) => [model, bytes])), onReplace)
    reporter.print(
      `${model}: portable container, run by \`q model_runner\`; it holds no chip instructions. With the chip's toolchain installed these lines make the chip's own:`,
    )
    for (const line of vendorLines(lowered, prefix, model)) reporter.print(`  ${line}`)
    return { resolved, prefix, files: [...written, model], comparisons, passed: true, container: 'portable' }
  }
  const compiled = await compileForChip(vendor, { lowered, weightFile, prefix, model }, context)
  reporter.print(`${model}: compiled for the chip by ${vendor.tpucOpt}`)
  if (inputs !== undefined) {
    const comparison = await compareWithChip(options, compiled.simulate, resolved.graph, inputs, prefix, context)
    comparisons.push(comparison)
  }
  return {
    resolved,
    prefix,
    files: [...written, ...compiled.files, model],
    comparisons,
    passed: comparisons.every(({ passed }) => passed),
    container: 'chip',
  }
}

async function compareWithFloat(
  options: DeployOptions,
  quantized: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  byMode: readonly [number, number],
  prefix: string,
  context: Context,
): Promise<Comparison> {
  const { graph } = options
  const reference =
    options.testReference === undefined
      ? await runGraph(graph, floatExecutor(), inputs, activationNames(graph))
      : decodeNpz(new Uint8Array(await readBytes(options.testReference)), [options.testReference])
  const wanted = options.compareAll ? activationNames(quantized) : outputsWithSources(quantized)
  const tensors = dumpTensors(quantized, await runGraph(quantized, exactExecutor(), inputs, wanted), 'floats')
  const [cosine, euclidean] = options.tolerance ?? byMode
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
    targetFile: `${prefix}_tpu.mlir`,
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
  simulate: (inputFile: string) => Promise<ReadonlyMap<string, Tensor>>,
  quantized: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  prefix: string,
  context: Context,
): Promise<Comparison> {
  const chip = await simulate(`${options.graph.name}_in_f32.npz`)
  const ours = dumpTensors(quantized, await runGraph(quantized, exactExecutor(), inputs), 'floats')
  const [cosine, euclidean] = options.correctness ?? (options.plan === undefined ? [0.99, 0.9] : [0.98, 0.8])
  const comparison = compareSets(chip, ours, { cosine, euclidean }, { excepts: options.excepts })
  reportComparison(comparison, context.reporter, {
    target: chip,
    reference: ours,
    targetFile: options.model,
    referenceFile: `${prefix}_tpu.mlir`,
  })
  return comparison
}
