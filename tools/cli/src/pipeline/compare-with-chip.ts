import type { CompiledModel, Graph, Plan, Tensor } from '@q/ir'
import { isQError } from '@q/ir'
import type { Comparison } from '../compare/compare-files.ts'
import { compareSets } from '../compare/compare-files.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { exactExecutor } from '../wiring/executors.ts'
import { dumpTensors } from './dump-tensors.ts'
import { reportComparison } from './report-comparison.ts'
import { outputsWithSources, runGraph } from './run-graph.ts'

/** What the chip's compiler made, and of what. */
export interface SimulatedModel {
  readonly compiled: CompiledModel
  readonly deployed: Graph
  /** What both are fed. */
  readonly simulated: ReadonlyMap<string, Tensor>
  /** Whether nobody asked for it: a simulator that fails is then a note. */
  readonly isOptional: boolean
}

/** How the two are compared. */
export interface ChipComparison {
  /** Least similarity and least euclidean similarity. @default what is usual, less where a quantization table keeps layers in float */
  readonly correctness?: readonly [number, number]
  readonly plan?: Plan
  /** Tensors that are left out. */
  readonly excepts: readonly string[]
}

/**
 * Holds what the chip's simulator makes of a sample against the lowered graph.
 *
 * @param shown the compiled file and the lowered one, for messages
 * @returns nothing where there is no simulator, or one that fails and was not asked for
 */
export async function compareWithChip(
  { correctness, plan, excepts }: ChipComparison,
  { compiled, deployed, simulated, isOptional }: SimulatedModel,
  [targetFile, referenceFile]: readonly [string, string],
  { reporter }: Context,
): Promise<Comparison | undefined> {
  const chip = await runSimulator(compiled, simulated, isOptional, reporter)
  if (chip === undefined) return undefined
  const ours = dumpTensors(deployed, await runGraph(deployed, exactExecutor(), simulated, outputsWithSources(deployed)), 'floats')
  const [cosine, euclidean] = correctness ?? (plan === undefined ? [0.99, 0.9] : [0.98, 0.8])
  const comparison = compareSets(chip, ours, { cosine, euclidean }, { excepts })
  reportComparison(comparison, reporter, { target: chip, reference: ours, targetFile, referenceFile })
  if (comparison.verdicts.length === 0 && excepts.length === 0) {
    reporter.note(`nothing was compared: ${targetFile} gives ${[...chip.keys()].join(', ')}, and ${referenceFile} none of these`)
    return { ...comparison, passed: false }
  }
  const missed = comparison.verdicts.find(({ passed }) => !passed)
  if (missed !== undefined) {
    const fact = `${targetFile} computes something else than ${referenceFile}, at ${missed.name}`
    reporter.note(`run by the chip's simulator, ${fact}: a fault of the compiler, or of what it was given`)
  }
  return comparison
}

async function runSimulator(
  { simulate }: CompiledModel,
  sample: ReadonlyMap<string, Tensor>,
  isOptional: boolean,
  { note }: Reporter,
): Promise<ReadonlyMap<string, Tensor> | undefined> {
  try {
    return await simulate?.(sample)
  } catch (error) {
    if (!isOptional || !isQError(error) || error.kind === 'interrupted') throw error
    note(`note: what was compiled was not compared: ${error.message} (${error.found})`)
    return undefined
  }
}
